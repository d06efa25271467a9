"""The log of changes that FlowyML makes to its table; short transactions apply them to our tables."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from catalog_graph.artifact import CatalogEntry, same_json
from catalog_graph.backends.local.artifacts import aliases
from catalog_graph.backends.local.artifacts.indexing import index_documents
from catalog_graph.backends.local.artifacts.lookup import by_nodes
from catalog_graph.backends.local.flowyml.backfill import Backfill
from catalog_graph.backends.local.flowyml.lost_tags import restored_tags
from catalog_graph.backends.local.lineage import graph, lives
from catalog_graph.backends.local.search import index, reindexing
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.local.store.records import Document, fetch_all
from catalog_graph.changes.origin import FLOWYML
from catalog_graph.changes.recording import Item, item, registration, tag_items

CHUNK = 1000
"""Artifacts whose changes are read and applied together, before the time is checked."""
STALE_AFTER = 30 * 1_000_000
"""Microseconds after which no writer still writes tags that it has read: FlowyML waits 5 s for a lock."""


_CARD = ("name", "artifact_type", "version", "created_at")
_UNKNOWN = ("content_hash", "metadata")
"""Fields whose values our tables do not have."""
_PRESENT_ROWS = f"SELECT {records.COLUMNS} FROM json_each(?) j CROSS JOIN artifacts a ON a.artifact_id = j.value"
_DELETED_ROWS = f"SELECT {records.COLUMNS} FROM json_each(?) j CROSS JOIN cg_deleted a ON a.artifact_id = j.value"


class Change(NamedTuple):
    """A line of the log, with what the row had before the change; `None` if there was no row."""

    seq: int
    op: str
    parent_ids: str | None
    tags: str | None
    at: int


def is_behind(connection: sqlite3.Connection, lines: int = 0) -> bool:
    """Return True if the backfill is incomplete, or the log has more than so many lines."""
    row = connection.execute(
        "SELECT EXISTS(SELECT 1 FROM cg_log LIMIT 1 OFFSET ?) OR EXISTS(SELECT 1 FROM cg_meta r JOIN cg_meta t "
        "ON r.name = 'rows_read' AND t.name = 'rows_to_read' AND r.value < t.value "
        "OR r.name = 'nodes_indexed' AND t.name = 'nodes_to_index' AND r.value < t.value)",
        (lines,),
    ).fetchone()
    return bool(row[0])


def catch_up(connection: sqlite3.Connection, seconds: float, backfill: Backfill) -> bool:
    """Store a batch of the backfill or, if it is complete, apply the log for about so many seconds.

    This runs in the caller's transaction. Return True if nothing is left.
    """
    recorder = recorder_of(connection)
    recorder.begin(FLOWYML)
    if backfill.store(connection) or reindexing.store(connection):
        recorder.discard()  # these rows are older than the record
        return False
    deadline = time.monotonic() + seconds
    while _apply_chunk(connection):
        if time.monotonic() >= deadline:
            return False
    return True


def clear(connection: sqlite3.Connection) -> None:
    """Delete the lines that our own writes have caused; keep the tags that they replaced for a while."""
    _delete_lines(connection, "SELECT seq FROM cg_log")


# ---- a chunk of the log


def _apply_chunk(connection: sqlite3.Connection) -> bool:
    """Apply the changes of the next artifacts in the log; return False if it is empty."""
    lines = _next_lines(connection)
    if not lines:
        return False
    histories: dict[str, list[Change]] = {}
    for artifact_id, *change in lines:
        if records.is_addressable(artifact_id):
            histories.setdefault(artifact_id, []).append(Change(*change))
    last = connection.execute("SELECT max(seq) FROM cg_log").fetchone()[0]
    _apply(connection, histories)
    # Lines after the last one are about tags that were restored just now.
    seqs = json.dumps([seq for _, seq, *_ in lines])
    _delete_lines(
        connection, "SELECT value FROM json_each(?) UNION ALL SELECT seq FROM cg_log WHERE seq > ?", (seqs, last)
    )
    return True


def _next_lines(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return all lines about the artifacts that come next in the log, each with the id before the change."""
    return fetch_all(
        connection,
        "SELECT artifact_id, seq, op, parent_ids, tags, at FROM cg_log WHERE artifact_id IN "
        "(SELECT artifact_id FROM cg_log ORDER BY seq LIMIT :limit) OR seq IN "
        "(SELECT seq FROM cg_log WHERE artifact_id IS NULL LIMIT :limit) ORDER BY seq",
        {"limit": CHUNK},
    )


