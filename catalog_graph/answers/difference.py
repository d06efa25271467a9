"""Differences: the ancestries of two artifacts side by side, and where they diverge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from catalog_graph.answers.base import JSON_TYPE, AnswerPart, DrawnAnswer
from catalog_graph.answers.bookkeeping import comparable
from catalog_graph.answers.excerpt import Listed
from catalog_graph.answers.facts import Ancestries, Details
from catalog_graph.answers.graph import LineageGraph, edges_among
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.artifact import CatalogEntry, same_json
from catalog_graph.forms import Section
from catalog_graph.lineage import Card

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing

MAX_COMPARED = 100
"""Maximum number of pairs whose tags and metadata are compared."""

Changes = dict[str, list[Any]]
"""By key, the left value and the right one; `None` stands for a missing value."""
_JSON_CHANGES = dict[str, tuple[Any, Any]] | None


@dataclass(frozen=True)
class Pair(AnswerPart):
    """Two artifacts that correspond: of the same content, or else of the same name and type."""

    left: Card
    right: Card
    same_content: bool
    tags: Changes | None = field(default=None, metadata={JSON_TYPE: _JSON_CHANGES})
    """Tags that differ; `None` if they were not compared."""
    metadata: Changes | None = field(default=None, metadata={JSON_TYPE: _JSON_CHANGES})
    """Metadata that differs, by top-level key, without FlowyML's bookkeeping; `None` if it was not compared."""

    def lines(self) -> list[str]:
        """Return the two artifacts, and a line for each value that differs."""
        from catalog_graph.render.impact import described

        return [
            f"  {described(self.left)} / {described(self.right)}: {self._kind}",
            *(f"    {key!r}: {left!r} / {right!r}" for key, (left, right) in self._changes.items()),
        ]

    def rows(self) -> list[tuple[str, ...]]:
        """Return a row for the two artifacts, and one for each value that differs."""
        from catalog_graph.render.impact import described

        values = [(repr(left), repr(right), "", str(key)) for key, (left, right) in self._changes.items()]
        return [(described(self.left), described(self.right), self._kind, ""), *values]

    @property
    def _kind(self) -> str:
        return "same content" if self.same_content else "same name"

    @property
    def _changes(self) -> Changes:
        return {**(self.tags or {}), **(self.metadata or {})}


@dataclass(frozen=True)
class Difference(DrawnAnswer):
    """The ancestries of `left` and `right`, themselves included, compared."""

    left: Card
    right: Card
    common: Listed
    """The artifacts in both ancestries; their depths are those from `left`."""
    pairs: list[Pair]
    """Different artifacts that correspond, nearest first."""
    pairs_total: int
    only_left: Listed
    only_right: Listed
    parts_left: Listed
    """The artifacts at which the left ancestry diverges: not shared, by id or content, though all their parents are."""
    parts_right: Listed
    edges: list[list[str]] = field(default_factory=list)
    """Edges among the artifacts that are listed, as pairs of ids, child first."""

    @property
    def complete(self) -> bool:
        """True if everything is listed, and each pair has the values that differ."""
        lists = (self.common, self.only_left, self.only_right, self.parts_left, self.parts_right)
        all_compared = len(self.pairs) == self.pairs_total and all(pair.tags is not None for pair in self.pairs)
        return all_compared and all(listed.complete for listed in lists)

    def text(self) -> str:
        """Return the comparison as lines of text."""
        from catalog_graph.render.impact import described

        lines = [f"left:  {described(self.left)}", f"right: {described(self.right)}"]
        lines += [f"common: {self.common.total:,}", f"the same thing twice: {self.pairs_total:,}"]
        lines += [line for pair in self.pairs for line in pair.lines()]
        lines += [f"  … {self.pairs_total:,} in all"] if len(self.pairs) < self.pairs_total else []
        lines += [*self.only_left.lines("only left"), *self.only_right.lines("only right")]
        lines += [*self.parts_left.lines("they part at, left"), *self.parts_right.lines("they part at, right")]
        return "\n".join(lines)

    def _headline(self) -> str:
        from catalog_graph.render.impact import described

        return f"{described(self.left)} / {described(self.right)}"

    @property
    def roles(self) -> list[tuple[Card, str]]:
        """The artifacts that are listed, each with its part in the comparison, or with one of several."""
        roles = [(self.left, "left"), (self.right, "right"), *((card, "in both") for card in self.common.cards)]
        for pair in self.pairs:
            roles += [(pair.left, "left"), (pair.right, "right")]
            roles += [(card, "same content" if pair.same_content else "same name") for card in (pair.left, pair.right)]
        for listed, role in (
            (self.only_left, "only left"),
            (self.only_right, "only right"),
            (self.parts_left, "parts here"),
            (self.parts_right, "parts here"),
        ):
            roles += [(card, role) for card in listed.cards]
        return roles

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        roles = self.roles
        notes = [] if self.complete else ["… more differs than is shown"]
        edges = [(child, parent) for child, parent in self.edges]
        return Drawing(self._headline(), [card for card, _ in roles], edges, roles, notes)

    def _sections(self) -> list[Section]:
        rows = [row for pair in self.pairs for row in pair.rows()]
        notes = [f"… {self.pairs_total:,} in all"] if len(self.pairs) < self.pairs_total else []
        return [
            Section(f"the same thing twice: {self.pairs_total:,}", ("left", "right", "compared", "key"), rows, notes),
            self.only_left.section("only left"),
            self.only_right.section("only right"),
            self.parts_left.section("they part at, left"),
            self.parts_right.section("they part at, right"),
            self.common.section("common"),
        ]


