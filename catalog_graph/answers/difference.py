"""Two ancestries side by side: what they share, what each has alone, and where they part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from catalog_graph.answers.excerpt import Listed
from catalog_graph.answers.facts import Details
from catalog_graph.answers.graph import LineageGraph
from catalog_graph.artifact import CatalogEntry, same_json
from catalog_graph.lineage import Card, Lineage

MAX_COMPARED = 100
"""Pairs whose tags and metadata are compared."""

Changes = dict[str, list[Any]]
"""By key: the left value and the right one, `None` where there is none."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two artifacts that stand for the same thing: of the same content, or else of the same name and type."""

    left: Card
    right: Card
    same_content: bool
    tags: Changes | None = None
    """Tags that differ; `None` where they were not compared."""
    metadata: Changes | None = None
    """Metadata that differs, by top-level key; `None` where it was not compared."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "left": self.left._asdict(),
            "right": self.right._asdict(),
            "same_content": self.same_content,
            "tags": self.tags,
            "metadata": self.metadata,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Pair:
        """The inverse of `to_dict`."""
        same = data["same_content"]
        return cls(Card(**data["left"]), Card(**data["right"]), same, data["tags"], data["metadata"])


@dataclass(frozen=True, slots=True)
class Difference:
    """What `left` and `right` came from, themselves included, compared."""

    left: Card
    right: Card
    common: Listed
    """The very same artifacts; depths are those from `left`."""
    pairs: list[Pair]
    """Different artifacts that stand for the same thing, nearest first; `left` and `right` themselves are one."""
    pairs_total: int
    only_left: Listed
    only_right: Listed
    parts_left: Listed
    """Where the ancestries part: what is not shared, by id or by content, though all its parents are."""
    parts_right: Listed

    @property
    def complete(self) -> bool:
        """Whether everything is listed, every pair with what differs in its tags and metadata."""
        lists = (self.common, self.only_left, self.only_right, self.parts_left, self.parts_right)
        whole = len(self.pairs) == self.pairs_total and all(pair.tags is not None for pair in self.pairs)
        return whole and all(listed.complete for listed in lists)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: the lines that the command writes."""
        from catalog_graph.render.answers import difference_text

        return {"text/plain": difference_text(self)}

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "left": self.left._asdict(),
            "right": self.right._asdict(),
            "common": self.common.to_dict(),
            "pairs": [pair.to_dict() for pair in self.pairs],
            "pairs_total": self.pairs_total,
            "only_left": self.only_left.to_dict(),
            "only_right": self.only_right.to_dict(),
            "parts_left": self.parts_left.to_dict(),
            "parts_right": self.parts_right.to_dict(),
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Difference:
        """The inverse of `to_dict`."""
        names = ("common", "only_left", "only_right", "parts_left", "parts_right")
        return cls(
            left=Card(**data["left"]),
            right=Card(**data["right"]),
            pairs=[Pair.from_dict(pair) for pair in data["pairs"]],
            pairs_total=data["pairs_total"],
            **{name: Listed.from_dict(data[name]) for name in names},
        )


