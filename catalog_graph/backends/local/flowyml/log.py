"""The log of changes that FlowyML makes to its table; short transactions apply them to our tables."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts import aliases
from catalog_graph.backends.local.artifacts.indexing import index_documents
from catalog_graph.backends.local.flowyml.backfill import Backfill
from catalog_graph.backends.local.flowyml.lost_tags import restored_tags
from catalog_graph.backends.local.lineage import graph
from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.local.store.records import Document, fetch_all

CHUNK = 1000
"""Artifacts whose changes are read and applied together, before the time is checked."""
STALE_AFTER = 30 * 1_000_000
"""Microseconds after which no writer still writes tags that it has read: FlowyML waits 5 s for a lock."""


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
        "ON r.name = 'rows_read' AND t.name = 'rows_to_read' AND r.value < t.value)",
        (lines,),
    ).fetchone()
    return bool(row[0])


def catch_up(connection: sqlite3.Connection, seconds: float, backfill: Backfill) -> bool:
    """Store a batch of the backfill or, if it is complete, apply the log for about so many seconds.

    This runs in the caller's transaction. Return True if nothing is left.
    """
    if backfill.store(connection):
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
    rows = _present_rows(connection, histories)
    registered = {i for i, (_, state) in graph.nodes_of(connection, histories).items() if state == graph.REGISTERED}
    documents: list[Document] = []
    at: list[int] = []
    for artifact_id, history in histories.items():
        _replay_edges(connection, artifact_id, history, artifact_id in registered)
        row = rows.get(artifact_id)
        if row is not None:
            inserted, seq = next(((c.at, c.seq) for c in history if c.op == "insert"), (instant, history[0].seq))
            recorded = _recorded(connection, artifact_id) or inserted
            document = records.document_of_row(row, recorded, instant, seq)
            _restore_tags(connection, document.entry, history)
            documents.append(document)
            at.append(history[-1].at)
        elif artifact_id in registered or any(change.op != "insert" for change in history):
            _bury(connection, artifact_id, history[-1].at)
    index_documents(connection, documents, at)


def _present_rows(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    rows = fetch_all(
        connection,
        f"SELECT {records.COLUMNS_TO_INDEX} FROM json_each(?) j CROSS JOIN artifacts a ON a.artifact_id = j.value",
        (json.dumps(list(artifact_ids)),),
    )
    return {row[0]: row for row in rows}


def _recorded(connection: sqlite3.Connection, artifact_id: str) -> int | None:
    row = connection.execute(
        "SELECT recorded FROM cg_node WHERE artifact_id = ? AND state = ?", (artifact_id, graph.REGISTERED)
    ).fetchone()
    return None if row is None else int(row[0])


def _replay_edges(
    connection: sqlite3.Connection, artifact_id: str, history: Sequence[Change], registered: bool
) -> None:
    """Store the edges of each past state, so that even those that existed for a moment become history."""
    since = history[0].at - 1
    for change in history if len(history) > 1 or not registered else ():
        if change.parent_ids is not None:
            ids = records.parents_of(change.parent_ids)
            if ids or registered:
                nodes = graph.ensure(connection, [artifact_id, *ids], since)
                child = nodes[artifact_id]
                graph.set_parents(connection, {child: [nodes[i] for i in ids]}, {child: since})
        since = change.at


def _bury(connection: sqlite3.Connection, artifact_id: str, at: int) -> None:
    node, state = graph.nodes_of(connection, [artifact_id]).get(artifact_id, (0, graph.DELETED))
    if state != graph.DELETED:
        index.remove(connection, [node])
        graph.bury(connection, {node: at})
        aliases.forget(connection, [artifact_id])


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
    if intended != entry.tags:
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
