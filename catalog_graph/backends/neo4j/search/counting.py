"""Totals and facets: how many artifacts match, and how many of them have each type, tag and so on.

If an index alone can tell the matches, only the index is counted. The newest matches are found as `finding` finds a
page: few candidates are all read; many are met soon by a walk from the newest artifact, or else are sorted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from neo4j import Record

from catalog_graph.answers.facts import tag_prefixes
from catalog_graph.backends.neo4j.search import conditions, sources
from catalog_graph.backends.neo4j.search.conditions import FOREVER
from catalog_graph.backends.neo4j.search.recent import Recent
from catalog_graph.backends.neo4j.search.sources import CandidateSource, SourcePlan
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.facets import FacetKey, Tally
from catalog_graph.query.index import IN_METADATA
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Conjunction, Query

CAP = 2_000
"""Maximum candidates to sort without trying a walk."""
WALKED = 10_000
"""Artifacts that a first walk passes, to see how dense the matches are."""
NEWEST = (8_000, 40_000)
"""Numbers of newest artifacts: Lucene searches the hours in which they were created, before it searches all."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Sources that together find every match, and the number of their artifacts, counted up to a cap each."""

    sources: list[CandidateSource]
    hits: int


def total(bolt: Bolt, selection: Selection) -> int:
    """Return the number of matches."""
    if not conditions.possible(selection):
        return 0
    source = None if sources.filter_phrases(selection) else _counting_source(selection.query)
    if source is not None:
        return int(bolt.read("search/hits", source=source)[0]["hits"])
    return _counted(bolt, selection, ()).counted


