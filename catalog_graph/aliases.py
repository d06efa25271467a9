"""Aliases: names such as `champion` that point to one artifact of a name at a time, and who moved them when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from catalog_graph.artifact import CatalogEntry
from catalog_graph.checks import checked_id, checked_name, checked_text
from catalog_graph.errors import AliasConflict, AliasHeld, InvalidInput
from catalog_graph.instants import from_microseconds

MAX_ALIAS = 128
"""Characters of an alias."""
MAX_BY = 256
"""Characters of who moved it."""
_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION = re.compile(r"latest|v?[0-9]+")
"""What a reference would read as a version."""


class Anything(Enum):
    """Says that it does not matter who holds an alias now."""

    ANYTHING = "anything"


ANYTHING: Final = Anything.ANYTHING
Expected = str | None | Anything
"""The id of the artifact that has to hold an alias, `None` where it has to be free, or `ANYTHING`."""


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias that is set."""

    name: str
    alias: str
    artifact_id: str
    by: str
    """Who set it, as far as that was said."""
    at: str
    """When, by the store's clock."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class AliasMove:
    """One line of the history of an alias."""

    name: str
    alias: str
    before: str | None
    """The id of the artifact that held it; `None` where it was free."""
    after: str | None
    """The id of the one that holds it since; `None` where it was unset."""
    by: str
    at: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)


def alias_of(row: Sequence[Any]) -> Alias:
    """The alias of a row: its fields in order, the instant in microseconds."""
    return Alias(row[0], row[1], row[2], row[3], from_microseconds(row[4]))


def move_of(row: Sequence[Any]) -> AliasMove:
    """The move of a row: its fields in order, the instant in microseconds."""
    return AliasMove(row[0], row[1], row[2], row[3], row[4], from_microseconds(row[5]))


T = TypeVar("T", Alias, AliasMove)


@dataclass(frozen=True, slots=True)
class AliasPage(Generic[T]):
    """One page of aliases (by name, then alias) or of their history (the newest first)."""

    items: list[T]
    cursor: str | None = None
    """Where the next page begins; `None` on the last."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left after this page."""
        return self.cursor is None

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"items": [item.to_dict() for item in self.items], "complete": self.complete, "cursor": self.cursor}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an artifact and everything upstream of it was like: another stamp later means that something changed."""

    artifact_ids: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Moving:
    """A move that is asked for, checked."""

    name: str
    alias: str
    artifact_id: str | None
    """Where to; `None` unsets it."""
    expected: Expected = ANYTHING
    by: str = ""
    stamp: Stamp | None = None
    """What must not have changed since."""

    def require(self, holder: str | None) -> None:
        """Raise `AliasConflict` where the alias is not held as expected."""
        if self.expected is ANYTHING or self.expected == holder:
            return
        held = f"{holder!r} holds it" if holder is not None else "nobody holds it"
        wanted = "be free" if self.expected is None else f"be held by {self.expected!r}"
        raise AliasConflict(
            f"the alias {self.name}@{self.alias} was to {wanted}, but {held}: look again, then decide",
            name=self.name,
            alias=self.alias,
            artifact_id=holder,
        )

    def require_name(self, entry: CatalogEntry) -> None:
        """Raise `InvalidInput` where the artifact that is to hold the alias has another name."""
        if entry.name != self.name:
            raise InvalidInput(
                f"artifact {entry.artifact_id!r} is named {entry.name!r}; it cannot hold an alias of {self.name!r}",
                field="artifact_id",
            )

    def require_unchanged(self, mark: Callable[[tuple[str, ...]], str]) -> None:
        """Raise `AliasConflict` where something upstream has changed since it was stamped; `mark` reads the present."""
        if self.stamp is not None and mark(self.stamp.artifact_ids) != self.stamp.mark:
            raise AliasConflict(
                f"the lineage of {self.artifact_id!r} changed while it was checked: check it again",
                name=self.name,
                alias=self.alias,
                artifact_id=self.artifact_id,
            )

    def done(self, holder: str | None, at: str) -> AliasMove:
        """This move, away from `holder`."""
        return AliasMove(self.name, self.alias, holder, self.artifact_id, self.by, at)


def checked_alias(alias: Any) -> str:
    """`alias`, or `InvalidInput` where none can be called so."""
    if not isinstance(alias, str) or not _ALIAS.fullmatch(alias) or len(alias) > MAX_ALIAS:
        shown = repr(alias[:80]) if isinstance(alias, str) else f"of type {type(alias).__name__}"
        raise InvalidInput(
            f"alias {shown} cannot be used: it is 1 to {MAX_ALIAS} of A to Z, a to z, 0 to 9, '.', '_' and "
            "'-', and begins with a letter or a digit",
            field="alias",
        )
    if _VERSION.fullmatch(alias.lower()):
        raise InvalidInput(f"alias {alias!r} would be read as a version; choose another word", field="alias")
    return alias


def checked_move(name: Any, alias: Any, artifact_id: Any, expected: Any, by: Any, stamp: Stamp | None = None) -> Moving:
    """What is asked for, or `InvalidInput`."""
    if expected is not None and expected is not ANYTHING:
        checked_id(expected, "expected")
    if artifact_id is not None:
        checked_id(artifact_id)
    return Moving(checked_name(name), checked_alias(alias), artifact_id, expected, checked_by(by), stamp)


def checked_by(by: Any) -> str:
    """`by`, a short text."""
    return checked_text(by, "by", MAX_BY)


def refuse_held(artifact_id: str, aliases: Iterable[Alias]) -> None:
    """Raise `AliasHeld` where an artifact that is to be deleted carries aliases."""
    held = [f"{alias.name}@{alias.alias}" for alias in aliases]
    if held:
        raise AliasHeld(
            f"artifact {artifact_id!r} is {', '.join(held)}: move or unset that first, or delete it with force=True "
            "(on the command line --force)",
            artifact_id=artifact_id,
            aliases=held,
        )
