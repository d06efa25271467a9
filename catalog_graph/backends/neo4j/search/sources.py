"""Sources of candidates for a search: the full-text index, the text index, the index of names.

A source is a map with one member: `lucene` (a Lucene query), `part` (a part of the search text), `name` (a compact
name), `prefix` (the start of one) or `created` (a list with one pair of instants). A source finds every match, and
may find more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalog_graph.backends.neo4j.search.lucene import MAX_CLAUSES, conjunction, phrase, span
from catalog_graph.backends.neo4j.store.records import EXACT_FIELDS, LAST_HOUR, exact_term
from catalog_graph.query.selection import Selection
from catalog_graph.query.text import HIGHEST, MAX_PREFIX_BYTES, cut, tag_texts, token
from catalog_graph.query.tree import Conjunction, Query

CandidateSource = dict[str, Any]
SourceChoice = list[CandidateSource]
"""Sources each of which finds every match."""
SourcePlan = list[SourceChoice]
"""Choices of which each is needed to find every match: one source of each does."""

_FILTERS = {"type": "artifact_type", "pipeline": "source_pipeline", "step": "source_step"}


def of_query(query: Query, selection: Selection) -> SourcePlan | None:
    """Return a choice of sources for each conjunction of the query; None if no index finds all matches of one."""
    common = filter_phrases(selection)
    plan = [list(_sources(part, common)) for part in query.any_of if _possible(part)]
    return plan if all(plan) else None


def of_tiers(query: Query, selection: Selection) -> SourcePlan:
    """Return a choice of sources for each of the tiers 0 to 2."""
    common = filter_phrases(selection)
    words = [conjunction([*map(phrase, query.words), *common])]
    clauses = [[*_clauses(part), *common] for part in query.any_of if _possible(part)]
    others: SourceChoice = []
    if all(clauses) and 0 < sum(map(len, clauses)) <= MAX_CLAUSES:
        lucene = " OR ".join(f"({conjunction(part)})" for part in clauses)
        others = [{"lucene": lucene}]
        words.append(f"({lucene})")
    return [[{"name": query.compact}], [*others, {"prefix": query.compact}], [{"lucene": " AND ".join(words)}]]


def lucene(choice: SourceChoice) -> str | None:
    """Return the Lucene query among some sources."""
    return next((source["lucene"] for source in choice if "lucene" in source), None)


def since(lucene: str, hour: str) -> str:
    """Return a Lucene query for those hits of another that were created in an hour or later."""
    return f"({lucene}) AND {span(hour, LAST_HOUR)}"


def exact(query: Query) -> str | None:
    """Return a Lucene query whose hits are the matches of a text query; None if Lucene cannot express it."""
    parts = [_exact_clauses(part) for part in query.any_of if _possible(part)]
    if not all(parts) or not 0 < sum(map(len, parts)) <= MAX_CLAUSES:
        return None
    return " OR ".join(f"({conjunction(part)})" for part in parts)


def exact_source(query: Query, selection: Selection) -> CandidateSource | None:
    """Return a source whose candidates all match, but for the filters of the selection; None if no index has one."""
    lucene, terms = exact(query), filter_phrases(selection)
    if lucene is not None:
        terms = [f"({lucene})", *terms]
    elif query.any_of != (Conjunction(),):
        return None
    return {"lucene": conjunction(terms)} if terms else None


def filter_phrases(selection: Selection) -> list[str]:
    """Return terms, as Lucene phrases, of every artifact with the fields and tags of a selection."""
    fields = {name: getattr(selection, attribute) for name, attribute in _FILTERS.items()}
    terms = [token("f", name, value) for name, value in fields.items() if value]
    for key, value in selection.tags.items():
        terms.append(token("t", key))
        terms += [token("t", key, text) for text in tag_texts(value)]
    return [phrase(term) for term in terms]


def _possible(part: Conjunction) -> bool:
    """Return False if the conjunction asks for a state that no listed artifact has: all of them are registered."""
    return all(f.value == "registered" for f in part.equals if f.name == "state")


def _clauses(part: Conjunction) -> list[str]:
    """Return what the full-text index can require of a conjunction."""
    return [
        *(phrase(exact_term(f.name, f.value)) for f in part.equals if f.name in EXACT_FIELDS and f.value),
        *map(phrase, part.has),
        *(span(r.low, r.high) for r in part.ranges),
        *(_start(f.name, f.value) for f in part.starts if f.name in EXACT_FIELDS),
    ]


def _start(field: str, value: str) -> str:
    """Return the query for the exact terms of a field that start with a value, or with as much of it as terms keep."""
    term = exact_term(field, cut(value, MAX_PREFIX_BYTES))
    return span(term, term + HIGHEST)


def _sources(part: Conjunction, common: list[str]) -> Iterable[CandidateSource]:
    clauses = [*_clauses(part), *common]
    if clauses:
        yield {"lucene": conjunction(clauses)}
    if part.parts:
        yield {"part": max(part.parts, key=len)}


def _exact_clauses(part: Conjunction) -> list[str]:
    """Return the clauses of a conjunction; none if Lucene cannot express all of it, or would start from nothing."""
    required = [*map(phrase, part.has), *(span(r.low, r.high) for r in part.ranges)]
    expressible = Conjunction(has=part.has, lacks=part.lacks, ranges=part.ranges, lacks_ranges=part.lacks_ranges)
    if not required or part != expressible:
        return []
    excluded = [*map(phrase, part.lacks), *(span(r.low, r.high) for r in part.lacks_ranges)]
    return required + [f"NOT {clause}" for clause in excluded]
