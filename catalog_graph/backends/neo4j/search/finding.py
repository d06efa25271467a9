"""Lists and searches: what matches, in the order that `query.Query` defines, page by page.

One query has a page, in the way that suits what it finds. Where some of the very newest match, much does, and a walk
from the newest artifact to older ones, which reads what it passes, soon has a page. Few candidates are read and
sorted; of more, Lucene gives those of the last hours. Where it cannot, they are kept as a set, in which the walk looks
each artifact up, which takes a tenth of reading what it is about. If a walk has gone far and has no page, the
candidates are sorted after all. With words there are four tiers: the first three have indexes of their own, so that
what stands there is found before all that has a part of a word is looked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from neo4j import Record

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends import cursors
from catalog_graph.backends.neo4j.search import sources
from catalog_graph.backends.neo4j.search.recent import Recent
from catalog_graph.backends.neo4j.search.sources import Choice
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import entry_from, hour_term, sort_id, storable
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Conjunction, Query

CAP = 4_000
"""More candidates than these are too many to sort first thing."""
RANKED = 500
"""So many of several tiers are: to tell its tier, each has to be looked at closely."""
MANY = 40_000
"""So many Lucene tells soon enough for a walk to look for them alone; of more, everything passed is read."""
WALK = 40_000
"""So many artifacts are walked past in search of a page."""
NEWEST = (8_000, 40_000)
"""Lucene is asked for what was created as lately as so many of the newest, before it is asked for all."""
RARE = 1_001
"""Less than so many are all gathered: Lucene tells them as soon as the newest among them."""
SAMPLE, DENSE = 40, 3
"""Where so many of a sample of the newest match, a walk finds a page of them before the candidates are gathered."""
FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Position:
    """The place of an artifact in the order: tier, then newest first (`seq`), then highest id first."""

    tier: int
    seq: int
    artifact_id: str

    def cursor(self) -> str:
        """The place as text that a URL takes as it is."""
        return cursors.encode(self.tier, self.seq, self.artifact_id)

    @classmethod
    def from_cursor(cls, cursor: str) -> Position:
        """The inverse of `cursor`; raises `InvalidInput`."""
        return cls(*cursors.decode(cursor, int, int, str))


class Hit(NamedTuple):
    """What was found, and where it stands."""

    entry: CatalogEntry
    position: Position


_BEFORE_ALL = Position(-1, FOREVER, "")


def find(bolt: Bolt, recent: Recent, selection: Selection, limit: int, cursor: str | None) -> list[Hit]:
    """Up to `limit` artifacts behind the cursor."""
    after = _BEFORE_ALL if cursor is None else Position.from_cursor(cursor)
    return _Finding(bolt, recent, selection, limit, after).run() if possible(selection) else []


class _Finding:
    def __init__(self, bolt: Bolt, recent: Recent, selection: Selection, limit: int, after: Position) -> None:
        self.bolt = bolt
        self.recent = recent
        self.selection = selection
        self.query = selection.query
        self.limit = limit
        self.after = after
        self.matching = {**matching(selection), "words": list(self.query.words), "compact": self.query.compact}
        self.exact = sources.exact_source(self.query, selection)

    def run(self) -> list[Hit]:
        found: list[Hit] = []
        for tiers, choices in self._stages():
            if self.after.tier <= tiers[-1] and len(found) < self.limit:
                found += self._stage(tiers, choices, self.limit - len(found))
        return found

    def _stages(self) -> Iterator[tuple[list[int], list[Choice] | None]]:
        """Tiers in order, and what gives their candidates; `None`: everything."""
        whole = [[self.exact]] if self.exact else sources.of_query(self.query, self.selection)
        if self.query.words:
            yield [0, 1, 2], sources.of_tiers(self.query, self.selection)
            yield [3], whole
        else:
            yield [0], whole

    def _stage(self, tiers: list[int], choices: list[Choice] | None, limit: int) -> list[Hit]:
        if choices is None:
            return _hits(self._gathered(tiers, [], limit, sample=0, dense=0, rows=FOREVER)["found"])
        return self._several(tiers, choices, limit) if len(tiers) > 1 else self._one(tiers[0], choices, limit)

    def _several(self, tiers: list[int], choices: list[Choice], limit: int) -> list[Hit]:
        """All of these tiers at once where their candidates are few, else one after the other."""
        row = self._gathered(tiers, choices, limit, few=RANKED + 1, many=RANKED + 1, most=RANKED, sample=0, rows=0)
        if row["complete"]:
            return _hits(row["found"])
        found: list[Hit] = []
        for tier, choice, (place, hits) in zip(tiers, choices, row["probed"], strict=True):
            if hits and tier >= self.after.tier and len(found) < limit:
                least = choice if hits > RANKED else [choice[place]]
                found += self._one(tier, [least], limit - len(found))
        return found

    def _one(self, tier: int, choices: list[Choice], limit: int) -> list[Hit]:
        if not choices:
            return []
        for sizes in self._attempts(tier, choices):
            row = self._gathered([tier], choices, limit, rows=max(WALK, 4 * limit), **sizes)
            if len(row["found"]) == limit or row["complete"]:
                return _hits(row["found"])
            if row["probed"]:
                break
        [row] = self.bolt.read(
            "search/sorted",
            sources=[choice[place] for choice, (place, hits) in zip(choices, row["probed"], strict=True) if hits],
            tiers=[tier],
            limit=limit,
            **_behind(self._after(tier)),
            **self.matching,
        )
        return _hits(row["found"])

    def _attempts(self, tier: int, choices: list[Choice]) -> Iterator[dict[str, Any]]:
        """What to gather, one after the other: of the newest too few may match, the more so where a name has to."""
        lucene = sources.lucene(choices[0]) if len(choices) == 1 else None
        hours = [self.recent.since(rows) if lucene else None for rows in NEWEST]
        # Where the page before ended behind those hours, they have nothing more.
        until = hour_term(min(created_within(self.query)[1], self._after(tier).seq))
        newest, lately = ([sources.since(lucene, h)] if lucene and h and h < until else [] for h in hours)
        if tier > 1 or not self.query.words:
            yield {"sample": SAMPLE, "newest": newest, "whole": [lucene] if lucene else [], "lately": lately}
        if lately:
            yield {"sample": 0, "lately": lately}
        yield {"sample": 0}

    def _gathered(self, tiers: list[int], choices: list[Choice], limit: int, **sizes: Any) -> Record:
        usual: dict[str, Any] = {
            **{"dense": DENSE, "newest": [], "whole": [], "rare": RARE, "lately": []},
            **{"few": CAP + 1, "many": MANY + 1, "most": CAP},
        }
        after = self._after(*tiers)
        since, until = created_within(self.query)
        [row] = self.bolt.read(
            "search/gathered",
            choices=choices,
            exact=bool(self.exact),
            tiers=tiers,
            since=since,
            until=min(until, after.seq),
            limit=limit,
            **_behind(after),
            **(usual | sizes),
            **self.matching,
        )
        return row

    def _after(self, *tiers: int) -> Position:
        """Behind what these tiers are looked through; a page may have ended in an earlier one."""
        return self.after if self.after.tier in tiers else _BEFORE_ALL


def _behind(position: Position) -> dict[str, Any]:
    return {
        "after_tier": position.tier,
        "after_seq": position.seq,
        "after_id": sort_id(position.artifact_id),
    }


def _hits(rows: list[list[Any]]) -> list[Hit]:
    return [Hit(entry_from(fields), Position(tier, seq, fields[0])) for tier, seq, fields in rows]


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
