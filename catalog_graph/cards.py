"""Cards, the short descriptions of artifacts in a lineage: one by one, in columns, or as one text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from catalog_graph.artifact import CatalogEntry, State
from catalog_graph.query.text import SEPARATOR


class Card(NamedTuple):
    """The short description of an artifact in a lineage; `get` returns the whole entry."""

    artifact_id: str
    name: str
    artifact_type: str
    version: str | None
    created_at: str
    depth: int
    state: State
    aliases: tuple[str, ...] = ()
    """The aliases that it holds now, sorted; none in a lineage as of an instant."""

    def row(self) -> tuple[str | int | None, ...]:
        """Return the fields as a row of a table, with the aliases as one text."""
        return (*self[:-1], " ".join(self.aliases))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return self._asdict() | {"aliases": list(self.aliases)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the card that `to_dict` converted; services of before send no aliases."""
        return cls(**{**data, "aliases": tuple(data.get("aliases", ()))})


def card_of(entry: CatalogEntry) -> Card:
    """Return the card of an entry at depth 0."""
    e, aliases = entry, tuple(sorted(entry.aliases))
    return Card(e.artifact_id, e.name, e.artifact_type, e.version, e.created_at, 0, e.state, aliases)


COLUMN_FIELDS = Card._fields[:-1]
"""Fields that have a list in `Columns`: all but the aliases."""
_TEXT_FIELDS = tuple(name for name in COLUMN_FIELDS if name != "depth")
"""Fields that `Columns.text` writes."""
_PIECE = 65_536
"""Characters that are split, counted or searched at once, while no other thread runs: 30 ms for all of 70,000 cards."""
_FREED = 1_000
"""Values of a column that are freed at once."""


@dataclass(slots=True)
class Columns:
    """Many cards as one list for each field, two orders of magnitude faster to handle than one object for each card."""

    artifact_id: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    artifact_type: list[str] = field(default_factory=list)
    version: list[str | None] = field(default_factory=list)
    created_at: list[str] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    state: list[State] = field(default_factory=list)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The aliases of those that hold any, by id."""
    unsplit: str | None = field(default=None, init=False, repr=False, compare=False)
    """Text of `from_text` that is not split into columns yet."""

    @classmethod
    def of(cls, cards: Sequence[Card]) -> Columns:
        """Return the columns of cards."""
        columns = cls(aliases={card.artifact_id: card.aliases for card in cards if card.aliases})
        for column, values in zip(columns.lists(), zip(*cards, strict=True), strict=False):
            column.extend(values)
        return columns

    @classmethod
    def from_text(cls, text: str, depth: list[int], aliases: dict[str, tuple[str, ...]]) -> Columns:
        """Return the cards that `Columns.text` wrote as `text`; the text is split at the first use of a column.

        A service that only passes the text on never splits it. Raises `ValueError` if it has another number of cards.
        """
        separators = sum(text.count(SEPARATOR, at, at + _PIECE) for at in range(0, len(text), _PIECE))
        if separators != _separator_count(len(depth)) or (text and not depth):
            raise ValueError(f"the text does not have {len(depth)} cards")
        columns = cls.__new__(cls)
        columns.depth, columns.aliases, columns.unsplit = depth, aliases, text
        return columns

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Split the text at the first use of a column."""
            if name in _TEXT_FIELDS and (text := self.unsplit) is not None:
                self._split(text)
            return object.__getattribute__(self, name)

    def __len__(self) -> int:
        return len(self.depth)

    def lists(self) -> tuple[list[Any], ...]:
        """Return the columns that are lists, in the order of a card's fields."""
        return tuple(getattr(self, name) for name in COLUMN_FIELDS)

    def card(self, position: int) -> Card:
        """Return the card at a position."""
        aliases = self.aliases.get(self.artifact_id[position], ())
        return Card._make((*(column[position] for column in self.lists()), aliases))

    def cards(self) -> list[Card]:
        """Return the card of each position."""
        return list(self)

    def __iter__(self) -> Iterator[Card]:
        held = self.aliases.get
        return (Card._make((*row, held(row[0], ()))) for row in zip(*self.lists(), strict=True))

    def extend(self, other: Columns) -> None:
        """Append the cards of `other`."""
        for mine, more in zip(self.lists(), other.lists(), strict=True):
            mine.extend(more)
        self.aliases.update(other.aliases)

    def free(self) -> None:
        """Give up all values in parts, the list of depths that `from_text` was given too."""
        for column in self.lists():
            while column:
                del column[-_FREED:]

    def text(self) -> str | None:
        """Return the fields of each card except its depth, card after card, with a separator between them.

        A missing version becomes an empty text. Return `None` if `from_text` could not restore the cards: a version is
        empty but not missing, or a field contains a separator. Only other programs write such values, to local files.
        """
        if self.unsplit is not None:
            return self.unsplit
        versions = [version or "" for version in self.version]
        columns = (self.artifact_id, self.name, self.artifact_type, versions, self.created_at, self.state)
        text = SEPARATOR.join(chain.from_iterable(zip(*columns, strict=True)))
        exact = text.count(SEPARATOR) == _separator_count(len(self)) and "" not in self.version
        return text if exact else None

    def _split(self, text: str) -> None:
        columns: list[list[str]] = [[] for _ in _TEXT_FIELDS]
        for piece in text_pieces(text):
            fields = piece.split(SEPARATOR)
            for start, column in enumerate(columns):
                column += fields[start :: len(columns)]
        self.artifact_id, self.name, self.artifact_type, versions, self.created_at, states = columns
        self.version = [version or None for version in versions]
        self.state = cast("list[State]", states)
        self.unsplit = None


def text_pieces(text: str) -> Iterator[str]:
    """Yield the text of cards in pieces of whole cards."""
    start = 0
    while (end := text.find(SEPARATOR, start + _PIECE)) != -1:
        for _ in range(-(text.count(SEPARATOR, start, end) + 1) % len(_TEXT_FIELDS)):
            end = text.find(SEPARATOR, end + 1)
        if end == -1:
            break
        yield text[start:end]
        start = end + 1
    if text:
        yield text[start:]


def _separator_count(cards: int) -> int:
    """Return the number of separators in a text of so many cards."""
    return max(len(_TEXT_FIELDS) * cards - 1, 0)
