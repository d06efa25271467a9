"""How many match, and of which types, tags and so on.

Where an index alone tells what matches, it alone is counted. The newest are found as `finding` finds a page: few
candidates are all read; many make a walk from the newest soon enough, or else are sorted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from neo4j import Record

from catalog_graph.answers.facts import tag_prefixes
from catalog_graph.backends.neo4j.search import sources
from catalog_graph.backends.neo4j.search.finding import FOREVER, NEWEST, created_within, matching, possible
from catalog_graph.backends.neo4j.search.recent import Recent
from catalog_graph.backends.neo4j.search.sources import Choice, Plan, Source
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.facets import FacetKey, Tally
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Conjunction, Query

CAP = 2_000
"""More candidates than these are too many to sort first thing."""
WALKED = 10_000
"""Artifacts that are walked past in search of the newest, before it is known how many it would take."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Sources that together give every candidate, and how many, as far as they were counted."""

    sources: list[Source]
    hits: int


def total(bolt: Bolt, selection: Selection) -> int:
    """How many match."""
    if not possible(selection):
        return 0
    source = None if sources.selected_terms(selection) else _counting_source(selection.query)
    if source is not None:
        return int(bolt.read("search/hits", source=source)[0]["hits"])
    return _counted(bolt, selection, ()).counted


def tally(bolt: Bolt, recent: Recent, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
    """What matches, or the newest `most` of it, counted by these keys."""
    if not possible(selection):
        return _tally([], keys, True)
    return _counted(bolt, selection, keys) if most is None else _newest(bolt, recent, selection, keys, most)


def _probed(bolt: Bolt, plan: Plan) -> Probe:
    """Of each choice the source that gives least."""
    if plan is None:
        return Probe([], FOREVER)
    sources = [source for choice in plan for source in choice]
    hits = iter(bolt.read("search/probe", sources=sources, cap=CAP + 1)[0]["hits"] if sources else [])
    least = [min((next(hits), place, source) for place, source in enumerate(choice)) for choice in plan]
    return Probe([source for count, _, source in least if count], sum(count for count, _, _ in least))


def _counting_source(query: Query) -> dict[str, Any] | None:
    """A source that gives what the query matches and nothing else."""
    lucene = sources.exact(query)
    if lucene is not None:
        return {"lucene": lucene}
    if len(query.any_of) != 1:
        return None
    [part] = query.any_of
    if part == Conjunction(created_from=part.created_from, created_before=part.created_before):
        return {"created": [_created(query)]}
    return {"part": part.parts[0]} if part == Conjunction(parts=part.parts[:1]) else None


def _created(query: Query) -> list[int]:
    """The first instant that counts, and the first that does not count any more."""
    since, until = created_within(query)
    return [max(since, -FOREVER), min(until, FOREVER)]


def _counted(bolt: Bolt, selection: Selection, keys: Sequence[FacetKey]) -> Tally:
    """Everything that matches."""
    given = matching(selection)
    exact = sources.exact_source(selection.query, selection)
    if exact is not None:
        chosen: list[dict[str, Any]] = [{**exact}]
        given["any_of"] = None
    else:
        plan = sources.of_query(selection.query, selection)
        chosen = [*_probed(bolt, plan).sources] if plan is not None else [{"created": [_created(selection.query)]}]
    if not chosen:
        return _tally([], keys, True)
    [row] = bolt.read("search/counted", sources=chosen, **given, **_by(keys))
    return _tally(row["counts"], keys, True)


def _newest(bolt: Bolt, recent: Recent, selection: Selection, keys: Sequence[FacetKey], most: int) -> Tally:
    by = _by(keys)
    given = {**matching(selection), **by, "most": most, "limit": most + 1}
    row = _row_of_newest(bolt, recent, selection, given)
    if row is None:
        return _tally([], keys, True)
    found = _tally([], keys, row["found"] <= most)
    found.counted = min(row["found"], most)
    for values, tokens, artifacts in row["counts"]:
        for field, value in zip(by["fields"], values, strict=True):
            if value is not None:
                found.fields[field][value] += artifacts
        for token in tokens:
            found.tokens[token] += artifacts
    return found


def _row_of_newest(bolt: Bolt, recent: Recent, selection: Selection, given: dict[str, Any]) -> Record | None:
    """How many the newest matches are, and how many are alike; `None` where nothing matches."""
    plan = sources.of_query(selection.query, selection)
    exact = sources.exact_source(selection.query, selection)
    choices, any_of = ([[exact]], None) if exact else (plan or [], given["any_of"])
    row = _recent(bolt, recent, choices, {**given, "any_of": any_of})
    if row is not None:
        return row
    probe = _probed(bolt, plan)
    if not probe.hits:
        return None
    if probe.hits > min(CAP, given["most"]):
        row = _walked(bolt, selection, given, bool(probe.sources))
    return row if row is not None else bolt.read("search/facets_sorted", sources=probe.sources, **given)[0]


def _recent(bolt: Bolt, recent: Recent, choices: list[Choice], given: dict[str, Any]) -> Record | None:
    """What the newest candidates hold, where that is all that is wanted; `None` where it is not."""
    asked = [lucene for choice in choices if (lucene := sources.lucene(choice))]
    if not asked or len(asked) < len(choices):
        return None
    for rows in NEWEST:
        hour = recent.since(rows)
        if hour is None:
            return None
        newest = [{"lucene": sources.since(lucene, hour)} for lucene in asked]
        [row] = bolt.read("search/facets_sorted", sources=newest, **given)
        if row["found"] == given["limit"]:
            return row
        if row["found"] * NEWEST[-1] < rows * given["limit"]:
            return None
    return None


def _walked(bolt: Bolt, selection: Selection, given: dict[str, Any], sortable: bool) -> Record | None:
    """What a walk finds; `None` where sorting the candidates is the shorter way."""
    since, until = created_within(selection.query)
    rows = WALKED if sortable else FOREVER
    for _ in range(2):
        [row] = bolt.read("search/facets_walked", rows=rows, since=since, until=until, **given)
        found, wanted = row["found"], given["limit"]
        if found == wanted or not sortable:
            return row
        share = found / rows
        to_walk, to_sort = wanted / max(share, 1e-6), share * row["artifacts"]
        if to_sort < to_walk:  # a step of either takes about as long
            return None
        rows = int(to_walk * 1.5)
    return None


def _by(keys: Iterable[FacetKey]) -> dict[str, Any]:
    fields = dict.fromkeys(key.attribute for key in keys if key.attribute)
    return {"fields": [*fields], "tag_prefixes": tag_prefixes(dict.fromkeys(key.tag for key in keys if key.tag))}


def _tally(counts: Iterable[tuple[str, str, int]], keys: Iterable[FacetKey], complete: bool) -> Tally:
    found = Tally(0, complete, {key.attribute: Counter() for key in keys if key.attribute}, Counter())
    for kind, value, artifacts in counts:
        if kind == "tag":
            found.tokens[value] = artifacts
        elif kind:
            found.fields[kind][value] = artifacts
        else:
            found.counted = artifacts
    return found
