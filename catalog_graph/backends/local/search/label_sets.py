"""Sets of labels. An artifact meets a condition if it has at least one label of the condition's set.

A small set is read whole. In a large one, only the labels of candidates are looked up. So they are in a set whose size
is costly to know, as long as another condition leads to candidates.
"""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from catalog_graph.backends.local.search.labels import labels_with_text, unpack
from catalog_graph.backends.local.store.schema import NUMBER_TERM
from catalog_graph.query.text import NUMBERS

MANY_WITH_TERM = 5000
"""Maximum size of a set of labels with a term that is read whole; its labels are adjacent in an index."""
MANY_WITH_TEXT = 3000
"""The same for labels with a text, for which all texts are scanned."""
MANY_LOOKED_UP = 3000
"""Labels of candidates after which it is cheaper to scan all texts than to look up more."""

Bind = Callable[[object], str]
"""Adds a parameter to an SQL statement and returns its placeholder."""

RawRow = tuple[int, str, int, str, bytes, str | None]
"""A row of `cg_search` as SQLite returns it; most are read for their labels alone."""
_LABELS: Final = 4
_TEXT: Final = 5


class Row(NamedTuple):
    """A row of `cg_search` with names."""

    created: int
    artifact_id: str
    node: int
    compact_name: str
    labels: bytes
    text: str | None
    """Search text, unless it follows from the labels."""


class LabelSet(ABC):
    """Labels that share a property; an artifact meets the condition if it has one of them."""

    text: str | None = None
    """A text that the search text of each label contains."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._known_members: set[int] = set()
        self._checked: set[int] = set()

    @cached_property
    def members(self) -> frozenset[int] | None:
        """All labels of the set, or `None` if they are many."""
        return self._members_if_few()

    @property
    def is_costly(self) -> bool:
        """True if `members` is not read yet, and all texts are scanned for it."""
        return False

    @abstractmethod
    def _members_if_few(self) -> frozenset[int] | None: ...

    @abstractmethod
    def all_members(self) -> list[int]:
        """Return all labels of the set, however many they are."""

    @abstractmethod
    def members_among(self, numbers: list[int]) -> list[int]:
        """Return those of `numbers` that belong to the set."""

    @abstractmethod
    def sql(self, bind: Bind) -> str:
        """Return a SELECT of all labels of the set, as `label`."""

    def filter(self, rows: Sequence[RawRow]) -> list[RawRow]:
        """Return the rows that have a label of the set."""
        if (self.is_costly and len(self._checked) <= MANY_LOOKED_UP) or self.members is None:
            self._check(unpack(b"".join([row[_LABELS] for row in rows])))
            has_none = self._known_members.isdisjoint
        else:
            has_none = self.members.isdisjoint
        matches = [row for row in rows if not has_none(unpack(row[_LABELS]))]
        if self.text is None:
            return matches
        return [row for row in matches if (text := row[_TEXT]) is None or self.text in text]

    def _check(self, numbers: Iterable[int]) -> None:
        unchecked = set(numbers) - self._checked
        self._checked |= unchecked
        self._known_members.update(self.members_among(list(unchecked)))


class FixedLabelSet(LabelSet):
    """Labels whose numbers are known already."""

    def __init__(self, connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
        self._numbers = list(numbers)
        super().__init__(connection)

    def _members_if_few(self) -> frozenset[int]:
        return frozenset(self._numbers)

    def all_members(self) -> list[int]:  # noqa: D102
        return self._numbers

    def members_among(self, numbers: list[int]) -> list[int]:  # noqa: D102
        return [n for n in numbers if n in self._numbers]

    def sql(self, bind: Bind) -> str:  # noqa: D102
        return _select_numbers(self._numbers, bind)


class TermLabelSet(LabelSet):
    """Labels that have a term between `low` and `high`, both included."""

    def __init__(self, connection: sqlite3.Connection, low: str, high: str) -> None:
        self._range = (low, high)
        super().__init__(connection)

    def _members_if_few(self) -> frozenset[int] | None:
        low, high = self._range
        if low != high and not low.startswith(NUMBERS[:2]):  # no index has the terms of a label but for these numbers
            return frozenset(self.all_members())
        # Counting first is faster than reading many labels in vain.
        count = "SELECT count(*) FROM (SELECT 1 FROM cg_label_term WHERE term BETWEEN ? AND ? LIMIT ?)"
        [size] = self.connection.execute(count, (*self._range, MANY_WITH_TERM + 1)).fetchone()
        return frozenset(self.all_members()) if size <= MANY_WITH_TERM else None

    def all_members(self) -> list[int]:  # noqa: D102
        statement = "SELECT json_group_array(label) FROM cg_label_term WHERE term BETWEEN ? AND ?"
        return _read_numbers(self.connection, statement, self._range)

    def members_among(self, numbers: list[int]) -> list[int]:  # noqa: D102
        low, high = self._range
        if low == high:
            return _read_numbers(
                self.connection,
                "SELECT json_group_array(t.label) FROM json_each(?) j CROSS JOIN cg_label_term t "
                "ON t.term = ? AND t.label = j.value",
                (json.dumps(numbers), low),
            )
        return _read_numbers(
            self.connection,
            "SELECT json_group_array(t.label) FROM json_each(?) j CROSS JOIN cg_label_term t "
            f"INDEXED BY cg_label_number ON t.label = j.value WHERE t.{NUMBER_TERM} AND t.term BETWEEN ? AND ?",
            (json.dumps(numbers), low, high),
        )

    def sql(self, bind: Bind) -> str:  # noqa: D102
        low, high = self._range
        return f"SELECT label FROM cg_label_term WHERE term BETWEEN {bind(low)} AND {bind(high)}"


class TextLabelSet(LabelSet):
    """Labels whose search text contains `text`, which is folded."""

    text: str

    def __init__(self, connection: sqlite3.Connection, text: str) -> None:
        self.text = text
        super().__init__(connection)

    @property
    def is_costly(self) -> bool:
        """True if `members` is not read yet."""
        return "members" not in self.__dict__

    def contains(self, labels: frozenset[int]) -> bool:
        """Return True if all these labels belong to the set."""
        return len(self.members_among(list(labels))) == len(labels)

    def note_many(self) -> None:
        """Note that the labels of the set are many, so that nothing is scanned to see that."""
        self.__dict__.setdefault("members", None)

    def _members_if_few(self) -> frozenset[int] | None:
        numbers = labels_with_text(self.connection, self.text, MANY_WITH_TEXT + 1)
        return frozenset(numbers) if len(numbers) <= MANY_WITH_TEXT else None

    def all_members(self) -> list[int]:  # noqa: D102
        return labels_with_text(self.connection, self.text, -1)

    def members_among(self, numbers: list[int]) -> list[int]:  # noqa: D102
        return _read_numbers(
            self.connection,
            "SELECT json_group_array(l.label) FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value "
            "WHERE instr(l.text, ?)",
            (json.dumps(numbers), self.text),
        )

    def sql(self, bind: Bind) -> str:  # noqa: D102
        if self.members is not None:
            return _select_numbers(self.members, bind)
        return f"SELECT label FROM cg_label WHERE instr(text, {bind(self.text)})"


def _select_numbers(numbers: Iterable[int], bind: Bind) -> str:
    return f"SELECT value AS label FROM json_each({bind(json.dumps(list(numbers)))})"


def _read_numbers(connection: sqlite3.Connection, statement: str, parameters: tuple[object, ...]) -> list[int]:
    numbers: list[int] = json.loads(connection.execute(statement, parameters).fetchone()[0])
    return numbers
