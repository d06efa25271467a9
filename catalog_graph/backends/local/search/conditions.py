"""What a query asks of an artifact: mostly which labels it has."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from functools import cache

from catalog_graph.backends.local.search.label_sets import Given, Labels, RawRow, Row, WithPart, WithTerm
from catalog_graph.backends.local.search.labels import exact_tag_token, field_token
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Conjunction, Field, Query


@dataclass(slots=True)
class Conditions:
    """A conjunction, ready to be asked of rows."""

    wanted: list[Labels] = default(default_factory=list)
    unwanted: list[Labels] = default(default_factory=list)
    not_all: list[Labels] = default(default_factory=list)
    others: list[Callable[[Row], bool]] = default(default_factory=list)
    field: Field | None = None
    """A field that few artifacts have with this value."""
    name: str | None = None
    """The compact name, exactly."""
    name_start: str | None = None
    """How the compact name starts."""
    created_from: int = -(2**62)
    created_to: int = 2**62
    """Both included."""

    @property
    def can_hold(self) -> bool:
        """False where no artifact at all can meet them."""
        return all(labels.few is None or labels.few for labels in self.wanted)

    def met_by(self, rows: Sequence[RawRow]) -> list[Row]:
        """Those of `rows` that meet them all."""
        # Many labels are looked up one by one, so only for the rows that are left then.
        left = _having_all(sorted(self.wanted, key=lambda labels: labels.few is None), rows)
        for labels in self.unwanted:
            left = _without(left, labels.of(left))
        if self.not_all:
            left = _without(left, _having_all(self.not_all, left))
        return [row for row in map(Row._make, left) if all(other(row) for other in self.others)]


def _having_all(conditions: Sequence[Labels], rows: Sequence[RawRow]) -> Sequence[RawRow]:
    for labels in conditions:
        rows = labels.of(rows)
    return rows


def _without(rows: Sequence[RawRow], others: Sequence[RawRow]) -> Sequence[RawRow]:
    gone = set(map(id, others))
    return [row for row in rows if id(row) not in gone]


class Reader:
    """Reads a query and a selection; within one question, the same labels are looked up once."""

    def __init__(self, connection: sqlite3.Connection, query: Query, selection: Selection) -> None:
        self._connection = connection
        self._query = query
        self._selection = selection
        self._with_term = cache(lambda low, high: WithTerm(connection, low, high))
        self._with_part = cache(lambda part: WithPart(connection, part))

    def conditions(self, conjunction: Conjunction, tier: int) -> Conditions:
        """A conjunction with the filters of the selection and what makes a tier of the answer's order."""
        found = Conditions()
        found.wanted += self._selected()
        found.wanted += [self._with_term(term, term) for term in conjunction.has]
        found.wanted += [self._with_term(r.low, r.high) for r in conjunction.ranges]
        found.wanted += [self._with_part(part) for part in conjunction.parts]
        found.unwanted += [self._with_term(term, term) for term in conjunction.lacks]
        found.unwanted += [self._with_term(r.low, r.high) for r in conjunction.lacks_ranges]
        found.unwanted += [self._with_part(part) for part in conjunction.lacks_parts]
        if conjunction.created_from is not None:
            found.created_from = _within_64_bits(conjunction.created_from)
        if conjunction.created_before is not None:
            found.created_to = _within_64_bits(conjunction.created_before - 1)
        for wanted in conjunction.equals:
            self._add_field(found, wanted)
        for unwanted in conjunction.differs:
            found.others.append(self._differs(unwanted))
        if self._query.words:
            self._add_tier(found, tier)
        return found

    def _add_tier(self, conditions: Conditions, tier: int) -> None:
        compact = self._query.compact
        if tier == 0:
            conditions.name = compact
            conditions.others.append(lambda row: row.compact_name == compact)
        elif tier == 1:
            conditions.name_start = compact
            conditions.others.append(lambda row: row.compact_name != compact and row.compact_name.startswith(compact))
        else:
            conditions.others.append(lambda row: not row.compact_name.startswith(compact))
            words: list[Labels] = [self._with_term(word, word) for word in self._query.words]
            if tier == 2:
                conditions.wanted += words
            else:
                conditions.not_all = words

    def _selected(self) -> list[Labels]:
        try:
            return [self._with_token(token) for token in _tokens(self._selection)]
        except UnicodeEncodeError:  # half of a surrogate pair, which nothing can hold
            return [Given(self._connection, ())]

    def _with_token(self, token: str) -> Labels:
        row = self._connection.execute("SELECT label FROM cg_label WHERE token = ?", (token,)).fetchone()
        return Given(self._connection, row or ())

    def _add_field(self, conditions: Conditions, wanted: Field) -> None:
        if wanted.name in _LEADING_FIELDS and wanted.value:
            conditions.field = wanted
        elif wanted.name == "source_run_id" and wanted.value:
            conditions.wanted.append(self._with_token(field_token("run", wanted.value)))
        differs = self._differs(wanted)
        conditions.others.append(lambda row: not differs(row))

    def _differs(self, given: Field) -> Callable[[Row], bool]:
        if given.name == "state":
            return lambda row: given.value != "registered"
        if given.name == "artifact_id":
            return lambda row: row.artifact_id != given.value
        find = f"SELECT coalesce({_COLUMNS[given.name]}, '') <> ? FROM artifacts WHERE artifact_id = ?"
        return lambda row: bool(self._connection.execute(find, (given.value, row.artifact_id)).fetchone()[0])


_COLUMNS = {name: name for name in ("content_hash", "source_run_id", "uri")}
_LEADING_FIELDS = ("artifact_id", "content_hash", "uri")


def _tokens(selection: Selection) -> list[str]:
    fields = {
        "type": selection.artifact_type,
        "pipeline": selection.source_pipeline,
        "step": selection.source_step,
    }
    tokens = [field_token(name, value) for name, value in fields.items() if value is not None]
    return tokens + [exact_tag_token(key, value) for key, value in selection.tags.items()]


def _within_64_bits(value: int) -> int:
    return max(-(2**62), min(2**62, value))
