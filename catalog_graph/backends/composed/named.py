"""Searches for what the whole text names: an artifact's id, its name, or another reference to it."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from catalog_graph import checks
from catalog_graph.backends.composed.answers import StoreAnswers
from catalog_graph.backends.composed.references import is_valid_id, names_in
from catalog_graph.errors import InvalidQuery
from catalog_graph.query.selection import Selection
from catalog_graph.query.text import compact_name, fold, token
from catalog_graph.query.tree import Conjunction, Field, Query


class NamedSelections(NamedTuple):
    """The parts of a selection whose text names artifacts as a whole."""

    first: Selection
    """The artifacts that the text names."""
    rest: Selection | None
    """The other artifacts that match the text as a query; `None` if it is no valid query."""
    both: Selection


class StoreNamed(StoreAnswers, ABC):
    """Artifacts that a search text names as a whole, whatever signs it has."""

    def _named_selections(self, selection: Selection) -> NamedSelections | None:
        """Return the parts of a selection; `None` if its text names no artifact, or is to be read as a query alone."""
        if selection.order != "best" or not selection.text.strip():
            return None
        query = _query(selection)
        names = tuple(self._conditions(selection.text.strip(), query))
        if not names:
            return None
        every = names if query is None else (*names, *query.any_of)
        return NamedSelections(
            selection.by(Query(names), "best"),
            None if query is None else selection.by(_without(query, names), "best"),
            selection.by(Query(every), "newest"),
        )

    def _conditions(self, text: str, query: Query | None) -> Iterator[Conjunction]:
        """Yield a condition for each reading of a text that stands for something: an id, a name, another reference."""
        names = [name for name, _, _ in names_in(text)]
        if query is None or not _ranks_name_first(text, query):
            names.append(text)
        is_id, existing = self._existing(text, [name for name in names if len(name) <= checks.TEXT_LIMITS["name"]])
        if is_id:
            yield _of_id(text)
        if text in existing:
            yield Conjunction(has=(token("f", "name", text),))
        if existing - {text}:
            for readings in (self._by_version(text), self._by_alias(text)):
                yield from (_of_id(artifact_id) for artifact_id in islice(readings, 1))

    def _existing(self, artifact_id: str, names: Sequence[str]) -> tuple[bool, set[str]]:
        """Return whether an artifact of this id is registered, and which of these names registered artifacts have."""
        is_id = is_valid_id(artifact_id) and self._get([artifact_id])[0] is not None
        return is_id, {name for name in names if self._named(name, (), 1, None)}


def _query(selection: Selection) -> Query | None:
    try:
        return selection.query
    except InvalidQuery:
        return None


def _ranks_name_first(text: str, query: Query) -> bool:
    """Return True if the first tier of a query has every artifact of this name already."""
    [part, *others] = query.any_of or (Conjunction(),)
    folded = fold(text)
    return (
        not others
        and bool(query.words)
        and part == Conjunction(parts=part.parts)
        and query.compact == compact_name(text)
        and all(word in folded for word in part.parts)
        and len(text) <= checks.TEXT_LIMITS["name"]
    )


def _of_id(artifact_id: str) -> Conjunction:
    return Conjunction(equals=(Field("artifact_id", artifact_id),))


def _without(query: Query, names: tuple[Conjunction, ...]) -> Query:
    """Return a query without the artifacts of these conditions, each of which has one term or one field."""
    lacks = tuple(term for name in names for term in name.has)
    differs = tuple(field for name in names for field in name.equals)
    parts = (replace(part, lacks=(*part.lacks, *lacks), differs=(*part.differs, *differs)) for part in query.any_of)
    return replace(query, any_of=tuple(parts))
