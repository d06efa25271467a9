"""Which sources give all the candidates of a search: the full-text index, the text index, the index of names.

A source is a map with one of four members: `lucene` (a Lucene query), `part` (a part of the search text), `name` (a
compact name), `prefix` (the start of one). What a source gives may match or not; what matches, its source gives.
"""

from __future__ import annotations

from collections.abc import Iterable

from catalog_graph.backends.neo4j.search.lucene import MAX_CLAUSES, conjunction, phrase, span
from catalog_graph.backends.neo4j.store.records import EXACT_FIELDS, LAST_HOUR, exact_term
from catalog_graph.query.selection import Selection
from catalog_graph.query.text import tag_texts, token
from catalog_graph.query.tree import Conjunction, Query

Source = dict[str, str]
Choice = list[Source]
"""Sources of which any one suffices."""
Plan = list[Choice] | None
"""One source of each choice gives every candidate; without a plan, everything is a candidate."""

_SELECTED_FIELDS = {"type": "artifact_type", "pipeline": "source_pipeline", "step": "source_step"}


def of_query(query: Query, selection: Selection) -> Plan:
    """A choice for each alternative of the query; `None` where one of them gives no hold to any index."""
    common = selected_terms(selection)
    choices = [list(_sources(part, common)) for part in query.any_of if _possible(part)]
    return choices if all(choices) else None


def of_tiers(query: Query, selection: Selection) -> list[Choice]:
    """A choice for each of the tiers 0 to 2."""
    common = selected_terms(selection)
    words = [conjunction([*map(phrase, query.words), *common])]
    asked = [[*_asked(part), *common] for part in query.any_of if _possible(part)]
    others: Choice = []
    if all(asked) and 0 < sum(map(len, asked)) <= MAX_CLAUSES:
        lucene = " OR ".join(f"({conjunction(clauses)})" for clauses in asked)
        others = [{"lucene": lucene}]
        words.append(f"({lucene})")
    return [[{"name": query.compact}], [*others, {"prefix": query.compact}], [{"lucene": " AND ".join(words)}]]


def lucene(choice: Choice) -> str | None:
    """The Lucene query among these sources."""
    return next((source["lucene"] for source in choice if "lucene" in source), None)


def since(lucene: str, hour: str) -> str:
    """What a Lucene query gives that was created in an hour or later."""
    return f"({lucene}) AND {span(hour, LAST_HOUR)}"


def _possible(part: Conjunction) -> bool:
    """Whether a list can hold a match: all that it holds is registered."""
    return all(f.value == "registered" for f in part.equals if f.name == "state")


def _asked(part: Conjunction) -> list[str]:
    """What the full-text index can be asked for of a conjunction."""
    return [
        *(phrase(exact_term(f.name, f.value)) for f in part.equals if f.name in EXACT_FIELDS and f.value),
        *map(phrase, part.has),
        *(span(r.low, r.high) for r in part.ranges),
    ]


def _sources(part: Conjunction, common: list[str]) -> Iterable[Source]:
    clauses = [*_asked(part), *common]
    if clauses:
        yield {"lucene": conjunction(clauses)}
    if part.parts:
        yield {"part": max(part.parts, key=len)}


def exact(query: Query) -> str | None:
    """A Lucene query for what the text query matches and nothing else; `None` where there is none."""
    parts = [part for part in query.any_of if _possible(part)]
    found = [_exactly(part) for part in parts]
    clauses = sum(map(len, found))
    if not all(found) or not 0 < clauses <= MAX_CLAUSES:
        return None
    return " OR ".join(f"({conjunction(part)})" for part in found)


def exact_source(query: Query, selection: Selection) -> Source | None:
    """A source in which what is selected is told from the rest by filters alone; `None` where no index can do so."""
    lucene, terms = exact(query), selected_terms(selection)
    if lucene is not None:
        terms = [f"({lucene})", *terms]
    elif query.any_of != (Conjunction(),):
        return None
    return {"lucene": conjunction(terms)} if terms else None


def _exactly(part: Conjunction) -> list[str]:
    """What all of a conjunction asks for; nothing where Lucene cannot ask for all of it, or finds nothing by it."""
    asked = [*map(phrase, part.has), *(span(r.low, r.high) for r in part.ranges)]
    only = Conjunction(has=part.has, lacks=part.lacks, ranges=part.ranges, lacks_ranges=part.lacks_ranges)
    if not asked or part != only:
        return []
    unwanted = [*map(phrase, part.lacks), *(span(r.low, r.high) for r in part.lacks_ranges)]
    return asked + [f"NOT {clause}" for clause in unwanted]


def selected_terms(selection: Selection) -> list[str]:
    """Terms, as Lucene phrases, of everything that has the fields and tags of the selection."""
    fields = {name: getattr(selection, attribute) for name, attribute in _SELECTED_FIELDS.items()}
    terms = [token("f", name, value) for name, value in fields.items() if value]
    for key, value in selection.tags.items():
        terms.append(token("t", key))
        terms += [token("t", key, text) for text in tag_texts(value)]
    return [phrase(term) for term in terms]
