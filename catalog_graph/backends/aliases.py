"""Aliases, as every backend keeps them: names such as `champion` for one artifact of a name at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

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
from catalog_graph.backends.references import ReferenceInterface, exactly
from catalog_graph.idempotency import receipt_of_move
from catalog_graph.page import pages

E = TypeVar("E", Alias, AliasMove)


class AliasInterface(ReferenceInterface, ABC):
    """Aliases: setting and unsetting them, who holds them, and their history."""

    # ---- implemented by each backend

    @abstractmethod
    def _move_alias(self, request: MoveRequest) -> AliasMove:
        """Move an alias in one transaction, and add the move to the history unless the alias was there already.

        A request whose receipt is known already gets the stored move, before anything else is looked at.
        Raises `AliasConflict` (`MoveRequest.require`, `MoveRequest.require_unchanged`), `NotFound` if the new holder is
        not registered, `InvalidInput` if it has another name.
        """

    @abstractmethod
    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        """Return one page of the aliases that are set, by name and alias (in code-point order)."""

    @abstractmethod
    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        """Return one page of the moves of an alias (or any alias) of a name, the last move first."""

    @abstractmethod
    def _bound_page(
        self, read: Callable[[str | None], AliasPage[E]], cursor: str | None, *question: Any
    ) -> AliasPage[E]:
        """Return the page that `read` returns at the position of a cursor, with its own cursor bound to the question.

        Raises `InvalidInput` if the cursor continues another question. A client leaves both to its service.
        """

    # ---- the interface

    def set_alias(
        self,
        name: str,
        alias: str,
        artifact_id: str,
        *,
        expected: Expected = ANYTHING,
        by: str = "",
        exact: bool = False,
        idempotency_key: str = "",
    ) -> AliasMove:
        """Point an alias to an artifact (an id or a reference), which must be registered under this name.

        With `expected`, the artifact that must hold it now (an id or a reference; `None`: the alias must be free), the
        alias moves only if that is so, else `AliasConflict` names the holder. `by` says who moves it. The same call
        with the same `idempotency_key` moves it once within 24 hours, and gets the same result. Raises `NotFound`,
        `InvalidInput`.
        """
        receipt = receipt_of_move(idempotency_key, name, alias, artifact_id, expected, by)
        holder = self._holder(expected, exact) if isinstance(expected, str) else expected
        return self._for_reference(
            exactly(artifact_id, exact),
            lambda own_id: self._move_alias(
                checked_move(name, alias, checks.checked_id(own_id), holder, by, receipt=receipt)
            ),
        )

    def unset_alias(
        self,
        name: str,
        alias: str,
        *,
        expected: str | Any = ANYTHING,
        by: str = "",
        exact: bool = False,
        idempotency_key: str = "",
    ) -> AliasMove:
        """Unset an alias; `before` in the result is the artifact that held it, `None` if none did.

        With `expected`, the artifact that must hold it now, raises `AliasConflict` if it does not. `idempotency_key` is
        as in `set_alias`.
        """
        receipt = receipt_of_move(idempotency_key, name, alias, None, expected, by)
        holder = expected if expected is ANYTHING else self._holder(expected, exact)
        return self._move_alias(checked_move(name, alias, None, holder, by, receipt=receipt))

    def _holder(self, expected: str, exact: bool) -> str:
        return self._id_of(exactly(checks.checked_id(expected, "expected"), exact))

    def alias(self, name: str, alias: str) -> str | None:
        """Return the id of the artifact that an alias points to, else `None`."""
        items = self._alias_page(checks.checked_name(name), checked_alias(alias), None, 1, None).items
        return items[0].artifact_id if items else None

    def aliases(
        self, name: str | None = None, *, artifact_id: str | None = None, limit: int = 1000, exact: bool = False
    ) -> list[Alias]:
        """Return the aliases that are set, by name and alias: all, those of a name, or those of an artifact.

        `artifact_id` may be a reference, unless `exact`.
        """

        def read(size: int, cursor: str | None) -> AliasPage[Alias]:
            return self.alias_page(name, artifact_id=artifact_id, limit=size, cursor=cursor, exact=exact)

        return [item for page in pages(read, checks.checked_limit(limit), checks.MAX_PAGE) for item in page.items]

    def alias_page(
        self,
        name: str | None = None,
        alias: str | None = None,
        *,
        artifact_id: str | None = None,
        limit: int = 1000,
        cursor: str | None = None,
        exact: bool = False,
    ) -> AliasPage[Alias]:
        """Return one page of at most 10,000 aliases."""
        of_name = checks.checked_name(name) if name else None
        of_alias = checked_alias(alias) if alias else None
        holder = self._id_of(exactly(checks.checked_id(artifact_id), exact)) if artifact_id else None
        size = min(checks.checked_limit(limit), checks.MAX_PAGE)

        def read(position: str | None) -> AliasPage[Alias]:
            return self._alias_page(of_name, of_alias, holder, size, position)

        return self._bound_page(read, cursor, "aliases", of_name, of_alias, holder)

    def alias_history(self, name: str, alias: str | None = None, *, limit: int = 100) -> list[AliasMove]:
        """Return the moves of an alias (or any alias) of a name, the last first: from and to what, by whom, when."""

        def read(size: int, cursor: str | None) -> AliasPage[AliasMove]:
            return self.alias_history_page(name, alias, limit=size, cursor=cursor)

        return [item for page in pages(read, checks.checked_limit(limit), checks.MAX_PAGE) for item in page.items]

    def alias_history_page(
        self, name: str, alias: str | None = None, *, limit: int = 100, cursor: str | None = None
    ) -> AliasPage[AliasMove]:
        """Return one page of at most 10,000 moves."""
        of_name = checks.checked_name(name)
        of_alias = checked_alias(alias) if alias else None
        size = min(checks.checked_limit(limit), checks.MAX_PAGE)

        def read(position: str | None) -> AliasPage[AliasMove]:
            return self._alias_history(of_name, of_alias, size, position)

        return self._bound_page(read, cursor, "alias history", of_name, of_alias)
