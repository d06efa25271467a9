"""Changes to one artifact, each in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts import aliases, records
from catalog_graph.backends.local.artifacts.entries import by_ids
from catalog_graph.backends.local.artifacts.tables import now, store
from catalog_graph.backends.local.flowyml.log import clear_log
from catalog_graph.backends.local.lineage import graph
from catalog_graph.backends.local.lineage.cycles import refuse_cycles
from catalog_graph.backends.local.search import index
from catalog_graph.backends.references import not_found
from catalog_graph.checks import MAX_PARENTS, MAX_TAG_BYTES, checked_object, checked_parents
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.instants import microseconds


def edit_tags(
    connection: sqlite3.Connection, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]
) -> CatalogEntry:
    """Set and remove tags by key; raises `NotFound`, `LimitExceeded`."""
    old = _registered(connection, artifact_id)
    both = {key: value for key, value in {**old.tags, **tags}.items() if key not in remove}
    forgiving(lambda: checked_object(both, "tags", MAX_TAG_BYTES))
    return _replaced(connection, replace(old, tags=both), "tags")


def edit_parents(
    connection: sqlite3.Connection, artifact_id: str, add: Sequence[str], remove: Sequence[str]
) -> CatalogEntry:
    """Add and remove edges; raises `NotFound`, `CycleRefused`, `LimitExceeded`."""
    old = _registered(connection, artifact_id)
    kept = [p for p in added_parents(old, add) if p not in remove]
    return _replaced(connection, replace(old, parent_ids=kept), "parent_ids")


def delete(connection: sqlite3.Connection, artifact_id: str, force: bool, by: str) -> None:
    """Take an artifact out of FlowyML's table, leaving a tombstone where an edge needs it.

    Raises `NotFound`, and `AliasHeld` where it carries aliases, unless `force` unsets them.
    """
    node, state = graph.nodes_of(connection, [artifact_id]).get(artifact_id, (0, graph.DELETED))
    if state != graph.REGISTERED:
        raise not_found(artifact_id)
    aliases.release(connection, artifact_id, force, by)
    connection.execute("DELETE FROM artifacts WHERE artifact_id = ?", (artifact_id,))
    index.remove(connection, [node])
    graph.bury(connection, {node: now()})
    clear_log(connection)


def forgiving(check: Callable[[], object]) -> None:
    """Refuse what has become too large, not what FlowyML wrote before and we would not have taken."""
    try:
        check()
    except LimitExceeded:
        raise
    except InvalidInput:
        pass


def added_parents(old: CatalogEntry, more: Sequence[str]) -> list[str]:
    """The parents of an artifact with `more`, which were checked; raises `LimitExceeded`."""
    together = list(dict.fromkeys([*old.parent_ids, *more]))
    return together if len(together) <= MAX_PARENTS else checked_parents(old.artifact_id, together)


def _registered(connection: sqlite3.Connection, artifact_id: str) -> CatalogEntry:
    entry = by_ids(connection, [artifact_id]).get(artifact_id)
    if entry is None or entry.state != "registered":
        raise not_found(artifact_id)
    return entry


def _replaced(connection: sqlite3.Connection, entry: CatalogEntry, column: str) -> CatalogEntry:
    records.update_column(connection, entry, column)
    document = records.Stored(entry, microseconds(entry.created_at), microseconds(entry.recorded_at))
    refuse_cycles(connection, store(connection, [document], [now()]))
    clear_log(connection)
    return entry
