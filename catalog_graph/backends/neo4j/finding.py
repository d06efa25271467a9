"""Lists and searches: what matches, in the order that `query.Query` defines, page by page.

Few candidates are read and sorted. Where there are many, the answer is dense, so that a walk from the newest
artifact to older ones soon has a page of it; if it does not, the candidates are sorted after all. A probe of the
indexes, which counts no further than a cap, tells which. With words there are four tiers, each by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from catalog_graph.backends import cursors
from catalog_graph.backends.neo4j import candidates
from catalog_graph.backends.neo4j.bolt import Bolt
from catalog_graph.backends.neo4j.candidates import Plan, Source
from catalog_graph.backends.neo4j.records import sort_id, storable
from catalog_graph.query.tree import Conjunction, Query, Selection

CAP = 2_000
"""More candidates than these are too many to sort first thing."""
WALK = 15_000
"""So many artifacts are walked past in search of a page."""
FOREVER = 2**62
_TIERS = range(4)


@dataclass(frozen=True, slots=True)
class Position:
    """The place of an artifact in the order: tier, then newest first (`seq`), then highest id first."""

    tier: int
    seq: int
    artifact_id: str

    def cursor(self) -> str:
        """The place as text that a URL takes as it is."""
        return cursors.written(self.tier, self.seq, self.artifact_id)

    @classmethod
    def from_cursor(cls, cursor: str) -> Position:
        """The inverse of `cursor`; raises `InvalidInput`."""
        return cls(*cursors.read(cursor, int, int, str))


@dataclass(frozen=True, slots=True)
class Probe:
    """Sources that together give every candidate, and how many, as far as they were counted."""

    sources: list[Source]
    hits: int


_BEFORE_ALL = Position(-1, FOREVER, "")


def find(bolt: Bolt, selection: Selection, limit: int, cursor: str | None) -> list[Position]:
    """The places of up to `limit` artifacts behind the cursor."""
    after = _BEFORE_ALL if cursor is None else Position.from_cursor(cursor)
    return _Finding(bolt, selection, limit, after).run() if possible(selection) else []


class _Finding:
    def __init__(self, bolt: Bolt, selection: Selection, limit: int, after: Position) -> None:
        self.bolt = bolt
        self.selection = selection
        self.query = selection.query
        self.limit = limit
        self.after = after
        self.matching = {**matching(selection), "words": list(self.query.words), "compact": self.query.compact}

    def run(self) -> list[Position]:
        whole = candidates.of_query(self.query, self.selection)
        tiers = [candidates.of_tier(tier, self.query, self.selection) for tier in _TIERS[:3] if self.query.words]
        *by_tier, rest = probed(self.bolt, [*tiers, whole])
        if rest.hits <= CAP:
            return self._sorted(rest.sources, list(_TIERS), self.limit)
        found: list[Position] = []
        for tier, probe in enumerate([*by_tier, rest]):
            if tier >= self.after.tier and len(found) < self.limit:
                found += self._tier(tier, probe, self.limit - len(found))
        return found

    def _tier(self, tier: int, probe: Probe, limit: int) -> list[Position]:
        if probe.hits <= CAP:
            return self._sorted(probe.sources, [tier], limit)
        if not probe.sources:
            return self._walked(tier, FOREVER, limit)
        found = self._walked(tier, max(WALK, 4 * limit), limit)
        return found if len(found) == limit else self._sorted(probe.sources, [tier], limit)

    def _sorted(self, sources: list[Source], tiers: list[int], limit: int) -> list[Position]:
        if not sources:
            return []
        after = self.after
        [row] = self.bolt.read(
            "search/sorted",
            sources=sources,
            tiers=tiers,
            after_tier=after.tier,
            after_seq=after.seq,
            after_id=sort_id(after.artifact_id),
            limit=limit,
            **self.matching,
        )
        return [Position(*place) for place in row["found"]]

    def _walked(self, tier: int, rows: int, limit: int) -> list[Position]:
        after = self.after if self.after.tier == tier else _BEFORE_ALL
        since, until = created_within(self.query)
        [row] = self.bolt.read(
            "search/walked",
            rows=rows,
            since=since,
            until=min(until, after.seq),
            tier=tier,
            after_seq=after.seq,
            after_id=sort_id(after.artifact_id),
            limit=limit,
            **self.matching,
        )
        return [Position(*place) for place in row["found"]]


def probed(bolt: Bolt, plans: list[Plan]) -> list[Probe]:
    """Of each plan the sources that give least."""
    sources = [source for choices in plans for choice in choices or [] for source in choice]
    hits = iter(bolt.read("search/probe", sources=sources, cap=CAP + 1)[0]["hits"] if sources else [])
    return [_least(choices, hits) for choices in plans]


def _least(choices: Plan, hits: Iterator[int]) -> Probe:
    if choices is None:
        return Probe([], FOREVER)
    least = [min((next(hits), place, source) for place, source in enumerate(choice)) for choice in choices]
    return Probe([source for count, _, source in least if count], sum(count for count, _, _ in least))


def possible(selection: Selection) -> bool:
    """Whether anything in the catalog can equal what is selected."""
    fields = (selection.artifact_type, selection.source_pipeline, selection.source_step)
    return storable(json.dumps([fields, selection.tags], ensure_ascii=False))


def matching(selection: Selection) -> dict[str, Any]:
    """What makes an artifact match, as parameters."""
    return {
        "any_of": any_of(selection.query),
        "artifact_type": selection.artifact_type,
        "source_pipeline": selection.source_pipeline,
        "source_step": selection.source_step,
        "tag_tokens": selection.tag_tokens,
    }


def any_of(query: Query) -> list[dict[str, Any]]:
    """The alternatives of a query as a parameter."""
    return [_as_parameters(part) for part in query.any_of]


def _as_parameters(part: Conjunction) -> dict[str, Any]:
    values = asdict(part)
    for name in ("ranges", "lacks_ranges", "equals", "differs"):
        values[name] = [list(pair.values()) for pair in values[name]]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def created_within(query: Query) -> tuple[int, int]:
    """The oldest and the newest instant that a match can have."""
    since = min((_or(part.created_from, -FOREVER) for part in query.any_of), default=-FOREVER)
    until = max((_or(part.created_before, FOREVER) for part in query.any_of), default=FOREVER)
    return since, until


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
