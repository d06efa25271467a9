"""Conditions of a query and a selection on artifacts, most of them on their labels."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from functools import cache

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.search.label_sets import (
    FixedLabelSet,
    LabelSet,
    RawRow,
    Row,
    TermLabelSet,
    TextLabelSet,
)
from catalog_graph.backends.local.search.labels import exact_tag_token, field_token
from catalog_graph.backends.local.store.records import fetch_all, object_of
from catalog_graph.query.metadata import ExaminedMetadata
from catalog_graph.query.metadata import holds as conditions_hold
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Conjunction, Field, Query, TermConditions

TIERS = 4
"""Tiers of a search by words: the exact name, names that begin with it, artifacts with all words, and the rest."""


@dataclass(slots=True)
class Conditions:
    """Conditions that an artifact must all meet."""

    required: list[LabelSet] = default(default_factory=list)
    """Sets of labels; an artifact must have a label of each."""
    excluded: list[LabelSet] = default(default_factory=list)
    """Sets of labels; it must have no label of any."""
    not_all: list[LabelSet] = default(default_factory=list)
    """Sets of labels; there must be at least one of which it has no label."""
    predicates: list[Callable[[Row], bool]] = default(default_factory=list)
    """Conditions on anything but labels."""
    field: Field | None = None
    """A required field whose value few artifacts share."""
    field_start: Field | None = None
    """The required start of a field."""
    compact_name: str | None = None
    """The required compact name."""
    name_prefix: str | None = None
    """The required start of the compact name."""
    created_from: int = -(2**62)
    created_to: int = 2**62
    """Bounds of the instant of creation in microseconds, both included."""

    @property
    def satisfiable(self) -> bool:
        """False if a required set is known to be empty, so that no artifact can meet the conditions."""
        return all(labels.is_costly or labels.members is None or labels.members for labels in self.required)

    def filter(self, rows: Sequence[RawRow]) -> list[Row]:
        """Return the rows that meet all conditions but the bounds of the creation."""
        # A large set is looked up label by label, so it comes last, when fewer rows are left.
        left = _with_all(sorted(self.required, key=lambda labels: labels.is_costly or labels.members is None), rows)
        for labels in self.excluded:
            left = _without(left, labels.filter(left))
        if self.not_all:
            left = _without(left, _with_all(self.not_all, left))
        return [row for row in map(Row._make, left) if all(predicate(row) for predicate in self.predicates)]


def _with_all(label_sets: Sequence[LabelSet], rows: Sequence[RawRow]) -> Sequence[RawRow]:
    for labels in label_sets:
        rows = labels.filter(rows)
    return rows


def _without(rows: Sequence[RawRow], others: Sequence[RawRow]) -> Sequence[RawRow]:
    removed = set(map(id, others))
    return [row for row in rows if id(row) not in removed]


class ConditionBuilder:
    """Builds the conditions of a query and a selection; looks up each set of labels once."""

    def __init__(self, connection: sqlite3.Connection, query: Query, selection: Selection) -> None:
        self._connection = connection
        self._query = query
        self._selection = selection
        self._examined = ExaminedMetadata()
        self._with_term = cache(lambda low, high: TermLabelSet(connection, low, high))
        self._with_text = cache(lambda text: TextLabelSet(connection, text))

    def build(self, conjunction: Conjunction, tier: int) -> Conditions:
        """Return the conditions of a conjunction, of the selection and of a tier (see `TIERS`)."""
        conditions = Conditions()
        conditions.required += self._selected()
        conditions.required += [self._with_term(term, term) for term in conjunction.has]
        conditions.required += [self._with_term(r.low, r.high) for r in conjunction.ranges]
        conditions.required += [self._with_text(part) for part in conjunction.parts]
        conditions.excluded += [self._with_term(term, term) for term in conjunction.lacks]
        conditions.excluded += [self._with_term(r.low, r.high) for r in conjunction.lacks_ranges]
        conditions.excluded += [self._with_text(part) for part in conjunction.lacks_parts]
        if conjunction.created_from is not None:
            conditions.created_from = _within_63_bits(conjunction.created_from)
        if conjunction.created_before is not None:
            conditions.created_to = _within_63_bits(conjunction.created_before - 1)
        for field in conjunction.equals:
            self._require_field(conditions, field)
        for field in conjunction.differs:
            conditions.predicates.append(self._differs(field))
        for field in conjunction.starts:
            self._require_start(conditions, field)
        for field in conjunction.lacks_starts:
            conditions.predicates.append(_not(self._starts(field)))
        if conjunction.metadata is not None:
            conditions.predicates.append(self._metadata(conjunction.metadata))
        if self._query.words:
            self._add_tier(conditions, tier, conjunction.parts)
        return conditions

    def _add_tier(self, conditions: Conditions, tier: int, parts: Sequence[str]) -> None:
        compact = self._query.compact
        if tier == 0:
            conditions.compact_name = compact
            conditions.predicates.append(lambda row: row.compact_name == compact)
        elif tier == 1:
            conditions.name_prefix = compact
            conditions.predicates.append(
                lambda row: row.compact_name != compact and row.compact_name.startswith(compact)
            )
        else:
            conditions.predicates.append(lambda row: not row.compact_name.startswith(compact))
            words: list[LabelSet] = [self._with_term(word, word) for word in self._query.words]
            if tier == 2:
                conditions.required += words
                for word, labels in zip(self._query.words, words, strict=True):
                    if word in parts:
                        self._spare_scan(conditions, self._with_text(word), labels.members)
            else:
                conditions.not_all = words

    def _spare_scan(self, conditions: Conditions, text: TextLabelSet, with_word: frozenset[int] | None) -> None:
        """Leave out a text if it follows from the same word, which artifacts must have too, so that it is not sought.

        `with_word` are the labels that have the word, or `None` if they are many; usually all have the text.
        """
        if not text.is_costly:
            return
        if with_word is None:
            text.note_many()
        elif text.contains(with_word):
            conditions.required.remove(text)
            conditions.predicates.append(lambda row: row.text is None or text.text in row.text)

    def _selected(self) -> list[LabelSet]:
        try:
            return [self._with_token(token) for token in _tokens(self._selection)]
        except UnicodeEncodeError:  # a lone surrogate, which no stored text contains
            return [FixedLabelSet(self._connection, ())]

    def _with_token(self, token: str) -> LabelSet:
        row = self._connection.execute("SELECT label FROM cg_label WHERE token = ?", (token,)).fetchone()
        return FixedLabelSet(self._connection, row or ())

    def _require_field(self, conditions: Conditions, field: Field) -> None:
        if field.name in _LEADING_FIELDS and field.value:
            conditions.field = field
        elif field.name in _LABELLED_FIELDS and field.value:
            conditions.required.append(self._with_token(field_token(_LABELLED_FIELDS[field.name], field.value)))
        differs = self._differs(field)
        conditions.predicates.append(lambda row: not differs(row))

    def _require_start(self, conditions: Conditions, field: Field) -> None:
        if field.name != "state" and conditions.field is None:
            conditions.field_start = field
        conditions.predicates.append(self._starts(field))

    def _starts(self, field: Field) -> Callable[[Row], bool]:
        """Return a predicate that is true if the value of the field in a row starts with a text."""
        if field.name == "state":
            return lambda row: "registered".startswith(field.value)
        if field.name == "artifact_id":
            return lambda row: row.artifact_id.startswith(field.value)
        statement = (
            f"SELECT substr(coalesce({_COLUMNS[field.name]}, ''), 1, ?) = ? FROM artifacts WHERE artifact_id = ?"
        )
        length = len(field.value)
        return lambda row: bool(
            self._connection.execute(statement, (length, field.value, row.artifact_id)).fetchone()[0]
        )

    def _metadata(self, metadata: TermConditions) -> Callable[[Row], bool]:
        """Return a predicate that is true if the metadata of a row meets conditions."""
        statement = "SELECT tags, metadata FROM artifacts WHERE artifact_id = ?"

        def holds(row: Row) -> bool:
            self._examined.count(self._query)
            [(tags, values)] = fetch_all(self._connection, statement, (row.artifact_id,))
            return conditions_hold(metadata, CatalogEntry(tags=object_of(tags), metadata=object_of(values)))

        return holds

    def _differs(self, field: Field) -> Callable[[Row], bool]:
        """Return a predicate that is true if a row has another value of the field."""
        if field.name == "state":
            return lambda row: field.value != "registered"
        if field.name == "artifact_id":
            return lambda row: row.artifact_id != field.value
        statement = f"SELECT coalesce({_COLUMNS[field.name]}, '') <> ? FROM artifacts WHERE artifact_id = ?"
        return lambda row: bool(self._connection.execute(statement, (field.value, row.artifact_id)).fetchone()[0])


_COLUMNS = {name: name for name in ("content_hash", "source_run_id", "uri")}
_LABELLED_FIELDS = {"source_run_id": "run", "uri": "uri"}
"""Fields that have labels, by which they are looked up."""
_LEADING_FIELDS = ("artifact_id", "content_hash")
"""Fields whose values few artifacts share; these are looked up in FlowyML's table."""


def _not(predicate: Callable[[Row], bool]) -> Callable[[Row], bool]:
    return lambda row: not predicate(row)


def _tokens(selection: Selection) -> list[str]:
    fields = {
        "type": selection.artifact_type,
        "pipeline": selection.source_pipeline,
        "step": selection.source_step,
    }
    tokens = [field_token(name, value) for name, value in fields.items() if value is not None]
    return tokens + [exact_tag_token(key, value) for key, value in selection.tags.items()]


def _within_63_bits(value: int) -> int:
    return max(-(2**62), min(2**62, value))
