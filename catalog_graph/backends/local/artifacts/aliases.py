"""Aliases in the file: their holders and the history of their moves."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from catalog_graph.aliases import Alias, AliasMove, AliasPage, MoveRequest, alias_of, move_of, move_text, refuse_held
from catalog_graph.backends import cursors
from catalog_graph.backends.local.artifacts import seals
from catalog_graph.backends.local.artifacts.lookup import registered
from catalog_graph.backends.local.lineage import stamps
from catalog_graph.backends.local.lineage.graph import nodes_of
from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.local.store.idempotency import keep_answer, stored_answer
from catalog_graph.backends.local.store.records import Document
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.changes.recording import move_item
from catalog_graph.instants import from_microseconds, microseconds

_ALIASES = "SELECT name, alias, artifact_id, set_by, at FROM cg_alias"
_ALIASES_OF = (
    "SELECT h.name, h.alias, h.artifact_id FROM json_each(?) j CROSS JOIN cg_alias h ON h.artifact_id = j.value"
)


def move(connection: sqlite3.Connection, request: MoveRequest) -> AliasMove:
    """Move an alias, unless it is there already, in the caller's transaction; see `CatalogBackend._move_alias`."""
    if (stored := stored_answer(connection, request.receipt)) is not None:
        return request.stored_move(*stored)
    row = connection.execute(f"{_ALIASES} WHERE name = ? AND alias = ?", (request.name, request.alias)).fetchone()
    holder = row[2] if row else None
    request.require(holder)
    if request.artifact_id is not None:
        entry = registered(connection, [request.artifact_id]).get(request.artifact_id)
        if entry is None:
            raise unknown_artifact(request.artifact_id)
        request.require_name(entry)
    request.require_unchanged(lambda ids: stamps.mark(connection, ids))
    alias_move = request.move_from(holder, from_microseconds(now()))
    if alias_move.before != alias_move.after:
        _record(connection, alias_move, promoted=request.stamp is not None)
        for artifact_id in filter(None, (alias_move.before, alias_move.after)):
            reindex(connection, artifact_id)
    seals.keep(connection, request.seal)
    keep_answer(connection, request.receipt, move_text(alias_move))
    return alias_move


def page(
    connection: sqlite3.Connection,
    name: str | None,
    alias: str | None,
    artifact_id: str | None,
    limit: int,
    cursor: str | None,
) -> AliasPage[Alias]:
    """Return a page of aliases, of a name, an alias or an artifact alone if these are given."""
    after_name, after_alias = cursors.decode(cursor, str, str) if cursor is not None else ("", "")
    values = {"name": name, "alias": alias, "id": artifact_id, "n": after_name, "a": after_alias, "limit": limit + 1}
    filters = {"name": "name = :name", "alias": "alias = :alias", "id": "artifact_id = :id"}
    conditions = ["(name, alias) > (:n, :a)", *(sql for key, sql in filters.items() if values[key] is not None)]
    rows = connection.execute(
        f"{_ALIASES} WHERE {' AND '.join(conditions)} ORDER BY name, alias LIMIT :limit", values
    ).fetchall()
    aliases = list(map(alias_of, rows[:limit]))
    following = cursors.encode(aliases[-1].name, aliases[-1].alias) if len(rows) > limit else None
    return AliasPage(aliases, following)


def history(
    connection: sqlite3.Connection, name: str, alias: str | None, limit: int, cursor: str | None
) -> AliasPage[AliasMove]:
    """Return a page of the moves of a name's aliases, or of one of them, newest first."""
    [before] = cursors.decode(cursor, int) if cursor is not None else (2**62,)
    rows = connection.execute(
        "SELECT number, name, alias, before, after, moved_by, at FROM cg_alias_move WHERE name = :name "
        "AND number < :before AND (:alias IS NULL OR alias = :alias) ORDER BY number DESC LIMIT :limit",
        {"name": name, "before": before, "alias": alias, "limit": limit + 1},
    ).fetchall()
    moves = [move_of(row[1:]) for row in rows[:limit]]
    return AliasPage(moves, cursors.encode(rows[limit - 1][0]) if len(rows) > limit else None)


def release(connection: sqlite3.Connection, artifact_id: str, force: bool, by: str) -> None:
    """Raise `AliasHeld` if an artifact has aliases; with `force`, unset them on behalf of `by`."""
    rows = connection.execute(f"{_ALIASES} WHERE artifact_id = ? ORDER BY name, alias", (artifact_id,))
    aliases = list(map(alias_of, rows))
    if not force:
        refuse_held(artifact_id, aliases)
    for alias in aliases:
        move(connection, MoveRequest(alias.name, alias.alias, None, by=by))


def forget(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> None:
    """Unset the aliases of artifacts that another program has deleted."""
    rows = connection.execute(_ALIASES_OF, (json.dumps(list(artifact_ids)),)).fetchall()
    for name, alias, artifact_id in rows:
        _record(connection, AliasMove(name, alias, artifact_id, None, "", from_microseconds(now())))


def _record(connection: sqlite3.Connection, alias_move: AliasMove, promoted: bool = False) -> None:
    """Set or unset the alias, and add the move to the history."""
    recorder_of(connection).add([move_item(alias_move, promoted)])
    name, alias, before, after, by = (
        alias_move.name,
        alias_move.alias,
        alias_move.before,
        alias_move.after,
        alias_move.by,
    )
    at = microseconds(alias_move.at)
    if after is None:
        connection.execute("DELETE FROM cg_alias WHERE name = ? AND alias = ?", (name, alias))
    else:
        connection.execute("INSERT OR REPLACE INTO cg_alias VALUES (?, ?, ?, ?, ?)", (name, alias, after, by, at))
    connection.execute(
        "INSERT INTO cg_alias_move (name, alias, before, after, moved_by, at) VALUES (?, ?, ?, ?, ?, ?)",
        (name, alias, before, after, by, at),
    )


def reindex(connection: sqlite3.Connection, artifact_id: str) -> None:
    """Update the search index with the present aliases of an artifact."""
    entry = registered(connection, [artifact_id]).get(artifact_id)
    if entry is not None:
        node, _ = nodes_of(connection, [artifact_id])[artifact_id]
        index.put(connection, {node: Document.of(entry)})