def _apply(connection: sqlite3.Connection, histories: Mapping[str, Sequence[Change]]) -> None:
    instant = now()
    rows = _rows_of(connection, _PRESENT_ROWS, histories)
    documents: list[Document] = []
    at: list[int] = []
    for artifact_id, history in histories.items():
        row = rows.get(artifact_id)
        deletions = _deletions(history, row is not None)
        _replay(connection, artifact_id, history, deletions, instant)
        if row is not None:
            inserted, seq = _inserted(history, deletions) or (instant, history[0].seq)
            recorded = _recorded(connection, artifact_id) or inserted
            document = records.document_of_row(row, recorded, instant, seq)
            _restore_tags(connection, document.entry, history)
            _restore_parents(connection, document.entry)
            recorder_of(connection).add(_items(connection, document.entry, history))
            documents.append(document)
            at.append(history[-1].at)
        elif _state(connection, artifact_id)[1] == graph.REGISTERED:
            _bury(connection, artifact_id, history[-1].at, instant)
    index_documents(connection, documents, at)


def _items(connection: sqlite3.Connection, entry: CatalogEntry, history: Sequence[Change]) -> Iterator[Item]:
    """Yield what is recorded of the changes of a row, without its edges.

    Of the fields, our tables know those of the card and those that are searched; of the tags before, the log has
    them. Of the other fields of a row that was replaced, nobody knows whether they have changed: all are named.
    """
    node, state = _state(connection, entry.artifact_id)
    if state != graph.REGISTERED:
        yield registration(entry)
        return
    card = connection.execute(f"SELECT {', '.join(_CARD)} FROM cg_node WHERE node = ?", (node,)).fetchone()
    names = {name: None for name, value in zip(_CARD, card, strict=True) if value != entry[name]}
    names |= dict.fromkeys(index.changed_fields(connection, node, entry))
    if any(change.op == "insert" and change.tags is not None for change in history):
        names |= dict.fromkeys(_UNKNOWN)
    if names:
        yield item("merged", entry.artifact_id, list(names))
    if history[0].tags is not None:
        yield from tag_items(entry.artifact_id, records.object_of(history[0].tags), entry.tags)


def _rows_of(connection: sqlite3.Connection, select: str, artifact_ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row for row in fetch_all(connection, select, (json.dumps(list(artifact_ids)),))}


def _recorded(connection: sqlite3.Connection, artifact_id: str) -> int | None:
    row = connection.execute(
        "SELECT recorded FROM cg_node WHERE artifact_id = ? AND state = ?", (artifact_id, graph.REGISTERED)
    ).fetchone()
    return None if row is None else int(row[0])


def _deletions(history: Sequence[Change], is_present: bool) -> list[int]:
    """Return the positions of the deletions in a history.

    With recursive triggers, replacing a row is logged as a deletion too: then the row is there afterwards.
    """
    there_after = [change.parent_ids is not None or change.tags is not None for change in history[1:]] + [is_present]
    return [n for n, change in enumerate(history) if change.op == "delete" and not there_after[n]]


def _inserted(history: Sequence[Change], deletions: Sequence[int]) -> tuple[int, int] | None:
    """Return the instant and the line of the first insertion after the last deletion."""
    after = history[deletions[-1] :] if deletions else history
    return next(((change.at, change.seq) for change in after if change.op == "insert"), None)


