"""What a query asks of an artifact, as sets of labels: an artifact's own labels show whether it holds."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from catalog_graph.backends.local.labels import (
    DIGEST_FIELDS,
    digest_label,
    exact_tag_token,
    field_token,
    labels_with_text,
)
from catalog_graph.query.tree import Conjunction, Field, Query, Selection


class Row(NamedTuple):
    """A row of `cg_search`."""

    created: int
    artifact_id: str
    node: int
    compact_name: str
    labels: bytes
    text: str | None


@dataclass(frozen=True, slots=True)
class Labels:
    """Any of these labels; where `part` is given, an artifact with a search text of its own decides by that."""

    numbers: frozenset[int]
    part: str | None = None

    def hold(self, row: Row, numbers: Collection[int]) -> bool:
        """Whether the artifact of `row`, which has these labels, meets the condition."""
        if self.numbers.isdisjoint(numbers):
            return False
        return self.part is None or row.text is None or self.part in row.text


@dataclass(slots=True)
class Conditions:
    """A conjunction, ready to be asked of rows."""

    wanted: list[Labels] = field(default_factory=list)
    unwanted: list[Labels] = field(default_factory=list)
    others: list[Callable[[Row], bool]] = field(default_factory=list)
    artifact_id: str | None = None
    name: str | None = None
    """The compact name, exactly."""
    name_start: str | None = None
    """How the compact name starts."""
    created_from: int = -(2**62)
    created_to: int = 2**62
    """Both included."""

    def hold(self, row: Row) -> bool:
        """Whether the artifact of `row` meets them all."""
        if self.wanted or self.unwanted:
            numbers = array("q", row.labels).tolist()
            if not all(labels.hold(row, numbers) for labels in self.wanted):
                return False
            if any(labels.hold(row, numbers) for labels in self.unwanted):
                return False
        return all(other(row) for other in self.others)


class Vocabulary:
    """Looks up labels; within one question, each thing once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.with_term = cache(self._with_term)
        self.with_part = cache(self._with_part)

    def conditions(self, conjunction: Conjunction, selection: Selection) -> Conditions:
        """A conjunction and the filters of a selection, as conditions."""
        found = Conditions()
        found.wanted += [self.with_term(term, term) for term in conjunction.has]
        found.wanted += [self.with_term(r.low, r.high) for r in conjunction.ranges]
        found.wanted += [self.with_part(part) for part in conjunction.parts]
        found.unwanted += [self.with_term(term, term) for term in conjunction.lacks]
        found.unwanted += [self.with_term(r.low, r.high) for r in conjunction.lacks_ranges]
        found.unwanted += [self.with_part(part) for part in conjunction.lacks_parts]
        found.wanted += self._selected(selection)
        if conjunction.created_from is not None:
            found.created_from = _within_64_bits(conjunction.created_from)
        if conjunction.created_before is not None:
            found.created_to = _within_64_bits(conjunction.created_before - 1)
        for wanted in conjunction.equals:
            self._add_field(found, wanted)
        for unwanted in conjunction.differs:
            found.others.append(self._differs(unwanted))
        return found

    def add_tier(self, conditions: Conditions, query: Query, tier: int) -> Conditions:
        """`conditions` with those of a tier of the answer's order (`query.tree.Query`)."""
        if not query.words:
            return conditions
        compact = query.compact
        words = [self.with_term(word, word) for word in query.words]
        if tier == 0:
            conditions.name = compact
            conditions.others.append(lambda row: row.compact_name == compact)
        elif tier == 1:
            conditions.name_start = compact
            conditions.others.append(lambda row: row.compact_name != compact and row.compact_name.startswith(compact))
        else:
            conditions.others.append(lambda row: not row.compact_name.startswith(compact))
            if tier == 2:
                conditions.wanted += words
            else:
                conditions.others.append(lambda row: not _all_hold(words, row))
        return conditions

    def _with_term(self, low: str, high: str) -> Labels:
        find = "SELECT json_group_array(label) FROM cg_label_term WHERE term BETWEEN ? AND ?"
        return Labels(frozenset(json.loads(self._connection.execute(find, (low, high)).fetchone()[0])))

    def _with_part(self, part: str) -> Labels:
        return Labels(frozenset(labels_with_text(self._connection, part)), part)

    def _selected(self, selection: Selection) -> list[Labels]:
        try:
            tokens = _tokens(selection)
            found = [self._connection.execute("SELECT label FROM cg_label WHERE token = ?", (t,)) for t in tokens]
        except UnicodeEncodeError:  # half of a surrogate pair, which nothing can hold
            return [Labels(frozenset())]
        return [Labels(frozenset(row[0] for row in rows)) for rows in found]

    def _add_field(self, conditions: Conditions, wanted: Field) -> None:
        if wanted.name == "artifact_id":
            conditions.artifact_id = wanted.value
        if wanted.name in DIGEST_FIELDS and wanted.value:
            conditions.wanted.append(Labels(frozenset([digest_label(wanted.name, wanted.value)])))
        else:
            differs = self._differs(wanted)
            conditions.others.append(lambda row: not differs(row))

    def _differs(self, given: Field) -> Callable[[Row], bool]:
        if given.name == "state":
            return lambda row: given.value != "registered"
        if given.name == "artifact_id":
            return lambda row: row.artifact_id != given.value
        column = DIGEST_FIELDS[DIGEST_FIELDS.index(given.name)]
        find = f"SELECT coalesce({column}, '') <> ? FROM artifacts WHERE artifact_id = ?"
        return lambda row: bool(self._connection.execute(find, (given.value, row.artifact_id)).fetchone()[0])


def _tokens(selection: Selection) -> list[str]:
    fields: dict[str, Any] = {
        name: getattr(selection, name) for name in ("artifact_type", "source_pipeline", "source_step")
    }
    tokens = [field_token(name, value) for name, value in fields.items() if value is not None]
    return tokens + [exact_tag_token(key, value) for key, value in selection.tags.items()]


def _all_hold(words: list[Labels], row: Row) -> bool:
    numbers = array("q", row.labels).tolist()
    return all(labels.hold(row, numbers) for labels in words)


def _within_64_bits(value: int) -> int:
    return max(-(2**62), min(2**62, value))
