"""Aliases on every backend: what is checked and composed once, over three primitives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from catalog_graph import checks
from catalog_graph.aliases import (
    ANYTHING,
    Alias,
    AliasMove,
    AliasPage,
    Expected,
    MoveRequest,
    checked_alias,
    checked_move,
)
from catalog_graph.backends.references import Naming
from catalog_graph.errors import InvalidInput


class Aliases(Naming, ABC):
    """Names such as `champion`, each of which points to one artifact of a name at a time."""

    # ---- what a backend is made of

    @abstractmethod
    def _move_alias(self, asked: MoveRequest) -> AliasMove:
        """Move an alias in one transaction, and write down what came of it unless it was there already.

        Raises `AliasConflict` (`MoveRequest.require`, `MoveRequest.require_unchanged`), `NotFound` if the new holder is
        not registered, `InvalidInput` if it has another name.
        """

    @abstractmethod
    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        """A page of the aliases that are set, by name and alias (in code-point order)."""

    @abstractmethod
    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        """A page of what became of the aliases of a name, the last move first."""

    def _mark(self, artifact_ids: Sequence[str]) -> str:
        """A text that differs once anything about these artifacts, or about what is upstream of them, has changed.

        For backends that promote; a client asks its service to.
        """
        raise NotImplementedError

    # ---- moving

    def set_alias(
        self, name: str, alias: str, artifact_id: str, *, expected: Expected = ANYTHING, by: str = ""
    ) -> AliasMove:
        """Point an alias to an artifact (an id or a reference), which has to be registered under that name.

        With `expected`, the artifact that has to hold it now (an id or a reference; `None`: it has to be free), it is
        moved only if that is so, else `AliasConflict` names who holds it. `by` says who moves it. Raises `NotFound`,
        `InvalidInput`.
        """
        held = self._holder(expected) if isinstance(expected, str) else expected

        def act(found_id: str) -> AliasMove:
            return self._move_alias(checked_move(name, alias, checks.checked_id(found_id), held, by))

        return self._found(artifact_id, act)

    def unset_alias(self, name: str, alias: str, *, expected: str | Any = ANYTHING, by: str = "") -> AliasMove:
        """Let an alias point to nothing; `before` in the answer is the artifact that held it, `None` if none did.

        With `expected`, the artifact that has to hold it now; raises `AliasConflict` where it does not.
        """
        held = expected if expected is ANYTHING else self._holder(expected)
        return self._move_alias(checked_move(name, alias, None, held, by))

    def _holder(self, expected: str) -> str:
        return self._resolved(checks.checked_id(expected, "expected"))

    # ---- looking up

    def _aliased(self, name: str, alias: str) -> str | None:
        try:
            return self.alias(name, alias)
        except InvalidInput:
            return None

    def alias(self, name: str, alias: str) -> str | None:
        """The id of the artifact that an alias points to, else `None`."""
        found = self._alias_page(checks.checked_name(name), checked_alias(alias), None, 1, None).items
        return found[0].artifact_id if found else None

    def aliases(self, name: str | None = None, *, artifact_id: str | None = None, limit: int = 1000) -> list[Alias]:
        """The aliases that are set, by name and alias: all, those of a name, or those that an artifact carries.

        `artifact_id` may be a reference.
        """
        wanted = checks.checked_limit(limit)
        page = self.alias_page(name, artifact_id=artifact_id, limit=wanted)
        items = page.items
        while page.cursor and len(items) < wanted:
            page = self.alias_page(name, artifact_id=artifact_id, limit=wanted - len(items), cursor=page.cursor)
            items += page.items
        return items

    def alias_page(
        self,
        name: str | None = None,
        alias: str | None = None,
        *,
        artifact_id: str | None = None,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> AliasPage[Alias]:
        """One page of at most 10,000 aliases."""
        return self._alias_page(
            checks.checked_name(name) if name else None,
            checked_alias(alias) if alias else None,
            self._resolved(checks.checked_id(artifact_id)) if artifact_id else None,
            min(checks.checked_limit(limit), checks.MAX_PAGE),
            cursor,
        )

    def alias_history(self, name: str, alias: str | None = None, *, limit: int = 100) -> list[AliasMove]:
        """Who moved an alias (or any alias) of a name from what to what, and when; the last move first."""
        wanted = checks.checked_limit(limit)
        page = self.alias_history_page(name, alias, limit=wanted)
        items = page.items
        while page.cursor and len(items) < wanted:
            page = self.alias_history_page(name, alias, limit=wanted - len(items), cursor=page.cursor)
            items += page.items
        return items

    def alias_history_page(
        self, name: str, alias: str | None = None, *, limit: int = 100, cursor: str | None = None
    ) -> AliasPage[AliasMove]:
        """One page of at most 10,000 moves."""
        return self._alias_history(
            checks.checked_name(name),
            checked_alias(alias) if alias else None,
            min(checks.checked_limit(limit), checks.MAX_PAGE),
            cursor,
        )
