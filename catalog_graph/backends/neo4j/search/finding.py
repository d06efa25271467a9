"""Lists and searches: what matches, in the order that `query.Query` defines, page by page.

A page is looked for tier by tier, and in each tier by one of five queries:

- `page_terms`: what the full-text index finds in the last hours, or all that it finds, if that is little;
- `page_few`: what several indexes find, if that is little;
- `page_newest`: a list of everything;
- `page_walked`: a walk from the newest artifact to older ones, where much matches;
- `page_sorted`: everything that the indexes find, where nothing else has a page.

`docs/decisions/search-page.md` says how they were chosen, with the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from neo4j import Record

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends import cursors
from catalog_graph.backends.neo4j.search import conditions, sources
from catalog_graph.backends.neo4j.search.conditions import FOREVER
from catalog_graph.backends.neo4j.search.recent import Recent
from catalog_graph.backends.neo4j.search.sources import CandidateSource, SourcePlan
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import entry_from, hour_term, sort_id
from catalog_graph.query.selection import Selection

CAP = 4_000
"""Maximum candidates to sort before any of them is looked at closely."""
RANKED = 500
"""Maximum candidates of the first three tiers to sort together."""
RARE = 1_000
"""Maximum hits of a rare query, all of which Lucene finds as soon as the newest ones."""
NEWEST = (1_000, 8_000, 40_000)
"""Numbers of newest artifacts: Lucene searches the hours in which they were created, before it searches all."""
DENSE = 3
"""Matches in a sample of 40 artifacts, of the newest 440, from which on a walk is the fastest way to a page."""
LOOKED_UP = 40_000
"""Maximum hits to keep as a set while walking."""
WALK = 40_000
"""Maximum artifacts to pass while walking, before all candidates are sorted instead."""
_SAMPLED = 40


@dataclass(frozen=True, slots=True)
class Position:
    """The place of an artifact in the order: tier, then newest first (`seq`), then highest id first."""

    tier: int
    seq: int
    artifact_id: str

    def cursor(self) -> str:
        """Return the position as text that needs no escaping in a URL."""
        return cursors.encode(self.tier, self.seq, self.artifact_id)

    @classmethod
    def from_cursor(cls, cursor: str) -> Position:
        """Return the position that a cursor was written from; raise `InvalidInput` if it is malformed."""
        return cls(*cursors.decode(cursor, int, int, str))


class Hit(NamedTuple):
    """An artifact of a page, and its position."""

    entry: CatalogEntry
    position: Position


Attempt = dict[str, Any]
"""A Lucene query, the number of hits from which on it is given up, and whether it finds all candidates."""
_BEFORE_ALL = Position(-1, FOREVER, "")
_LAST_TIER = 3


def find(bolt: Bolt, recent: Recent, selection: Selection, limit: int, cursor: str | None) -> list[Hit]:
    """Return up to `limit` artifacts after the cursor."""
    after = _BEFORE_ALL if cursor is None else Position.from_cursor(cursor)
    return _Search(bolt, recent, selection, limit, after).run() if conditions.possible(selection) else []


class _Search:
    """One page of a search."""

    def __init__(self, bolt: Bolt, recent: Recent, selection: Selection, limit: int, after: Position) -> None:
        self.bolt = bolt
        self.recent = recent
        self.selection = selection
        self.query = selection.query
        self.limit = limit
        self.after = after
        self.since, self.until = conditions.created_within(self.query)
        self.order: dict[str, Any] = {"words": list(self.query.words), "compact": self.query.compact}
        self.any_of = conditions.conjunctions(self.query, selection)
        exact = sources.exact_source(self.query, selection)
        self.plan = [[exact]] if exact else sources.of_query(self.query, selection)
        self.remaining = conditions.filters_alone(selection) if exact else self.any_of
        """Conditions on candidates that the indexes found: those of an exact source match the query anyway."""

    def run(self) -> list[Hit]:
        if not self.query.words:
            return self._tier(0, self.plan, self.limit)
        hits, dense = self._best_tiers() if self.after.tier < _LAST_TIER else ([], False)
        if len(hits) < self.limit:
            hits += self._tier(_LAST_TIER, self.plan, self.limit - len(hits), dense)
        return hits

    def _best_tiers(self) -> tuple[list[Hit], bool]:
        """Return the hits of the tiers 0 to 2, and whether many of the newest artifacts match in any tier."""
        tiers = range(max(self.after.tier, 0), _LAST_TIER)
        choices = sources.of_tiers(self.query, self.selection)[tiers[0] :]
        if len(tiers) == 1:
            return self._tier(tiers[0], choices, self.limit), False
        rows = self._few(tiers, [[choice] for choice in choices], self.limit, RANKED, DENSE)
        hits: list[Hit] = []
        for tier, choice, row in zip(tiers, choices, rows, strict=True):
            left = self.limit - len(hits)
            if left:
                hits += _hits(row["page"][:left]) if row["complete"] else self._tier(tier, [choice], left)
        return hits, rows[0]["dense"]

    def _tier(self, tier: int, plan: SourcePlan | None, limit: int, dense: bool = False) -> list[Hit]:
        if plan is None:
            return self._listed(limit) if self.any_of is None else self._walked(tier, [], limit, FOREVER)
        if not plan:
            return []
        lucene = sources.lucene(plan[0]) if len(plan) == 1 else None
        newest = self._newest(tier, lucene) if lucene else []
        candidates = [choice[0] for choice in plan]
        if lucene and newest[0] and not dense:
            page = self._terms(tier, self._attempts(lucene, newest), limit)
            if page is not None:
                return page
        if not dense and (plan != [[{"lucene": lucene}]] or not newest[0]):
            # Many matches say nothing of how many of them have a name that begins with the words.
            rows = self._few([tier], [plan], limit, CAP, _SAMPLED + 1 if self._is_named(tier) else DENSE)
            if rows and rows[0]["complete"]:
                return _hits(rows[0]["page"])
            dense = not rows
            candidates = candidates if dense else _least(plan, rows[0]["probed"])
            if any(newest) and not newest[0] and not dense:
                page = self._terms(tier, [attempt for attempt in newest if attempt], limit)
                if page is not None:
                    return page
        page = self._walked(tier, [] if dense else candidates, limit, max(WALK, 4 * limit))
        return page if len(page) == limit else self._sorted(tier, candidates, limit)

    def _newest(self, tier: int, lucene: str) -> list[Attempt | None]:
        """Return an attempt for each of `NEWEST`; None if its hours are not known or hold nothing for this page."""
        until = hour_term(self._bounds(tier)["after_seq"])
        # Of the newest hits, few have a name that begins with the words.
        hours = [self.recent.since(rows) for rows in (NEWEST[-1:] if self._is_named(tier) else NEWEST)]
        return [
            {"lucene": sources.since(lucene, hour), "cap": CAP + 1, "whole": False} if hour and hour < until else None
            for hour in hours
        ]

    def _attempts(self, lucene: str, newest: list[Attempt | None]) -> list[Attempt]:
        """Return attempts at the newest hits and at all, in an order in which the first ones fail fast."""
        rare, few = ({"lucene": lucene, "cap": cap + 1, "whole": True} for cap in (min(RARE, CAP), CAP))
        attempts = [*newest[:-1], rare, newest[-1], few] if len(newest) > 1 else [*newest, few]
        return [attempt for attempt in attempts if attempt]

    def _terms(self, tier: int, attempts: list[Attempt], limit: int) -> list[Hit] | None:
        """Return a page by the first attempt that makes one, if any does."""
        rows = self.bolt.read(
            "search/page_terms",
            attempts=attempts,
            tier=tier,
            any_of=self.remaining,
            limit=limit,
            **self._bounds(tier),
            **self.order,
        )
        return _hits(rows[0]["page"]) if rows else None

    def _few(self, tiers: Sequence[int], plans: Sequence[SourcePlan], limit: int, cap: int, dense: int) -> list[Record]:
        """Return a row for each tier; none for a single tier of which a walk finds a page sooner."""
        return self.bolt.read(
            "search/page_few",
            stages=[
                {"tier": tier, "choices": plan, **self._bounds(tier)} for tier, plan in zip(tiers, plans, strict=True)
            ],
            cap=cap + 1,
            dense=dense,
            any_of=self.any_of,
            limit=limit,
            **self.order,
        )

    def _walked(self, tier: int, candidates: list[CandidateSource], limit: int, rows: int) -> list[Hit]:
        lucene = [source["lucene"] for source in candidates if "lucene" in source]
        [row] = self.bolt.read(
            "search/page_walked",
            lucene=lucene if len(lucene) == len(candidates) else [],
            cap=LOOKED_UP + 1,
            rows=rows,
            since=self.since,
            tier=tier,
            any_of=self.any_of,
            limit=limit,
            **self._bounds(tier),
            **self.order,
        )
        return _hits(row["page"])

    def _listed(self, limit: int) -> list[Hit]:
        [row] = self.bolt.read("search/page_newest", since=self.since, limit=limit, **self._bounds(0))
        return _hits(row["page"])

    def _sorted(self, tier: int, candidates: list[CandidateSource], limit: int) -> list[Hit]:
        [row] = self.bolt.read(
            "search/page_sorted",
            sources=candidates,
            tier=tier,
            any_of=self.remaining,
            limit=limit,
            **self._bounds(tier),
            **self.order,
        )
        return _hits(row["page"])

    def _is_named(self, tier: int) -> bool:
        """Return True for the tiers that ask for the words in the name."""
        return bool(self.query.words) and tier < 2

    def _bounds(self, tier: int) -> dict[str, Any]:
        """Return the position after which the page begins in a tier."""
        after = self.after if self.after.tier == tier else _BEFORE_ALL
        if self.until <= after.seq:
            return {"after_seq": self.until, "after_id": ""}
        return {"after_seq": after.seq, "after_id": sort_id(after.artifact_id)}


def _least(plan: SourcePlan, probed: list[tuple[int, int]]) -> list[CandidateSource]:
    """Return the source of each choice with the fewest candidates, if it has any."""
    return [choice[place] for choice, (place, hits) in zip(plan, probed, strict=True) if hits]


def _hits(rows: list[list[Any]]) -> list[Hit]:
    return [Hit(entry_from(fields), Position(tier, seq, fields[0])) for tier, seq, fields in rows]
