"""The artifacts of a name in order of registration, and the latest of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from catalog_graph.artifact import CatalogEntry, version_number
from catalog_graph.backends.local.artifacts.lookup import by_nodes
from catalog_graph.backends.local.lineage.graph import REGISTERED
from catalog_graph.backends.references import NamedArtifact, VersionPosition

_NAMED = (
    "SELECT n.node, n.recorded, n.position, n.artifact_id, n.version FROM cg_node n INDEXED BY cg_node_name "
    f"WHERE n.state = {REGISTERED} AND n.name = :name"
)
_AFTER = " AND n.recorded <= :recorded AND (n.recorded, n.position, n.artifact_id) < (:recorded, :position, :id)"
_VERSIONS = " AND n.version IN (SELECT value FROM json_each(:versions))"
_BY_REGISTRATION = "n.recorded DESC, n.position DESC, n.artifact_id DESC"
_NEWEST_FIRST = f" ORDER BY {_BY_REGISTRATION}"
_IS_NUMBER = (
    "n.version GLOB '[v0-9]*' AND n.version <> 'v' AND NOT substr(n.version, 2) GLOB '*[^0-9]*' "
    "AND length(ltrim(n.version, 'v')) <= 15"
)
"""SQL condition on `cg_node AS n`: its version is a whole number, see `version_number`."""
_NUMBER = "CAST(ltrim(n.version, 'v') AS INTEGER)"
_HIGHEST = f"{_NAMED} AND {_IS_NUMBER} ORDER BY {_NUMBER} DESC, {_BY_REGISTRATION} LIMIT 1"
PLACE = f"CASE WHEN :by_number AND {_IS_NUMBER} THEN {_NUMBER} ELSE -1 END, n.recorded, n.position, n.artifact_id"
"""SQL for the place of `cg_node AS n` among the versions of its name, which the latest has last."""


def named(
    connection: sqlite3.Connection, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
) -> list[NamedArtifact]:
    """Return artifacts of a name; see `StoreReferences._named`."""
    statement = _NAMED + (_AFTER if after else "") + (_VERSIONS if versions else "") + _NEWEST_FIRST + " LIMIT :limit"
    values = {"name": name, "versions": json.dumps(list(versions)), "limit": limit}
    recorded, position, artifact_id = after or (0, 0, "")
    values |= {"recorded": recorded, "position": position, "id": artifact_id}
    rows = connection.execute(statement, values).fetchall()
    entries = by_nodes(connection, [row[0] for row in rows])
    return [NamedArtifact(VersionPosition(*row[1:4]), entry) for row, entry in zip(rows, entries, strict=True)]


def latest(connection: sqlite3.Connection, name: str) -> CatalogEntry | None:
    """Return the latest artifact of a name; see `StoreReferences._latest`."""
    last = latest_node(connection, name)
    return None if last is None else by_nodes(connection, [last[0]])[0]


def latest_node(connection: sqlite3.Connection, name: str) -> tuple[int, bool] | None:
    """Return the node of the latest artifact of a name, and True if the highest whole number is the latest."""
    last = connection.execute(f"{_NAMED}{_NEWEST_FIRST} LIMIT 1", {"name": name}).fetchone()
    if last is None:
        return None
    number = version_number(last[4])
    counted = connection.execute("SELECT last FROM cg_version WHERE name = ?", (name,)).fetchone()
    if number is not None and counted is not None and number < counted[0]:
        # The rare case: the highest number was not the last one, or is gone. All versions are read: an index of numbers
        # would make every registration slower.
        last = connection.execute(_HIGHEST, {"name": name}).fetchone() or last
    return last[0], number is not None


def holders(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, str]:
    """Return the id of the last registered artifact of each of these names that has one, by name."""
    last = {name: named(connection, name, (), 1, None) for name in names}
    return {name: artifacts[0].entry.artifact_id for name, artifacts in last.items() if artifacts}
