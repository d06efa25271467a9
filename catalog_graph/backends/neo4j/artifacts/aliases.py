"""Aliases in the graph: one node each, held by one artifact. Each alias has a lock, so that its moves are serial."""

from __future__ import annotations

from typing import Any

from catalog_graph.aliases import Alias, AliasMove, AliasPage, MoveRequest, alias_of, move_of, move_text
from catalog_graph.backends import cursors
from catalog_graph.backends.neo4j.artifacts import seals
from catalog_graph.backends.neo4j.lineage.stamps import mark
from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction
from catalog_graph.backends.neo4j.store.idempotency import keep_answer, stored_answer
from catalog_graph.backends.neo4j.store.records import card_end, new_revision, sort_id
from catalog_graph.backends.neo4j.store.transaction import Changes
from catalog_graph.changes.recording import move_item
from catalog_graph.instants import microseconds, now
from catalog_graph.query.index import alias_terms

_LAST = 2**62


def move(transaction: BoltTransaction, request: MoveRequest) -> AliasMove:
    """Move an alias, unless it is there already; see `CatalogBackend._move_alias`."""
    if (stored := stored_answer(transaction, request.receipt)) is not None:
        return request.stored_move(*stored)
    [row] = transaction.run("aliases/lock", sort_name=sort_id(request.name), alias=request.alias)
    [[holder, others]] = row["holders"]
    request.require(holder)
    if request.artifact_id is not None:
        changes = Changes(transaction)
        changes.lock(filter(None, (holder, request.artifact_id)))
        request.require_name(changes.registered(request.artifact_id))
    request.require_unchanged(lambda ids: mark(transaction.run, ids))
    done = request.move_from(holder, now())
    if done.before != done.after:
        _save(transaction, done, others)
        transaction.changes.add([move_item(done, request.stamp is not None)])
    seals.keep(transaction, request.seal)
    keep_answer(transaction, request.receipt, move_text(done))
    return done


def page(
    bolt: Bolt, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
) -> AliasPage[Alias]:
    """Return a page of aliases."""
    first = sort_id(name) if name is not None and artifact_id is None else ""
    after_name, after_alias = cursors.decode(cursor, str, str) if cursor is not None else (first, "")
    values: dict[str, Any] = {"after_name": after_name, "after_alias": after_alias, "limit": limit + 1, "alias": alias}
    sort_name = None if name is None else sort_id(name)
    if artifact_id is None:
        [row] = bolt.read("aliases/list", sort_name=sort_name, **values)
    else:
        [row] = bolt.read("aliases/held", artifact_id=artifact_id, sort_name=sort_name, **values)
    entries = list(map(alias_of, row["aliases"]))
    more = len(entries) > limit
    last = entries[limit - 1] if more else None
    return AliasPage(entries[:limit], cursors.encode(sort_id(last.name), last.alias) if last else None)


def history(bolt: Bolt, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
    """Return a page of moves, the last one first."""
    [before] = cursors.decode(cursor, int) if cursor is not None else (_LAST,)
    rows = bolt.read("aliases/history", name=name, alias=alias, before_number=before, limit=limit + 1)[0]["moves"]
    moves = [move_of(row[1:]) for row in rows]
    more = len(moves) > limit
    return AliasPage(moves[:limit], cursors.encode(rows[limit - 1][0]) if more else None)


def held(transaction: BoltTransaction, artifact_id: str) -> list[Alias]:
    """Return the aliases that an artifact holds."""
    values: dict[str, Any] = {"sort_name": None, "alias": None, "after_name": "", "after_alias": "", "limit": _LAST}
    [row] = transaction.run("aliases/held", artifact_id=artifact_id, **values)
    return list(map(alias_of, row["aliases"]))


def unset_all(transaction: BoltTransaction, artifact_id: str, by: str) -> None:
    """Remove all aliases of an artifact; it can get no other until the transaction ends."""
    transaction.run("store/take_locks", names=["aliases"])
    for alias in held(transaction, artifact_id):
        move(transaction, MoveRequest(alias.name, alias.alias, None, by=by))


def _save(transaction: BoltTransaction, done: AliasMove, others: list[str]) -> None:
    place = {"sort_name": sort_id(done.name), "alias": done.alias}
    at = microseconds(done.at)
    if done.before is not None:
        transaction.run(
            "aliases/take", **place, terms=alias_terms(others), card_end=card_end(others), revision=new_revision()
        )
    if done.after is not None:
        transaction.run(
            "aliases/give",
            **place,
            name=done.name,
            artifact_id=done.after,
            terms=alias_terms([done.alias]),
            card_end=card_end([done.alias]),
            by=done.by,
            now=at,
            revision=new_revision(),
        )
    written = {"name": done.name, "alias": done.alias, "before": done.before, "after": done.after}
    transaction.run("aliases/record", **written, by=done.by, now=at)
