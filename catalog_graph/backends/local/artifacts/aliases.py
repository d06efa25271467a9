"""Aliases in the file: who holds which, and what became of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from catalog_graph.aliases import Alias, AliasMove, AliasPage, MoveRequest, alias_of, move_of, refuse_held
from catalog_graph.backends import cursors
from catalog_graph.backends.base import not_found
from catalog_graph.backends.local.artifacts.entries import by_ids
from catalog_graph.backends.local.artifacts.records import Stored
from catalog_graph.backends.local.artifacts.tables import now
from catalog_graph.backends.local.lineage import stamps
from catalog_graph.backends.local.search import index
from catalog_graph.instants import from_microseconds, microseconds

_HELD = "SELECT name, alias, artifact_id, set_by, at FROM cg_alias"


def move(connection: sqlite3.Connection, asked: MoveRequest) -> AliasMove:
    """Move an alias, in the caller's transaction, or leave it where it is already; see `Aliases._move_alias`."""
    row = connection.execute(f"{_HELD} WHERE name = ? AND alias = ?", (asked.name, asked.alias)).fetchone()
    holder = row[2] if row else None
    asked.require(holder)
    if asked.artifact_id is not None:
        entry = by_ids(connection, [asked.artifact_id]).get(asked.artifact_id)
        if entry is None or entry.state != "registered":
            raise not_found(asked.artifact_id)
        asked.require_name(entry)
    asked.require_unchanged(lambda ids: stamps.mark(connection, ids))
    done = asked.move_from(holder, from_microseconds(now()))
    if done.before != done.after:
        _carry_out(connection, done)
    return done


def page(
    connection: sqlite3.Connection,
    name: str | None,
    alias: str | None,
    artifact_id: str | None,
    limit: int,
    cursor: str | None,
) -> AliasPage[Alias]:
    """A page of aliases."""
    after_name, after_alias = cursors.read(cursor, str, str) if cursor is not None else ("", "")
    values = {"name": name, "alias": alias, "id": artifact_id, "n": after_name, "a": after_alias, "most": limit + 1}
    given = {"name": "name = :name", "alias": "alias = :alias", "id": "artifact_id = :id"}
    conditions = ["(name, alias) > (:n, :a)", *(text for key, text in given.items() if values[key] is not None)]
    rows = connection.execute(
        f"{_HELD} WHERE {' AND '.join(conditions)} ORDER BY name, alias LIMIT :most", values
    ).fetchall()
    found = list(map(alias_of, rows[:limit]))
    return AliasPage(found, cursors.written(found[-1].name, found[-1].alias) if len(rows) > limit else None)


def history(
    connection: sqlite3.Connection, name: str, alias: str | None, limit: int, cursor: str | None
) -> AliasPage[AliasMove]:
    """A page of moves, the last one first."""
    [before] = cursors.read(cursor, int) if cursor is not None else (2**62,)
    rows = connection.execute(
        "SELECT number, name, alias, before, after, moved_by, at FROM cg_alias_move WHERE name = :name "
        "AND number < :before AND (:alias IS NULL OR alias = :alias) ORDER BY number DESC LIMIT :most",
        {"name": name, "before": before, "alias": alias, "most": limit + 1},
    ).fetchall()
    moves = [move_of(row[1:]) for row in rows[:limit]]
    return AliasPage(moves, cursors.written(rows[limit - 1][0]) if len(rows) > limit else None)


def release(connection: sqlite3.Connection, artifact_id: str, force: bool, by: str) -> None:
    """Make sure that an artifact carries no alias: raises `AliasHeld`, or unsets them all by `force`."""
    rows = connection.execute(f"{_HELD} WHERE artifact_id = ? ORDER BY name, alias", (artifact_id,))
    held = list(map(alias_of, rows))
    if not force:
        refuse_held(artifact_id, held)
    for alias in held:
        move(connection, MoveRequest(alias.name, alias.alias, None, by=by))


def forget(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> None:
    """Write down that artifacts, which another program has deleted, hold their aliases no more."""
    held = "SELECT h.name, h.alias, h.artifact_id FROM json_each(?) j CROSS JOIN cg_alias h ON h.artifact_id = j.value"
    for name, alias, artifact_id in connection.execute(held, (json.dumps(list(artifact_ids)),)).fetchall():
        _write_down(connection, AliasMove(name, alias, artifact_id, None, "", from_microseconds(now())))


def _carry_out(connection: sqlite3.Connection, done: AliasMove) -> None:
    _write_down(connection, done)
    for artifact_id in filter(None, (done.before, done.after)):
        _find_anew(connection, artifact_id)


def _write_down(connection: sqlite3.Connection, done: AliasMove) -> None:
    at = microseconds(done.at)
    if done.after is None:
        connection.execute("DELETE FROM cg_alias WHERE name = ? AND alias = ?", (done.name, done.alias))
    else:
        row = (done.name, done.alias, done.after, done.by, at)
        connection.execute("INSERT OR REPLACE INTO cg_alias VALUES (?, ?, ?, ?, ?)", row)
    connection.execute(
        "INSERT INTO cg_alias_move (name, alias, before, after, moved_by, at) VALUES (?, ?, ?, ?, ?, ?)",
        (done.name, done.alias, done.before, done.after, done.by, at),
    )


def _find_anew(connection: sqlite3.Connection, artifact_id: str) -> None:
    """Let an artifact be found by the aliases that it carries now."""
    row = connection.execute("SELECT node FROM cg_node WHERE artifact_id = ?", (artifact_id,)).fetchone()
    entry = by_ids(connection, [artifact_id]).get(artifact_id)
    if row is not None and entry is not None and entry.state == "registered":
        document = Stored(entry, microseconds(entry.created_at), microseconds(entry.recorded_at))
        index.put(connection, {row[0]: document})
