"""Brings our tables up to date with what FlowyML wrote, in transactions too short for anyone to wait for."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts import aliases, records
from catalog_graph.backends.local.artifacts.records import Stored, addressable, fetched, object_of, parents_of
from catalog_graph.backends.local.artifacts.tables import now, store
from catalog_graph.backends.local.flowyml.backfill import Backlog
from catalog_graph.backends.local.flowyml.lost_tags import Tags, meant
from catalog_graph.backends.local.lineage import graph
from catalog_graph.backends.local.search import index

CHUNK = 1000
"""Artifacts whose changes are read and written at a time; the clock is looked at in between."""
STALE_AFTER = 30 * 1_000_000
"""Microseconds in which a writer that had read tags has written them: FlowyML waits 5 s for a lock."""


class Change(NamedTuple):
    """One line of the log: what a row held until then. Both are `None` where there was no row."""

    seq: int
    op: str
    parent_ids: str | None
    tags: str | None
    at: int


def behind(connection: sqlite3.Connection, lines: int = 0) -> bool:
    """Whether our tables lack rows that FlowyML wrote before, or more than so many lines of the log."""
    found = connection.execute(
        "SELECT EXISTS(SELECT 1 FROM cg_log LIMIT 1 OFFSET ?) OR EXISTS(SELECT 1 FROM cg_meta r JOIN cg_meta t "
        "ON r.name = 'rows_read' AND t.name = 'rows_to_read' AND r.value < t.value)",
        (lines,),
    )
    return bool(found.fetchone()[0])


def advance(connection: sqlite3.Connection, seconds: float, backlog: Backlog) -> bool:
    """Store a piece of the backlog, or read the log for about so long, in the caller's transaction.

    Answers whether all is read.
    """
    if backlog.store(connection):
        return False
    until = time.monotonic() + seconds
    while _read_log(connection):
        if time.monotonic() >= until:
            return False
    return True


def clear_log(connection: sqlite3.Connection) -> None:
    """Forget what our own writes have logged, except which tags they replaced."""
    _forget(connection, "SELECT seq FROM cg_log")


# ---- the log


def _read_log(connection: sqlite3.Connection) -> bool:
    lines = _next_lines(connection)
    if not lines:
        return False
    changes: dict[str, list[Change]] = {}
    for artifact_id, *rest in lines:
        if addressable(artifact_id):
            changes.setdefault(artifact_id, []).append(Change(*rest))
    last = connection.execute("SELECT max(seq) FROM cg_log").fetchone()[0]
    instant = now()
    current = _current(connection, changes)
    known = {i for i, (_, state) in graph.nodes_of(connection, changes).items() if state == graph.REGISTERED}
    documents: list[Stored] = []
    at: list[int] = []
    for artifact_id, history in changes.items():
        _replay_edges(connection, artifact_id, history, artifact_id in known)
        row = current.get(artifact_id)
        if row is None:
            if artifact_id in known or any(change.op != "insert" for change in history):
                _bury(connection, artifact_id, history[-1].at)
            continue
        recorded = _recorded(connection, artifact_id) or next((c.at for c in history if c.op == "insert"), instant)
        document = records.foreign(row, recorded, instant)
        document.entry.tags = _intended_tags(connection, document.entry, history)
        documents.append(document)
        at.append(history[-1].at)
    store(connection, documents, at)
    # What comes behind the last line was logged by putting tags back.
    read = json.dumps([line[1] for line in lines])
    _forget(connection, "SELECT value FROM json_each(?) UNION ALL SELECT seq FROM cg_log WHERE seq > ?", (read, last))
    return True


def _next_lines(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Whatever the log holds about the artifacts that its next lines are about, each with the id before it."""
    return fetched(
        connection,
        "SELECT artifact_id, seq, op, parent_ids, tags, at FROM cg_log WHERE artifact_id IN "
        "(SELECT artifact_id FROM cg_log ORDER BY seq LIMIT :most) OR seq IN "
        "(SELECT seq FROM cg_log WHERE artifact_id IS NULL LIMIT :most) ORDER BY seq",
        {"most": CHUNK},
    )


def _current(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    found = fetched(
        connection,
        f"SELECT {records.COLUMNS_TO_INDEX} FROM json_each(?) j CROSS JOIN artifacts a ON a.artifact_id = j.value",
        (json.dumps(list(artifact_ids)),),
    )
    return {row[0]: row for row in found}


def _replay_edges(connection: sqlite3.Connection, artifact_id: str, history: Sequence[Change], known: bool) -> None:
    """Write the edges of every state but the last, so that none is lost that was there for a moment."""
    since = history[0].at - 1
    for change in history if len(history) > 1 or not known else ():
        if change.parent_ids is not None:
            ids = parents_of(change.parent_ids)
            if ids or known:
                nodes = graph.ensure(connection, [artifact_id, *ids], since)
                child = nodes[artifact_id]
                graph.set_parents(connection, {child: [nodes[i] for i in ids]}, {child: since})
        since = change.at


def _recorded(connection: sqlite3.Connection, artifact_id: str) -> int | None:
    row = connection.execute(
        "SELECT recorded FROM cg_node WHERE artifact_id = ? AND state = ?", (artifact_id, graph.REGISTERED)
    ).fetchone()
    return None if row is None else int(row[0])


def _bury(connection: sqlite3.Connection, artifact_id: str, at: int) -> None:
    node, state = graph.nodes_of(connection, [artifact_id]).get(artifact_id, (0, graph.DELETED))
    if state != graph.DELETED:
        index.remove(connection, [node])
        graph.bury(connection, {node: at})
        aliases.forget(connection, [artifact_id])


def _intended_tags(connection: sqlite3.Connection, entry: CatalogEntry, history: Sequence[Change]) -> Tags:
    """The tags of an entry, with those put back into its row that a writer undid without meaning to."""
    states = [object_of(change.tags) for change in history] + [entry.tags]
    recent = connection.execute(
        "SELECT tags, until FROM cg_recent_tags WHERE artifact_id = ? ORDER BY rowid DESC", (entry.artifact_id,)
    ).fetchall()
    earlier = [(object_of(tags), until) for tags, until in recent]
    intended = states[0]
    for change, before, written in zip(history, states, states[1:], strict=False):
        if change.op == "update":
            lately = [state for state, until in earlier if until >= change.at - STALE_AFTER]
            intended = meant(before, written, lately, intended)
        else:
            intended = written
        earlier.insert(0, (before, change.at))
    if intended != entry.tags:
        update = "UPDATE artifacts SET tags = ? WHERE artifact_id = ?"
        connection.execute(update, (json.dumps(intended), entry.artifact_id))
    return intended


def _forget(connection: sqlite3.Connection, lines: str, parameters: tuple[Any, ...] = ()) -> None:
    """Take lines out of the log (`lines` selects their numbers), and keep for a while which tags they replaced."""
    connection.execute("DELETE FROM cg_recent_tags WHERE until < ?", (now() - STALE_AFTER,))
    connection.execute(
        "INSERT INTO cg_recent_tags SELECT artifact_id, tags, at FROM cg_log "
        f"WHERE op = 'update' AND seq IN ({lines}) ORDER BY seq",
        parameters,
    )
    connection.execute(f"DELETE FROM cg_log WHERE seq IN ({lines})", parameters)