class Comparison:
    """Two whole upstream lineages, matched; `details` are those of every artifact that only one of them has."""

    def __init__(self, left: LineageGraph, right: LineageGraph, details: Mapping[str, Details]) -> None:
        self.left, self.right = left, right
        self._details = details
        both = left.position.keys() & right.position.keys()
        self.common = [at for i, at in left.position.items() if i in both]
        self._left_over = {at: i for i, at in left.position.items() if i not in both}
        self._right_over = {at: i for i, at in right.position.items() if i not in both}
        shared_right = {right.position[i] for i in both}
        self.pairs: list[tuple[int, int, bool]] = []
        if 0 in self._left_over and 0 in self._right_over:
            self._pair(
                0, 0, same=self._content(0, left) is not None and self._content(0, left) == self._content(0, right)
            )
        self._match(self._content, same=True)
        self._match(_name, same=False)
        self.pairs.sort()
        self._shared_left = {*self.common, *(at for at, _, same in self.pairs if same)}
        self._shared_right = {*shared_right, *(at for _, at, same in self.pairs if same)}

    def compared(self) -> list[str]:
        """Ids of the artifacts whose tags and metadata are to be compared: left, right, left, right and so on."""
        sides = ((self.left.card(a), self.right.card(b)) for a, b, _ in self.pairs[:MAX_COMPARED])
        return [card.artifact_id for pair in sides for card in pair]

    def difference(self, entries: Iterable[CatalogEntry | None], limit: int) -> Difference:
        """The answer; `entries` are those of `compared`, in order, and `limit` is how much each list shows."""
        given = iter(entries)
        pairs = [self._told(*pair, next(given), next(given)) for pair in self.pairs[: min(limit, MAX_COMPARED)]]
        pairs += [self._told(*pair) for pair in self.pairs[MAX_COMPARED:limit]]
        return Difference(
            left=self.left.lineage.root,
            right=self.right.lineage.root,
            common=Listed.of(self.left, self.common, limit),
            pairs=pairs,
            pairs_total=len(self.pairs),
            only_left=Listed.of(self.left, list(self._left_over), limit),
            only_right=Listed.of(self.right, list(self._right_over), limit),
            parts_left=Listed.of(self.left, _parts(self.left, self._shared_left), limit),
            parts_right=Listed.of(self.right, _parts(self.right, self._shared_right), limit),
        )

    def _told(self, left: int, right: int, same: bool, *entries: CatalogEntry | None) -> Pair:
        both = Pair(self.left.card(left), self.right.card(right), same)
        if not entries:
            return both
        a, b = (entry or CatalogEntry() for entry in entries)
        return replace(both, tags=_differing(a.tags, b.tags), metadata=_differing(a.metadata, b.metadata))

    def _content(self, at: int, graph: LineageGraph) -> str | None:
        found = self._details.get(graph.ids[at])
        return found.content_hash or None if found else None

    def _match(self, key: Any, *, same: bool) -> None:
        """Pair what is left over on both sides and has the same key, nearest first."""
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for at in reversed(self._right_over):
            waiting[key(at, self.right)].append(at)
        waiting.pop(None, None)
        for at in list(self._left_over):
            others = waiting.get(key(at, self.left))
            if others:
                self._pair(at, others.pop(), same=same)

    def _pair(self, left: int, right: int, *, same: bool) -> None:
        self.pairs.append((left, right, same))
        del self._left_over[left], self._right_over[right]


def unshared(left: LineageGraph, right: LineageGraph) -> list[str]:
    """Ids of the artifacts that only one side has."""
    return list(left.position.keys() ^ right.position.keys())


def graphs(left: Lineage, right: Lineage) -> tuple[LineageGraph, LineageGraph]:
    """Both whole lineages as graphs."""
    return LineageGraph(left), LineageGraph(right)


def _name(at: int, graph: LineageGraph) -> tuple[str, str] | None:
    columns = graph.lineage.columns
    root = graph.lineage.root
    name, kind = (root.name, root.artifact_type) if at == 0 else (columns.name[at - 1], columns.artifact_type[at - 1])
    return (kind, name) if name else None


def _parts(graph: LineageGraph, shared: set[int]) -> list[int]:
    edges = zip(graph.lineage.edge_children, graph.lineage.edge_parents, strict=True)
    further = {child for child, parent in edges if parent not in shared}
    return [at for at in range(graph.size) if at not in shared and at not in further]


def _differing(left: Mapping[str, Any], right: Mapping[str, Any]) -> Changes:
    keys = sorted(left.keys() | right.keys())
    equal = [key in left and key in right and same_json(left[key], right[key]) for key in keys]
    return {key: [left.get(key), right.get(key)] for key, same in zip(keys, equal, strict=True) if not same}
