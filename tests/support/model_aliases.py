"""Aliases of the model catalog."""

from __future__ import annotations

import json
from collections.abc import Sequence

from catalog_graph.aliases import Alias, AliasMove, AliasPage, MoveRequest, move_text
from catalog_graph.instants import now
from catalog_graph.lineage import Traversal
from catalog_graph.seals.card import SealCard, SealPart
from tests.support.model_state import ModelState, distances, read_cursor


class ModelAliases(ModelState):
    """Aliases, their moves, and the mark that shows a change of an ancestry."""

    def _move_alias(self, request: MoveRequest) -> AliasMove:
        with self._all_or_nothing():
            if request.receipt is not None and request.receipt.key in self._receipts:
                return request.stored_move(*self._receipts[request.receipt.key])
            alias = self._aliases.get((request.name, request.alias))
            holder = alias.artifact_id if alias else None
            request.require(holder)
            if request.artifact_id is not None:
                request.require_name(self._registered(request.artifact_id))
            request.require_unchanged(self._mark)
            move = request.move_from(holder, now())
            if request.stamp is not None:
                self._special[f"{request.name}@{request.alias}"] = "promoted"
            if move.before != move.after:
                self._moves.append(move)
                self._aliases.pop((request.name, request.alias), None)
            if move.before != move.after and move.after is not None:
                new = Alias(request.name, request.alias, move.after, move.by, move.at)
                self._aliases[request.name, request.alias] = new
            self._save_seal(request.seal)
            if request.receipt is not None:
                self._receipts[request.receipt.key] = request.receipt.digest, move_text(move)
            return move

    def _save_seal(self, parts: Sequence[SealPart]) -> None:
        with self._all_or_nothing():
            for part in parts:
                self._registered(part.card.artifact_id)
                self._seal_store.setdefault(part.key, part)

    def _seal_cards(self, artifact_id: str, limit: int) -> list[SealCard]:
        cards = {d: p.card for (i, d, _), p in self._seal_store.items() if i == artifact_id and self._seal_parts(i, d)}
        newest = sorted(sorted(cards.values(), key=lambda card: card.digest), key=lambda c: c.sealed_at, reverse=True)
        return newest[:limit]

    def seal_digests(self, artifact_ids: Sequence[str]) -> dict[str, list[str]]:
        digests = {i: sorted(card.digest for card in self._seal_cards(i, 10_000)) for i in artifact_ids}
        return {i: kept for i, kept in digests.items() if kept}

    def _seal_parts(self, artifact_id: str, digest: str) -> list[SealPart]:
        parts = [p for (i, d, _), p in sorted(self._seal_store.items()) if (i, d) == (artifact_id, digest)]
        return parts if parts and len(parts) == parts[0].parts else []

    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        after = read_cursor(cursor, str, str) if cursor is not None else ["", ""]
        with self._lock:
            aliases = [a for a in self._all_aliases() if [a.name, a.alias] > after]
        filters = {"name": name, "alias": alias, "artifact_id": artifact_id}
        aliases = [a for a in aliases if all(v is None or getattr(a, k) == v for k, v in filters.items())]
        last = aliases[limit - 1] if len(aliases) > limit else None
        return AliasPage(aliases[:limit], json.dumps([last.name, last.alias]) if last else None)

    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        [before] = read_cursor(cursor, int) if cursor is not None else [2**62]
        with self._lock:
            numbered = [(n, m) for n, m in enumerate(self._moves) if m.name == name and alias in (None, m.alias)]
        moves = [(n, m) for n, m in reversed(numbered) if n < before]
        more = json.dumps([moves[limit - 1][0]]) if len(moves) > limit else None
        return AliasPage([m for _, m in moves[:limit]], more)

    def _mark(self, artifact_ids: Sequence[str]) -> str:
        with self._lock:
            of_each = [[i, *distances(self._known, i, Traversal("upstream"))] for i in artifact_ids if i in self._known]
            return repr([(self._known[i], self._carried(i)) for ids in of_each for i in sorted(ids)])