def _replay(
    connection: sqlite3.Connection, artifact_id: str, history: Sequence[Change], deletions: Sequence[int], now: int
) -> None:
    """Store the edges of each past state and each deletion, so that what was for a moment becomes history."""
    since = history[0].at - 1
    for position, change in enumerate(history):
        registered = _state(connection, artifact_id)[1] == graph.REGISTERED
        if change.parent_ids is not None and (len(history) > 1 or not registered):
            ids = records.parents_of(change.parent_ids)
            if ids or registered:
                nodes = graph.ensure(connection, [artifact_id, *ids], since)
                child = nodes[artifact_id]
                graph.set_parents(connection, {child: [nodes[i] for i in ids]}, {child: since})
        if position in deletions:
            _bury(connection, artifact_id, change.at, now, since)
        since = change.at


def _bury(connection: sqlite3.Connection, artifact_id: str, at: int, now: int, since: int | None = None) -> None:
    """Mark an artifact as deleted; one that is deleted before our tables had it was registered at `since`."""
    node, state = _state(connection, artifact_id)
    if state != graph.REGISTERED:
        rows = _rows_of(connection, _DELETED_ROWS, [artifact_id])
        if not rows:
            return
        document = records.document_of_row(rows[artifact_id], since, now, 0)
        node = graph.put(connection, [document], now)[artifact_id]
        lives.keep_row(connection, rows[artifact_id])
    index.remove(connection, [node])
    graph.bury(connection, node, at)
    aliases.forget(connection, [artifact_id])


def _state(connection: sqlite3.Connection, artifact_id: str) -> tuple[int, int]:
    return graph.nodes_of(connection, [artifact_id]).get(artifact_id, (0, graph.UNREGISTERED))


def _restore_parents(connection: sqlite3.Connection, entry: CatalogEntry) -> None:
    """Add the parents of a tombstone that is registered again, from which others derive, to the entry and its row."""
    node, state = _state(connection, entry.artifact_id)
    if state == graph.DELETED:
        together = list(dict.fromkeys([*by_nodes(connection, [node])[0].parent_ids, *entry.parent_ids]))
        if together != entry.parent_ids:
            entry.parent_ids = together
            records.update_column(connection, [entry], "parent_ids")


def _restore_tags(connection: sqlite3.Connection, entry: CatalogEntry, history: Sequence[Change]) -> None:
    """Put tags that a writer removed by accident back into the entry and its row."""
    states = [records.object_of(change.tags) for change in history] + [entry.tags]
    rows = connection.execute(
        "SELECT tags, until FROM cg_recent_tags WHERE artifact_id = ? ORDER BY rowid DESC", (entry.artifact_id,)
    ).fetchall()
    earlier = [(records.object_of(tags), until) for tags, until in rows]
    intended = states[0]
    for change, before, written in zip(history, states, states[1:], strict=False):
        if change.op == "update":
            recent = [state for state, until in earlier if until >= change.at - STALE_AFTER]
            intended = restored_tags(before, written, recent, intended)
        else:
            intended = written
        earlier.insert(0, (before, change.at))
    if not same_json(intended, entry.tags):
        entry.tags = intended
        records.update_column(connection, [entry], "tags")


def _delete_lines(connection: sqlite3.Connection, seqs: str, parameters: tuple[Any, ...] = ()) -> None:
    """Delete the lines of the log whose numbers `seqs` selects; keep the tags that they replaced for a while."""
    connection.execute("DELETE FROM cg_recent_tags WHERE until < ?", (now() - STALE_AFTER,))
    connection.execute(
        "INSERT INTO cg_recent_tags SELECT artifact_id, tags, at FROM cg_log "
        f"WHERE op = 'update' AND seq IN ({seqs}) ORDER BY seq",
        parameters,
    )
    connection.execute(f"DELETE FROM cg_log WHERE seq IN ({seqs})", parameters)