def tally(bolt: Bolt, recent: Recent, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
    """Count the values of some keys in all matches, or in the newest `most` of them."""
    if not conditions.possible(selection):
        return _tally([], keys, True)
    return _counted(bolt, selection, keys) if most is None else _newest(bolt, recent, selection, keys, most)


def _probed(bolt: Bolt, plan: SourcePlan | None) -> Candidates:
    """Return the source of each choice with the fewest candidates."""
    if plan is None:
        return Candidates([], FOREVER)
    every = [source for choice in plan for source in choice]
    hits = iter(bolt.read("search/probe", sources=every, cap=CAP + 1)[0]["hits"] if every else [])
    least = [min((next(hits), place, source) for place, source in enumerate(choice)) for choice in plan]
    return Candidates([source for count, _, source in least if count], sum(count for count, _, _ in least))


def _counting_source(query: Query) -> CandidateSource | None:
    """Return a source whose candidates are exactly the matches."""
    lucene = sources.exact(query)
    if lucene is not None:
        return {"lucene": lucene}
    if len(query.any_of) != 1:
        return None
    [part] = query.any_of
    if part == Conjunction(created_from=part.created_from, created_before=part.created_before):
        return _created(query)
    return {"part": part.parts[0]} if part == Conjunction(parts=part.parts[:1]) else None


def _created(query: Query) -> CandidateSource:
    """Return the source of the artifacts created while a match can have been."""
    since, until = conditions.created_within(query)
    return {"created": [[max(since, -FOREVER), min(until, FOREVER)]]}


def _counted(bolt: Bolt, selection: Selection, keys: Sequence[FacetKey]) -> Tally:
    """Count all matches."""
    exact = sources.exact_source(selection.query, selection)
    if exact is not None:
        candidates, any_of = [exact], conditions.filters_alone(selection)
    else:
        plan = sources.of_query(selection.query, selection)
        candidates = _probed(bolt, plan).sources if plan is not None else [_created(selection.query)]
        any_of = conditions.conjunctions(selection.query, selection)
    if not candidates:
        return _tally([], keys, True)
    [row] = bolt.read("search/counted", sources=candidates, any_of=any_of, **_by(keys))
    return _tally(row["counts"], keys, True)


def _newest(bolt: Bolt, recent: Recent, selection: Selection, keys: Sequence[FacetKey], most: int) -> Tally:
    by = _by(keys)
    row = _row_of_newest(bolt, recent, selection, {**by, "most": most, "limit": most + 1})
    if row is None:
        return _tally([], keys, True)
    tally = _tally([], keys, row["matches"] <= most)
    tally.counted = min(row["matches"], most)
    for values, tokens, artifacts in row["counts"]:
        for field, value in zip(by["fields"], values, strict=True):
            if value is not None:
                tally.fields[field][value] += artifacts
        for token in tokens:
            tally.tokens[token] += artifacts
    return tally


def _row_of_newest(bolt: Bolt, recent: Recent, selection: Selection, options: dict[str, Any]) -> Record | None:
    """Return the number of the newest matches, and how many of them are alike; None if nothing matches."""
    any_of = conditions.conjunctions(selection.query, selection)
    plan = sources.of_query(selection.query, selection)
    exact = sources.exact_source(selection.query, selection)
    if exact:
        row = _recent(bolt, recent, [[exact]], {**options, "any_of": conditions.filters_alone(selection)})
    else:
        row = _recent(bolt, recent, plan or [], {**options, "any_of": any_of})
    if row is not None:
        return row
    candidates = _probed(bolt, plan)
    if not candidates.hits:
        return None
    options["any_of"] = any_of
    if candidates.hits > min(CAP, options["most"]):
        row = _walked(bolt, selection, options, bool(candidates.sources))
    return row if row is not None else bolt.read("search/facets_sorted", sources=candidates.sources, **options)[0]


def _recent(bolt: Bolt, recent: Recent, plan: SourcePlan, options: dict[str, Any]) -> Record | None:
    """Return the counts of the matches of the last hours; None if they are not as many as are to be counted."""
    queries = [lucene for choice in plan if (lucene := sources.lucene(choice))]
    if not queries or len(queries) < len(plan):
        return None
    for rows in NEWEST:
        hour = recent.since(rows)
        if hour is None:
            return None
        newest = [{"lucene": sources.since(lucene, hour)} for lucene in queries]
        [row] = bolt.read("search/facets_sorted", sources=newest, **options)
        if row["matches"] == options["limit"]:
            return row
        if row["matches"] * NEWEST[-1] < rows * options["limit"]:
            return None
    return None


def _walked(bolt: Bolt, selection: Selection, options: dict[str, Any], sortable: bool) -> Record | None:
    """Return the counts that a walk finds; None if it takes less time to sort the candidates."""
    since, until = conditions.created_within(selection.query)
    rows = WALKED if sortable else FOREVER
    for _ in range(2):
        [row] = bolt.read("search/facets_walked", rows=rows, since=since, until=until, **options)
        matches, limit = row["matches"], options["limit"]
        if matches == limit or not sortable:
            return row
        share = matches / rows
        to_walk, to_sort = limit / max(share, 1e-6), share * row["artifacts"]
        if to_sort < to_walk:  # a step of either takes about as long
            return None
        rows = int(to_walk * 1.5)
    return None


def _by(keys: Iterable[FacetKey]) -> dict[str, Any]:
    fields = dict.fromkeys(key.attribute for key in keys if key.attribute)
    tags = [*dict.fromkeys(key.tag for key in keys if key.tag)]
    in_metadata = [*dict.fromkeys(IN_METADATA + key.tag for key in keys if key.in_metadata)]
    return {"fields": [*fields], "tag_prefixes": tag_prefixes([*tags, *in_metadata])}


def _tally(counts: Iterable[tuple[str, str, int]], keys: Iterable[FacetKey], complete: bool) -> Tally:
    tally = Tally(0, complete, {key.attribute: Counter() for key in keys if key.attribute}, Counter())
    for kind, value, artifacts in counts:
        if kind == "tag":
            tally.tokens[value] = artifacts
        elif kind:
            tally.fields[kind][value] = artifacts
        else:
            tally.counted = artifacts
    return tally
