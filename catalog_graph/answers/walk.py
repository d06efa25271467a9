"""A walk: the artifacts that selectors choose, with what lies upstream and downstream of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog_graph.answers.choice import ChoiceAnswer
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.answers.spread import Spread
from catalog_graph.cards import card_of
from catalog_graph.checks import MAX_PAGE
from catalog_graph.lineage import Card, Traversal
from catalog_graph.query.selectors import EVERY, Selector, read_selection


@dataclass(frozen=True)
class Walk(ChoiceAnswer):
    """The artifacts that `select` chooses and `exclude` does not."""

    select: str
    exclude: str
    nodes: list[Card]
    """In the order of their creation, then by id; depths are 0."""
    total: int
    """Number of all of them, listed or not."""
    edges: list[list[str]]
    """Edges among the artifacts that are listed, as pairs of ids, child first."""
    all_matched: bool
    """False if a query in the selectors matches more than 10,000 artifacts, of which the first are taken."""

    @property
    def complete(self) -> bool:
        """True if everything is taken and listed."""
        return self.all_matched and len(self.nodes) == self.total

    def _title(self) -> str:
        exclude = f", without {self.exclude}" if self.exclude.strip() else ""
        return f"{self.total:,} {'artifact' if self.total == 1 else 'artifacts'}: {self.select}{exclude}"

    def _notes(self) -> list[str]:
        notes = [] if len(self.nodes) == self.total else [f"… the first {len(self.nodes):,} shown"]
        return notes if self.all_matched else [*notes, "… a query matches more than 10,000; the first are taken"]


@dataclass(frozen=True)
class WalkQuestion(Question[Walk]):
    """The question which artifacts selectors choose."""

    path = "walk"
    answer_type = Walk
    select: str
    exclude: str
    limit: int
    exact: bool

    def answer(self, reader: LineageReader) -> Walk:
        """Read what each selector chooses, and combine it."""
        choice = Choice(reader, self.exact)
        chosen = choice.union(read_selection(self.select))
        excluded = choice.union(read_selection(self.exclude, "exclude"))
        cards = [card._replace(depth=0) for i, card in chosen.items() if i not in excluded]
        cards.sort(key=lambda card: (card.created_at, card.artifact_id))
        edges = Spread(reader).edges(cards[: self.limit])
        return Walk(self.select, self.exclude, cards[: self.limit], len(cards), edges, choice.all_matched)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        exclude = {"exclude": self.exclude} if self.exclude else {}
        exact = {"exact": True} if self.exact else {}
        return {"select": self.select, **exclude, "limit": self.limit, **exact}


class Choice:
    """Reads what selectors choose, as artifacts by id."""

    def __init__(self, reader: LineageReader, exact: bool) -> None:
        self._reader = reader
        self._spread = Spread(reader)
        self._exact = exact
        self._seeds: dict[tuple[str, bool], dict[str, Card]] = {}
        self.all_matched = True

    def union(self, parts: Sequence[Sequence[Selector]]) -> dict[str, Card]:
        """Return what any of some intersections chooses."""
        chosen: dict[str, Card] = {}
        for part in parts:
            first, *others = (self._chosen(selector) for selector in part)
            chosen |= {i: card for i, card in first.items() if all(i in other for other in others)}
        return chosen

    def _chosen(self, selector: Selector) -> dict[str, Card]:
        seeds = self._seeds_of(selector)
        if selector.around:
            return self._spread.closure(self._spread.closure(seeds, "downstream", None), "upstream", None)
        up, down = (None if edges == EVERY else edges for edges in (selector.up, selector.down))
        return self._spread.closure(seeds, "upstream", up) | self._spread.closure(seeds, "downstream", down)

    def _seeds_of(self, selector: Selector) -> dict[str, Card]:
        key = selector.value, selector.is_query
        if key not in self._seeds:
            self._seeds[key] = self._matches(selector.value) if selector.is_query else self._named(selector.value)
        return self._seeds[key]

    def _matches(self, query: str) -> dict[str, Card]:
        entries = self._reader.search(query, limit=MAX_PAGE + 1)
        self.all_matched = self.all_matched and len(entries) <= MAX_PAGE
        return {entry.artifact_id: card_of(entry) for entry in entries[:MAX_PAGE]}

    def _named(self, reference: str) -> dict[str, Card]:
        artifact_id = self._reader.resolve(reference, exact=self._exact)
        return {artifact_id: self._reader.traverse(artifact_id, Traversal("upstream", depth=0), 1).root}
