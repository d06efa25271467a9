"""The artifacts of a name, newest first, from the index of names."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts.lookup import by_nodes
from catalog_graph.backends.references import VersionPosition
from catalog_graph.query.text import compact_name

# Names that differ in case or punctuation alone have the same compact name.
_NAMED = (
    "SELECT s.node FROM cg_search s INDEXED BY cg_search_compact_name CROSS JOIN cg_node n ON n.node = s.node "
    "WHERE s.compact_name = :compact AND n.name = :name"
)
_AFTER = " AND s.created <= :created AND (s.created, s.artifact_id) < (:created, :artifact_id)"
_VERSIONS = " AND n.version IN (SELECT value FROM json_each(:versions))"
_ORDER = " ORDER BY s.created DESC, s.artifact_id DESC LIMIT :limit"


def named(
    connection: sqlite3.Connection, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
) -> list[CatalogEntry]:
    """Return the newest artifacts of a name; see `StoreReferences._named`."""
    statement = _NAMED + (_AFTER if after else "") + (_VERSIONS if versions else "") + _ORDER
    values = {"compact": compact_name(name), "name": name, "versions": json.dumps(list(versions)), "limit": limit}
    place = after or VersionPosition(0, "")
    nodes = connection.execute(statement, {**values, **place._asdict()}).fetchall()
    return by_nodes(connection, [node for (node,) in nodes])


def holders(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, str]:
    """Return the id of the newest artifact of each of these names that has one, by name."""
    newest = {name: named(connection, name, (), 1, None) for name in names}
    return {name: entries[0].artifact_id for name, entries in newest.items() if entries}
