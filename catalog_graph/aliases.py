"""Aliases, such as `champion`: each points to one artifact of a name at a time; a history keeps every move."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from catalog_graph.artifact import CatalogEntry
from catalog_graph.checks import checked_id, checked_name, checked_text
from catalog_graph.errors import AliasConflict, AliasHeld, InvalidInput
from catalog_graph.idempotency import Receipt
from catalog_graph.instants import from_microseconds

if TYPE_CHECKING:
    from catalog_graph.seals.card import SealPart

MAX_ALIAS = 128
"""Maximum number of characters of an alias."""
MAX_BY = 256
"""Maximum number of characters of `by`."""
_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
VERSION = re.compile(r"latest|v?[0-9]+")
"""Words that a reference reads as a version."""


class Anything(Enum):
    """The type of `ANYTHING`."""

    ANYTHING = "anything"


ANYTHING: Final = Anything.ANYTHING
Expected = str | None | Anything
"""The id of the artifact that must hold an alias before a move; `None` if it must be free; `ANYTHING` for any state."""


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias that points to an artifact."""

    name: str
    alias: str
    artifact_id: str
    by: str
    """Name of the person or program that set it; may be empty."""
    at: str
    """Instant at which it was set, by the store's clock."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class AliasMove:
    """One entry in the history of an alias."""

    name: str
    alias: str
    before: str | None
    """Id of the artifact that held it before; `None` if it was free."""
    after: str | None
    """Id of the artifact that held it from then on; `None` if it was unset."""
    by: str
    at: str

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return asdict(self)


def alias_of(row: Sequence[Any]) -> Alias:
    """Return the alias of a database row: the fields in order, with the instant in microseconds."""
    return Alias(row[0], row[1], row[2], row[3], from_microseconds(row[4]))


def move_of(row: Sequence[Any]) -> AliasMove:
    """Return the move of a database row: the fields in order, with the instant in microseconds."""
    return AliasMove(row[0], row[1], row[2], row[3], row[4], from_microseconds(row[5]))


T = TypeVar("T", Alias, AliasMove)


@dataclass(frozen=True, slots=True)
class AliasPage(Generic[T]):
    """One page of aliases (by name, then by alias) or of moves (newest first)."""

    items: list[T]
    cursor: str | None = None
    """Start of the next page; `None` on the last page."""

    @property
    def complete(self) -> bool:
        """True on the last page."""
        return self.cursor is None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return {"items": [item.to_dict() for item in self.items], "complete": self.complete, "cursor": self.cursor}


@dataclass(frozen=True, slots=True)
class Stamp:
    """A fingerprint of artifacts and everything upstream of them: if it differs later, something changed."""

    artifact_ids: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """A request to move an alias, with checked values."""

    name: str
    alias: str
    artifact_id: str | None
    """Id of the new holder; `None` unsets the alias."""
    expected: Expected = ANYTHING
    by: str = ""
    stamp: Stamp | None = None
    """Fingerprint that must be unchanged at the time of the move; `None` for no check."""
    receipt: Receipt | None = None
    """Receipt of a request that may be sent again; `None` for one without an idempotency key."""
    seal: Sequence[SealPart] = ()
    """Parts of a seal of the new holder, kept with the move."""

    def require(self, holder: str | None) -> None:
        """Raise `AliasConflict` if `holder`, the present holder, is not the expected one."""
        if self.expected is ANYTHING or self.expected == holder:
            return
        held = f"{holder!r} holds it" if holder is not None else "nobody holds it"
        expected = "be free" if self.expected is None else f"be held by {self.expected!r}"
        raise AliasConflict(
            f"the alias {self.name}@{self.alias} was expected to {expected}, but {held}; read it again, then move it",
            name=self.name,
            alias=self.alias,
            artifact_id=holder,
        )

    def require_name(self, entry: CatalogEntry) -> None:
        """Raise `InvalidInput` if the new holder has another name than the alias."""
        if entry.name != self.name:
            raise InvalidInput(
                f"artifact {entry.artifact_id!r} is named {entry.name!r}; it cannot hold an alias of {self.name!r}",
                field="artifact_id",
            )

    def require_unchanged(self, mark: Callable[[tuple[str, ...]], str]) -> None:
        """Raise `AliasConflict` if the stamped artifacts or their ancestry changed; `mark` reads their present mark."""
        if self.stamp is not None and mark(self.stamp.artifact_ids) != self.stamp.mark:
            raise AliasConflict(
                f"the lineage of {self.artifact_id!r} changed while it was checked; check it again",
                name=self.name,
                alias=self.alias,
                artifact_id=self.artifact_id,
            )

    def move_from(self, holder: str | None, at: str) -> AliasMove:
        """Return the entry of the history for this move away from `holder`."""
        return AliasMove(self.name, self.alias, holder, self.artifact_id, self.by, at)

    def stored_move(self, digest: str, text: str) -> AliasMove:
        """Return the move that a store kept with the `digest` of the first request under this key.

        Raises `IdempotencyKeyReused` if this is a different request.
        """
        if self.receipt is not None:
            self.receipt.require_same(digest)
        before, after, at = json.loads(text)
        return AliasMove(self.name, self.alias, before, after, self.by, at)


def move_text(move: AliasMove) -> str:
    """Return what a receipt keeps of a move; the rest follows from its request."""
    return json.dumps([move.before, move.after, move.at], separators=(",", ":"))


def checked_alias(alias: Any) -> str:
    """Return `alias`. Raises `InvalidInput` if no alias can have this name."""
    if not isinstance(alias, str) or not _ALIAS.fullmatch(alias) or len(alias) > MAX_ALIAS:
        shown = repr(alias[:80]) if isinstance(alias, str) else f"of type {type(alias).__name__}"
        raise InvalidInput(
            f"alias {shown} is not valid: use 1 to {MAX_ALIAS} of A to Z, a to z, 0 to 9, '.', '_' and '-', "
            "and begin with a letter or a digit",
            field="alias",
        )
    if VERSION.fullmatch(alias.lower()):
        raise InvalidInput(f"alias {alias!r} would be read as a version; choose another word", field="alias")
    return alias


def checked_move(
    name: Any,
    alias: Any,
    artifact_id: Any,
    expected: Any,
    by: Any,
    stamp: Stamp | None = None,
    receipt: Receipt | None = None,
) -> MoveRequest:
    """Return the request to move an alias. Raises `InvalidInput` if a value is not valid."""
    if expected is not None and expected is not ANYTHING:
        checked_id(expected, "expected")
    if artifact_id is not None:
        checked_id(artifact_id)
    return MoveRequest(checked_name(name), checked_alias(alias), artifact_id, expected, checked_by(by), stamp, receipt)


def checked_by(by: Any) -> str:
    """Return `by`. Raises `InvalidInput` or `LimitExceeded` unless it is a text of at most `MAX_BY` characters."""
    return checked_text(by, "by", MAX_BY)


def refuse_held(artifact_id: str, aliases: Iterable[Alias]) -> None:
    """Raise `AliasHeld` if an artifact that is to be deleted still holds aliases."""
    names = [f"{alias.name}@{alias.alias}" for alias in aliases]
    if names:
        raise AliasHeld(
            f"artifact {artifact_id!r} still holds {', '.join(names)}: move or unset the alias first, or delete with "
            "force=True",
            artifact_id=artifact_id,
            aliases=names,
        )
