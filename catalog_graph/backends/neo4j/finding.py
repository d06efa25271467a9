"""Lists and searches: what matches, in the order that `query.Query` defines, page by page.

Few candidates are read and sorted, in the same query that gathers them. Where there are many, the answer is dense, so
that a walk from the newest artifact to older ones soon has a page of it; if it does not, the candidates are sorted
after all. With words there are four tiers: the first three have indexes of their own, so that what stands there is
found before all that has a part of a word is looked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends import cursors
from catalog_graph.backends.neo4j import candidates
from catalog_graph.backends.neo4j.bolt import Bolt
from catalog_graph.backends.neo4j.candidates import Choice, Source
from catalog_graph.backends.neo4j.records import entry_from, sort_id, storable
from catalog_graph.query.tree import Conjunction, Query, Selection

CAP = 4_000
"""More candidates than these are too many to sort first thing."""
RANKED = 500
"""So many of several tiers are: to tell its tier, each has to be looked at closely."""
WALK = 40_000
"""So many artifacts are walked past in search of a page."""
FOREVER = 2**62


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


class Hit(NamedTuple):
    """What was found, and where it stands."""

    entry: CatalogEntry
    position: Position


_BEFORE_ALL = Position(-1, FOREVER, "")


def find(bolt: Bolt, selection: Selection, limit: int, cursor: str | None) -> list[Hit]:
    """Up to `limit` artifacts behind the cursor."""
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
        self.exact = candidates.exact_source(self.query, selection)

    def run(self) -> list[Hit]:
        found: list[Hit] = []
        for tiers, choices in self._stages():
            if self.after.tier <= tiers[-1] and len(found) < self.limit:
                found += self._stage(tiers, choices, self.limit - len(found))
        return found

    def _stages(self) -> Iterator[tuple[list[int], list[Choice] | None]]:
        """Tiers in order, and what gives their candidates; `None`: everything."""
        whole = [[self.exact]] if self.exact else candidates.of_query(self.query, self.selection)
        if self.query.words:
            yield [0, 1, 2], candidates.of_tiers(self.query, self.selection)
            yield [3], whole
        else:
            yield [0], whole

    def _stage(self, tiers: list[int], choices: list[Choice] | None, limit: int) -> list[Hit]:
        if choices is None:
            return self._walked(tiers[0], FOREVER, limit)
        several = len(tiers) > 1
        most = RANKED if several else CAP
        [row] = self.bolt.read(
            "search/gathered",
            choices=choices,
            cap=CAP + 1,
            most=most,
            exact=bool(self.exact),
            tiers=tiers,
            matches=most if several else limit,
            limit=limit,
            after_tier=self.after.tier,
            **_behind(self.after),
            **self.matching,
        )
        if row["total"] <= most:
            return _hits(row["found"])
        least = [(choice[place], hits) for choice, (place, hits) in zip(choices, row["probed"], strict=True)]
        if not several:
            return self._dense(tiers[0], [source for source, hits in least if hits], limit)
        found: list[Hit] = []
        for tier, (source, hits) in zip(tiers, least, strict=True):
            if hits and tier >= self.after.tier and len(found) < limit:
                rest = limit - len(found)
                found += self._stage([tier], [[source]], rest) if hits <= CAP else self._dense(tier, [source], rest)
        return found

    def _dense(self, tier: int, sources: list[Source], limit: int) -> list[Hit]:
        found = self._walked(tier, max(WALK, 4 * limit), limit)
        if len(found) == limit:
            return found
        [row] = self.bolt.read(
            "search/sorted",
            sources=sources,
            tiers=[tier],
            limit=limit,
            after_tier=self.after.tier,
            **_behind(self.after),
            **self.matching,
        )
        return _hits(row["found"])

    def _walked(self, tier: int, rows: int, limit: int) -> list[Hit]:
        after = self.after if self.after.tier == tier else _BEFORE_ALL
        since, until = created_within(self.query)
        [row] = self.bolt.read(
            "search/walked",
            rows=rows,
            since=since,
            until=min(until, after.seq),
            tier=tier,
            limit=limit,
            **_behind(after),
            **self.matching,
        )
        return _hits(row["found"])


def _behind(position: Position) -> dict[str, Any]:
    return {"after_seq": position.seq, "after_id": sort_id(position.artifact_id)}


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
