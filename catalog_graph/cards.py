"""What a lineage answer says of each artifact: a card each, one list a field, or one text."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from catalog_graph.artifact import State
from catalog_graph.query.text import SEPARATOR


class Card(NamedTuple):
    """What a lineage answer says of each artifact; `get` has the rest."""

    artifact_id: str
    name: str
    artifact_type: str
    version: str | None
    created_at: str
    depth: int
    state: State


_SPELT = tuple(name for name in Card._fields if name != "depth")


@dataclass(slots=True)
class Columns:
    """Many cards, one list a field: two orders of magnitude quicker to carry than one object each."""

    artifact_id: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    artifact_type: list[str] = field(default_factory=list)
    version: list[str | None] = field(default_factory=list)
    created_at: list[str] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    state: list[State] = field(default_factory=list)
    _text: str | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def spelt(cls, text: str, depth: list[int]) -> Columns:
        """The cards that `text` spells, which is taken apart when a column is first looked at.

        A service that hands the text on never looks. Raises `ValueError` where it spells another number of cards.
        """
        if text.count(SEPARATOR) != _separators(len(depth)) or (text and not depth):
            raise ValueError(f"a text does not spell {len(depth)} cards")
        columns = cls.__new__(cls)
        columns._text, columns.depth = text, depth
        return columns

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """A column that is not there yet."""
            if name in _SPELT and (text := self._text) is not None:
                self._take_apart(text)
            return object.__getattribute__(self, name)

    def __len__(self) -> int:
        return len(self.depth)

    def lists(self) -> tuple[list[Any], ...]:
        """The columns, in the order of a card's fields."""
        return tuple(getattr(self, name) for name in Card._fields)

    def cards(self) -> list[Card]:
        """A card for each position."""
        return [Card(*row) for row in zip(*self.lists(), strict=True)]

    def extend(self, other: Columns) -> None:
        """Put the cards of `other` behind these."""
        for mine, more in zip(self.lists(), other.lists(), strict=True):
            mine.extend(more)

    def text(self) -> str | None:
        """The fields of each card but its depth, card after card, or `None` where they could not be told apart again.

        A version that is missing is an empty one. Only what others wrote into a local file can hold a separator.
        """
        if self._text is not None:
            return self._text
        versions = [version or "" for version in self.version]
        columns = (self.artifact_id, self.name, self.artifact_type, versions, self.created_at, self.state)
        text = SEPARATOR.join(chain.from_iterable(zip(*columns, strict=True)))
        exact = text.count(SEPARATOR) == _separators(len(self)) and "" not in self.version
        return text if exact else None

    def _take_apart(self, text: str) -> None:
        fields = text.split(SEPARATOR) if text else []
        self.artifact_id, self.name, self.artifact_type, versions, self.created_at, states = (
            fields[at :: len(_SPELT)] for at in range(len(_SPELT))
        )
        self.version = [version or None for version in versions]
        self.state = cast("list[State]", states)
        self._text = None


def _separators(cards: int) -> int:
    """How many separators a text that spells so many cards has."""
    return max(len(_SPELT) * cards - 1, 0)