@dataclass(frozen=True)
class DiffQuestion(Question[Difference]):
    """The question for the difference of two ancestries."""

    path = "diff"
    answer_type = Difference
    right: str
    limit: int

    def answer(self, reader: LineageReader) -> Difference:
        """Read both ancestries, and compare them."""
        left, right = (reader.upstream(each, depth=0, limit=1).root for each in (self.artifact_id, self.right))
        ancestries = reader.ancestries(left.artifact_id, right.artifact_id, self.limit)
        comparison = Comparison(ancestries, reader.details)
        return comparison.difference(reader.get_many(comparison.compared_ids()), self.limit)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {"with": self.right, "limit": self.limit}


class Comparison:
    """Two upstream lineages, matched; `details` reads those of all artifacts that only one of them has."""

    def __init__(self, ancestries: Ancestries, details: Callable[[list[str]], Mapping[str, Details]]) -> None:
        self.left, self.right = left, right = LineageGraph(ancestries.left), LineageGraph(ancestries.right)
        self._omitted = ancestries.omitted
        self.common = [position for i, position in left.position.items() if i in right.position]
        self._unmatched_left = {left.position[i]: i for i in _only(left, right)}
        self._unmatched_right = {right.position[i]: i for i in _only(right, left)}
        self._details = details([*self._unmatched_left.values(), *self._unmatched_right.values()])
        self._shared_left = _all_but(left, self._unmatched_left)
        self._shared_right = _all_but(right, self._unmatched_right)
        self.pairs: list[tuple[int, int, bool]] = []
        # What is compared corresponds to itself first, if it corresponds at all.
        if 0 in self._unmatched_left and 0 in self._unmatched_right:
            content = self._content(0, left)
            same = content is not None and content == self._content(0, right)
            if same or _name(0, left) == _name(0, right) is not None:
                self._pair(0, 0, same=same)
        self._match(self._content, same=True)
        self._match(_name, same=False)
        self.pairs.sort()
        for left_at, right_at, same in self.pairs:
            if same:
                self._shared_left[left_at] = self._shared_right[right_at] = True

    def compared_ids(self) -> list[str]:
        """Return the ids of the artifacts whose tags and metadata are compared: left, right, left, right and so on."""
        cards = ((self.left.card(left), self.right.card(right)) for left, right, _ in self.pairs[:MAX_COMPARED])
        return [card.artifact_id for pair in cards for card in pair]

    def difference(self, entries: Iterable[CatalogEntry | None], limit: int) -> Difference:
        """Return the answer, with at most `limit` items in each list; `entries` are those of `compared_ids`."""
        following = iter(entries)
        pairs = [self._compared(*pair, next(following), next(following)) for pair in self.pairs[:MAX_COMPARED]]
        pairs += [self._uncompared(*pair) for pair in self.pairs[MAX_COMPARED:limit]]
        difference = Difference(
            left=self.left.lineage.root,
            right=self.right.lineage.root,
            common=Listed(self.left.cards(self.common[:limit]), len(self.common) + self._omitted),
            pairs=pairs[:limit],
            pairs_total=len(self.pairs),
            only_left=Listed.of(self.left, list(self._unmatched_left), limit),
            only_right=Listed.of(self.right, list(self._unmatched_right), limit),
            parts_left=Listed.of(self.left, _divergences(self.left, self._shared_left), limit),
            parts_right=Listed.of(self.right, _divergences(self.right, self._shared_right), limit),
        )
        cards = [card for card, _ in difference.roles]
        return replace(difference, edges=edges_among(cards, [self.left, self.right]))

    def _uncompared(self, left: int, right: int, same: bool) -> Pair:
        return Pair(self.left.card(left), self.right.card(right), same)

    def _compared(
        self, left: int, right: int, same: bool, left_entry: CatalogEntry | None, right_entry: CatalogEntry | None
    ) -> Pair:
        a, b = left_entry or CatalogEntry(), right_entry or CatalogEntry()
        tags, metadata = _changes(a.tags, b.tags), _changes(comparable(a.metadata), comparable(b.metadata))
        return replace(self._uncompared(left, right, same), tags=tags, metadata=metadata)

    def _content(self, position: int, graph: LineageGraph) -> str | None:
        details = self._details.get(graph.ids[position])
        return details.content_hash or None if details else None

    def _match(self, key: Callable[[int, LineageGraph], Hashable], *, same: bool) -> None:
        """Pair the unmatched artifacts of both sides that have the same key, nearest first."""
        candidates: dict[Hashable, list[int]] = defaultdict(list)
        for position in reversed(self._unmatched_right):
            candidates[key(position, self.right)].append(position)
        candidates.pop(None, None)
        for position in list(self._unmatched_left):
            others = candidates.get(key(position, self.left))
            if others:
                self._pair(position, others.pop(), same=same)

    def _pair(self, left: int, right: int, *, same: bool) -> None:
        self.pairs.append((left, right, same))
        del self._unmatched_left[left], self._unmatched_right[right]


