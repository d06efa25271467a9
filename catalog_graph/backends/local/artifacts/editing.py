"""Changes of one artifact, each in the caller's transaction: tags, parents, deletion."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CatalogEntry, without
from catalog_graph.backends.deletion import no_record, not_deleted
from catalog_graph.backends.local.artifacts import aliases, lookup
from catalog_graph.backends.local.artifacts.indexing import index_now
from catalog_graph.backends.local.artifacts.lookup import registered
from catalog_graph.backends.local.lineage import graph
from catalog_graph.backends.local.lineage.cycles import refuse_cycles
from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.changes.recording import entry_items, registration, tag_items
from catalog_graph.checks import MAX_PARENTS, MAX_TAG_BYTES, checked_object, checked_parents
from catalog_graph.errors import InvalidInput, LimitExceeded


def edit_tags(
    connection: sqlite3.Connection, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]
) -> CatalogEntry:
    """Set and remove tags by key; raise `NotFound`, `LimitExceeded`."""
    old = _registered(connection, artifact_id)
    new_tags = {key: value for key, value in {**old.tags, **tags}.items() if key not in remove}
    with limits_only():
        checked_object(new_tags, "tags", MAX_TAG_BYTES)
    recorder_of(connection).add(tag_items(artifact_id, old.tags, new_tags))
    return _update(connection, replace(old, tags=new_tags), "tags")


def edit_parents(
    connection: sqlite3.Connection, artifact_id: str, add: Sequence[str], remove: Sequence[str]
) -> CatalogEntry:
    """Add and remove edges; raise `NotFound`, `CycleRefused`, `LimitExceeded`."""
    old = _registered(connection, artifact_id)
    parents = [p for p in with_parents(old, add) if p not in remove]
    return _update(connection, replace(old, parent_ids=parents), "parent_ids")


def unset(
    connection: sqlite3.Connection, artifact_id: str, metadata: Sequence[str], fields: Sequence[str]
) -> CatalogEntry:
    """Remove metadata by key, and clear fields; raise `NotFound`."""
    old = _registered(connection, artifact_id)
    entry = without(old, metadata, fields)
    recorder_of(connection).add(entry_items(old, entry))
    if metadata:
        records.update_column(connection, [entry], "metadata")
    records.clear_columns(connection, artifact_id, fields)
    index_now(connection, [entry])
    return entry


def delete(connection: sqlite3.Connection, artifact_id: str, force: bool, by: str) -> None:
    """Delete an artifact's row, which a trigger keeps; leave a tombstone if something derives from it.

    Raise `NotFound`, and `AliasHeld` if it has aliases, unless `force` unsets them on behalf of `by`.
    """
    node, state = graph.nodes_of(connection, [artifact_id]).get(artifact_id, (0, graph.DELETED))
    if state != graph.REGISTERED:
        raise unknown_artifact(artifact_id)
    aliases.release(connection, artifact_id, force, by)
    connection.execute("DELETE FROM artifacts WHERE artifact_id = ?", (artifact_id,))
    index.remove(connection, [node])
    graph.bury(connection, node, now())


def undelete(connection: sqlite3.Connection, artifact_id: str) -> CatalogEntry:
    """Insert the row of a deleted artifact again; raise `NotFound`, `Conflict`."""
    node, state = graph.nodes_of(connection, [artifact_id]).get(artifact_id, (0, graph.UNREGISTERED))
    if state == graph.UNREGISTERED:
        raise unknown_artifact(artifact_id)
    if state == graph.REGISTERED:
        raise not_deleted(artifact_id)
    entry = lookup.kept(connection, [node]).get(artifact_id)
    if entry is None:
        raise no_record(artifact_id)
    connection.execute("INSERT INTO artifacts SELECT * FROM cg_deleted WHERE artifact_id = ?", (artifact_id,))
    recorder_of(connection).add([registration(entry, revived=True)])
    refuse_cycles(connection, index_now(connection, [entry]))
    return entry


@contextmanager
def limits_only() -> Iterator[None]:
    """Let a check raise `LimitExceeded` alone: FlowyML may have written values that break other rules."""
    try:
        yield
    except LimitExceeded:
        raise
    except InvalidInput:
        pass


def with_parents(entry: CatalogEntry, more: Sequence[str]) -> list[str]:
    """Return the parents of an entry with `more`, which are checked; raise `LimitExceeded`."""
    parents = list(dict.fromkeys([*entry.parent_ids, *more]))
    return parents if len(parents) <= MAX_PARENTS else checked_parents(entry.artifact_id, parents)


def _registered(connection: sqlite3.Connection, artifact_id: str) -> CatalogEntry:
    entry = registered(connection, [artifact_id]).get(artifact_id)
    if entry is None:
        raise unknown_artifact(artifact_id)
    return entry


def _update(connection: sqlite3.Connection, entry: CatalogEntry, column: str) -> CatalogEntry:
    records.update_column(connection, [entry], column)
    refuse_cycles(connection, index_now(connection, [entry]))
    return entry
