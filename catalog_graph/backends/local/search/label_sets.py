"""Sets of labels that a condition asks for, each as small or as late as it can be."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from catalog_graph.backends.local.search.labels import NUMBER_TERM, labels_with_text, unpacked

MANY_WITH_TERM = 5000
"""More than so many are not listed; each label that is met is asked about instead. They stand together in an index."""
MANY_WITH_PART = 3000
"""The same for those that have to be sought."""


RawRow = tuple[int, str, int, str, bytes, str | None]
"""A row of `cg_search` as SQLite gives it: most are looked at for their labels alone."""
_LABELS: Final = 4
_TEXT: Final = 5


class Row(NamedTuple):
    """The same, with names."""

    created: int
    artifact_id: str
    node: int
    compact_name: str
    labels: bytes
    text: str | None
    """The search text, where that is not just what the labels have."""


class Labels(ABC):
    """The labels that have something in common; an artifact meets the condition by having any of them."""

    part: str | None = None
    """A text that stands in the search text of each."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.few = self._few()
        """All of them, unless they are many."""
        self._known: set[int] = set()
        self._asked: set[int] = set()

    @abstractmethod
    def _few(self) -> frozenset[int] | None: ...

    @abstractmethod
    def listed(self) -> list[int]:
        """Them all."""

    @abstractmethod
    def among(self, numbers: list[int]) -> list[int]:
        """Those of `numbers` that belong to them."""

    @abstractmethod
    def statement(self, given: Callable[[object], str]) -> str:
        """SQL that gives them all as `label`; `given` takes a parameter and answers how it is written."""

    def of(self, rows: Sequence[RawRow]) -> list[RawRow]:
        """Those of `rows` that have any of these."""
        if self.few is None:
            self._ask(unpacked(b"".join([row[_LABELS] for row in rows])))
        has_none = (self._known if self.few is None else self.few).isdisjoint
        found = [row for row in rows if not has_none(unpacked(row[_LABELS]))]
        if self.part is None:
            return found
        return [row for row in found if (text := row[_TEXT]) is None or self.part in text]

    def _ask(self, numbers: Iterable[int]) -> None:
        new = set(numbers) - self._asked
        self._asked |= new
        self._known.update(self.among(list(new)))


class Given(Labels):
    """Labels that are known already."""

    def __init__(self, connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
        self._numbers = list(numbers)
        super().__init__(connection)

    def _few(self) -> frozenset[int]:
        return frozenset(self._numbers)

    def listed(self) -> list[int]:  # noqa: D102
        return self._numbers

    def among(self, numbers: list[int]) -> list[int]:  # noqa: D102
        return [n for n in numbers if n in self._numbers]

    def statement(self, given: Callable[[object], str]) -> str:  # noqa: D102
        return _selecting(self._numbers, given)


class WithTerm(Labels):
    """Labels that have a term between `low` and `high`, both included."""

    def __init__(self, connection: sqlite3.Connection, low: str, high: str) -> None:
        self._range = (low, high)
        super().__init__(connection)

    def _few(self) -> frozenset[int] | None:
        # Counted first, for to list many in vain takes longer.
        count = "SELECT count(*) FROM (SELECT 1 FROM cg_label_term WHERE term BETWEEN ? AND ? LIMIT ?)"
        [size] = self.connection.execute(count, (*self._range, MANY_WITH_TERM + 1)).fetchone()
        return frozenset(self.listed()) if size <= MANY_WITH_TERM else None

    def listed(self) -> list[int]:  # noqa: D102
        statement = "SELECT json_group_array(label) FROM cg_label_term WHERE term BETWEEN ? AND ?"
        return _numbers(self.connection, statement, self._range)

    def among(self, numbers: list[int]) -> list[int]:  # noqa: D102
        low, high = self._range
        if low == high:
            return _numbers(
                self.connection,
                "SELECT json_group_array(t.label) FROM json_each(?) j CROSS JOIN cg_label_term t "
                "ON t.term = ? AND t.label = j.value",
                (json.dumps(numbers), low),
            )
        return _numbers(
            self.connection,
            "SELECT json_group_array(t.label) FROM json_each(?) j CROSS JOIN cg_label_term t "
            f"INDEXED BY cg_label_number ON t.label = j.value WHERE {NUMBER_TERM} AND t.term BETWEEN ? AND ?",
            (json.dumps(numbers), low, high),
        )

    def statement(self, given: Callable[[object], str]) -> str:  # noqa: D102
        low, high = self._range
        return f"SELECT label FROM cg_label_term WHERE term BETWEEN {given(low)} AND {given(high)}"


class WithPart(Labels):
    """Labels in whose search text `part`, folded, stands somewhere."""

    part: str

    def __init__(self, connection: sqlite3.Connection, part: str) -> None:
        self.part = part
        super().__init__(connection)

    def _few(self) -> frozenset[int] | None:
        found = labels_with_text(self.connection, self.part, MANY_WITH_PART + 1)
        return frozenset(found) if len(found) <= MANY_WITH_PART else None

    def listed(self) -> list[int]:  # noqa: D102
        return labels_with_text(self.connection, self.part, -1)

    def among(self, numbers: list[int]) -> list[int]:  # noqa: D102
        return _numbers(
            self.connection,
            "SELECT json_group_array(l.label) FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value "
            "WHERE instr(l.text, ?)",
            (json.dumps(numbers), self.part),
        )

    def statement(self, given: Callable[[object], str]) -> str:  # noqa: D102
        if self.few is not None:
            return _selecting(self.few, given)
        return f"SELECT label FROM cg_label WHERE instr(text, {given(self.part)})"


def _selecting(numbers: Iterable[int], given: Callable[[object], str]) -> str:
    return f"SELECT value AS label FROM json_each({given(json.dumps(list(numbers)))})"


def _numbers(connection: sqlite3.Connection, statement: str, parameters: tuple[object, ...]) -> list[int]:
    found: list[int] = json.loads(connection.execute(statement, parameters).fetchone()[0])
    return found
