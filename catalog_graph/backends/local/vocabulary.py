"""Sets of labels that a condition asks for, each as small or as late as it can be."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from catalog_graph.backends.local.labels import NUMBER_TERM, labels_with_text

MANY_LABELS = 3000
"""More than so many are not listed; each label that is met is asked about instead."""


class Labels(ABC):
    """The labels that have something in common; an artifact meets the condition by having any of them."""

    part: str | None = None
    """A text that stands in the search text of each."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        found = self.listed(MANY_LABELS + 1)
        self.few = frozenset(found) if len(found) <= MANY_LABELS else None
        """All of them, unless they are many."""
        self._known: set[int] = set()
        self._asked: set[int] = set()

    @abstractmethod
    def listed(self, most: int) -> list[int]:
        """Them all, but at most so many."""

    @abstractmethod
    def among(self, numbers: list[int]) -> list[int]:
        """Those of `numbers` that belong to them."""

    def statement(self, given: Callable[[object], str]) -> str:
        """SQL that gives them all as `label`; `given` takes a parameter and answers how it is written."""
        if self.few is None:
            return self.selecting(given)
        return f"SELECT value AS label FROM json_each({given(json.dumps(list(self.few)))})"

    @abstractmethod
    def selecting(self, given: Callable[[object], str]) -> str:
        """The same where they are many."""

    def prepare(self, numbers: Iterable[int]) -> None:
        """Ask about labels before `hold` does."""
        if self.few is None:
            new = set(numbers) - self._asked
            self._asked |= new
            self._known.update(self.among(list(new)))

    def hold(self, numbers: Iterable[int], text: str | None) -> bool:
        """Whether an artifact with the labels `numbers`, which were prepared, has any of these.

        `text` is the artifact's search text, where that is not just what its labels have.
        """
        if (self._known if self.few is None else self.few).isdisjoint(numbers):
            return False
        return self.part is None or text is None or self.part in text


class Given(Labels):
    """Labels that are known already."""

    def __init__(self, connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
        self._numbers = list(numbers)
        super().__init__(connection)

    def listed(self, most: int) -> list[int]:  # noqa: D102
        return self._numbers

    def among(self, numbers: list[int]) -> list[int]:  # noqa: D102
        return [n for n in numbers if n in self._numbers]

    def selecting(self, given: Callable[[object], str]) -> str:  # noqa: D102
        return f"SELECT value AS label FROM json_each({given(json.dumps(self._numbers))})"


class WithTerm(Labels):
    """Labels that have a term between `low` and `high`, both included."""

    def __init__(self, connection: sqlite3.Connection, low: str, high: str) -> None:
        self._range = (low, high)
        super().__init__(connection)

    def listed(self, most: int) -> list[int]:  # noqa: D102
        return _numbers(
            self.connection,
            "SELECT json_group_array(label) FROM (SELECT label FROM cg_label_term WHERE term BETWEEN ? AND ? LIMIT ?)",
            (*self._range, most),
        )

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

    def selecting(self, given: Callable[[object], str]) -> str:  # noqa: D102
        low, high = self._range
        return f"SELECT label FROM cg_label_term WHERE term BETWEEN {given(low)} AND {given(high)}"


class WithPart(Labels):
    """Labels in whose search text `part`, folded, stands somewhere."""

    def __init__(self, connection: sqlite3.Connection, part: str) -> None:
        self.part = part
        super().__init__(connection)

    def listed(self, most: int) -> list[int]:  # noqa: D102
        assert self.part is not None
        return labels_with_text(self.connection, self.part, most)

    def among(self, numbers: list[int]) -> list[int]:  # noqa: D102
        return _numbers(
            self.connection,
            "SELECT json_group_array(l.label) FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value "
            "WHERE instr(l.text, ?)",
            (json.dumps(numbers), self.part),
        )

    def selecting(self, given: Callable[[object], str]) -> str:  # noqa: D102
        return f"SELECT label FROM cg_label WHERE instr(text, {given(self.part)})"


def _numbers(connection: sqlite3.Connection, statement: str, parameters: tuple[object, ...]) -> list[int]:
    found: list[int] = json.loads(connection.execute(statement, parameters).fetchone()[0])
    return found