def _name(position: int, graph: LineageGraph) -> tuple[str, str] | None:
    root, columns = graph.lineage.root, graph.lineage.columns
    if position == 0:
        return (root.artifact_type, root.name) if root.name else None
    name = columns.name[position - 1]
    return (columns.artifact_type[position - 1], name) if name else None


def _only(graph: LineageGraph, other: LineageGraph) -> list[str]:
    """Return the ids that only the first of two lineages has."""
    return [artifact_id for artifact_id in graph.ids if artifact_id not in other.position]


def _all_but(graph: LineageGraph, positions: Iterable[int]) -> bytearray:
    """Return a 1 for each position, and a 0 for each of these."""
    marks = bytearray(b"\1") * graph.size
    for position in positions:
        marks[position] = False
    return marks


def _divergences(graph: LineageGraph, shared: bytearray) -> list[int]:
    """Return the positions that are not shared, but whose parents all are."""
    edges = zip(graph.lineage.edge_children, graph.lineage.edge_parents, strict=True)
    below = {child for child, parent in edges if not shared[parent]}
    return [position for position in range(graph.size) if not shared[position] and position not in below]


def _changes(left: Mapping[str, Any], right: Mapping[str, Any]) -> Changes:
    keys = sorted(left.keys() | right.keys())
    equal = [key in left and key in right and same_json(left[key], right[key]) for key in keys]
    return {key: [left.get(key), right.get(key)] for key, same in zip(keys, equal, strict=True) if not same}
