"""Impact: everything that a change of an artifact affects, counted and listed, and the part that is in production."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from catalog_graph.answers.base import Answer, AnswerPart
from catalog_graph.answers.excerpt import Listed
from catalog_graph.answers.facts import Counts, in_order
from catalog_graph.answers.graph import LineageGraph
from catalog_graph.answers.paths import shortest
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.checks import MAX_NODES, MAX_PAGE
from catalog_graph.forms import Section
from catalog_graph.instants import from_microseconds
from catalog_graph.lineage import Card, Lineage, Traversal

MAX_COPIES = 100
"""Maximum number of artifacts of the same content whose downstream is read."""


@dataclass(frozen=True)
class Production(AnswerPart):
    """The affected artifacts that match `query`, with the path to each."""

    derived = ("complete",)

    query: str
    """If it is empty, no artifacts were looked for."""
    total: int
    """Number of all these artifacts, shown or not."""
    paths: list[list[Card]]
    """For each of the nearest, a shortest path from the artifact that changes (first) to it (last)."""

    @property
    def complete(self) -> bool:
        """True if each of them is shown with its path."""
        return len(self.paths) == self.total


@dataclass(frozen=True)
class Copies(AnswerPart):
    """Other artifacts with the same content, and what derives from them, but not from the artifact itself."""

    copies: Listed
    """The newest first."""
    reached: Listed
    """Depths are counted from the nearest copy."""


@dataclass(frozen=True)
class Gone(AnswerPart):
    """Numbers of artifacts downstream that are not registered; no count and no list has them."""

    deleted: int = 0
    unregistered: int = 0


@dataclass(frozen=True)
class Impact(Answer):
    """Every registered artifact downstream of another. All counts and totals cover all of them, listed or not."""

    lineage: Lineage
    """The listed artifacts, nearest first; its `cursor` continues in `downstream` with the same parameters."""
    by_type: dict[str, int]
    by_pipeline: dict[str, int]
    by_depth: dict[int, int]
    by_tag: dict[str, dict[str, int]]
    """By tag key and value, for each requested key; artifacts without the tag are not counted."""
    production: Production
    copies: Copies | None = None
    """`None` if the request did not ask for copies."""
    gone: Gone = field(default_factory=Gone)
    """Artifacts that also derive from it, but were deleted or never registered; `downstream` lists them."""

    @property
    def root(self) -> Card:
        """The artifact that changes."""
        return self.lineage.root

    @property
    def nodes(self) -> list[Card]:
        """The cards of the listed artifacts."""
        return self.lineage.nodes

    @property
    def total(self) -> int:
        """Number of affected artifacts that are registered."""
        return self.lineage.total

    @property
    def complete(self) -> bool:
        """True if everything is listed, and each artifact in production has its path."""
        copies = self.copies is None or (self.copies.copies.complete and self.copies.reached.complete)
        return self.lineage.complete and self.production.complete and copies

    def text(self) -> str:
        """Return a summary and the lists as lines of text."""
        from catalog_graph.render.impact import as_text

        return as_text(self)

    def tree(self) -> str:
        """Return the lineage of the listed artifacts as a tree of text, the artifact that changes first."""
        return self.lineage.tree()

    def svg(self) -> str:
        """Return the lineage as a picture, see `Lineage.svg`."""
        return self.lineage.svg()

    def html(self) -> str:
        """Return the lineage as an HTML page, see `Lineage.html`."""
        return self.lineage.html()

    def _sections(self) -> list[Section]:
        from catalog_graph.render.impact import sections

        return sections(self)


@dataclass(frozen=True)
class ImpactQuestion(Question[Impact]):
    """The question for the impact of a change to an artifact."""

    path = "impact"
    answer_type = Impact
    where: str
    limit: int | None
    tag_keys: tuple[str, ...]
    production: str
    paths: int
    copies: bool
    as_of: int | None
    """An instant in microseconds since 1970."""
    without: tuple[str, ...]
    until: str

    def answer(self, reader: LineageReader) -> Impact:
        """Count everything, list the nearest, and look for production artifacts, at the same time if possible."""
        production = reader.begin(lambda: self._in_production(reader))
        counts = reader.begin(lambda: reader.count(self.artifact_id, self._traversal, self.tag_keys))
        lineage = self._listed(reader, counts)
        gone = Gone(**counts().gone)
        return Impact(
            lineage=lineage,
            by_type=in_order(counts().types),
            by_pipeline=in_order(counts().pipelines),
            by_depth=in_order(counts().depths),
            by_tag={key: in_order(values) for key, values in counts().tags.items()},
            production=self._explained(reader, None if gone != Gone() else lineage, production()),
            copies=self._copies(reader, lineage) if self.copies else None,
            gone=gone,
        )

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {
            "where": self.where,
            "limit": "all" if self.limit is None else self.limit,
            "tag_key": list(self.tag_keys),
            "production": self.production,
            "paths": self.paths,
            "copies": self.copies,
            "as_of": None if self.as_of is None else from_microseconds(self.as_of),
            "without": list(self.without),
            "until": self.until or None,
            "form": "columns",
        }

    @property
    def _traversal(self) -> Traversal:
        return Traversal("downstream", where=self.where, as_of=self.as_of, without=self.without, until=self.until)

    def _listed(self, reader: LineageReader, counts: Callable[[], Counts]) -> Lineage:
        """Return the nearest registered artifacts.

        A closure in which all are registered, as nearly all are, is read by the faster traversal, beside the counts.
        """
        traversal = replace(self._traversal, known_size=lambda: counts().size)
        if not self.where.strip() and not traversal.alters_graph:
            lineage = reader.traverse(self.artifact_id, traversal, self.limit)
            if not counts().gone.total():
                return lineage
        return reader.traverse(self.artifact_id, replace(traversal, registered=True), self.limit)

    def _in_production(self, reader: LineageReader) -> Lineage | None:
        """Return the nearest artifacts in production; `None` if the question does not ask for them."""
        if not self.production.strip():
            return None
        return reader.traverse(
            self.artifact_id, replace(self._traversal, and_where=self.production, registered=True), self.paths
        )

    def _explained(self, reader: LineageReader, lineage: Lineage | None, production: Lineage | None) -> Production:
        """Return the artifacts in production with a path to each; `lineage` lists the nearest in any state."""
        if production is None or not production.columns:
            return Production(self.production.strip(), production.total if production else 0, [])
        if lineage is None or self.where.strip() or not _contains(lineage, production):
            whole = replace(self._traversal, where="", depth=production.columns.depth[-1])
            lineage = reader.traverse(self.artifact_id, whole, None)
        ends = self._ends(reader, lineage) if self.until.strip() else set()
        return Production(self.production.strip(), production.total, _paths_to(production, lineage, ends))

    def _ends(self, reader: LineageReader, lineage: Lineage) -> set[str]:
        """Return the ids of those that end the walk: a path to another artifact leads past none of them."""
        listed = replace(self._traversal, where="", and_where=self.until, depth=max(lineage.columns.depth))
        return set(reader.traverse(self.artifact_id, listed, None).columns.artifact_id)

    def _copies(self, reader: LineageReader, lineage: Lineage) -> Copies:
        own_id = lineage.root.artifact_id
        details = reader.details([own_id]).get(own_id)
        same_content = _with_content(reader, details.content_hash) if details and details.content_hash else []
        ids = [i for i in same_content if i != own_id and i not in self.without]
        traversal = replace(self._traversal, registered=True)
        own, *of_copies = (reader.traverse(i, traversal, None) for i in (own_id, *ids[:MAX_COPIES]))
        return _merged_copies(own, of_copies, len(ids), len(lineage.columns) if lineage.cursor else MAX_NODES)


def _with_content(reader: LineageReader, content_hash: str) -> list[str]:
    """Return the ids of all artifacts with this content hash, the newest first."""
    escaped = content_hash.replace("\\", "\\\\").replace('"', '\\"')
    return [entry.artifact_id for entry in reader.search(f'hash:"{escaped}"', limit=MAX_PAGE)]


def _contains(lineage: Lineage, other: Lineage) -> bool:
    """Return True if `lineage`, which lists the nearest artifacts without a gap, lists all of `other`."""
    return set(other.columns.artifact_id) <= set(lineage.columns.artifact_id)


def _paths_to(production: Lineage, lineage: Lineage, ends: set[str]) -> list[list[Card]]:
    """Return a shortest path from the root, past no end, to each artifact in production that is still in `lineage`."""
    graph = LineageGraph(lineage)
    passed_by_none = {graph.position[i] for i in ends if i in graph.position}
    targets = (graph.position[i] for i in production.columns.artifact_id if i in graph.position)
    return [graph.cards(reversed(shortest(graph, target, passed_by_none))) for target in targets]


def _merged_copies(own: Lineage, of_copies: Sequence[Lineage], total: int, limit: int) -> Copies:
    """Return the copies, `total` in all, and what derives from them but is not in the whole lineage `own`."""
    known = {own.root.artifact_id, *own.columns.artifact_id, *(each.root.artifact_id for each in of_copies)}
    nearest: dict[str, Card] = {}
    for card in (card for each in of_copies for card in each.nodes if card.artifact_id not in known):
        other = nearest.get(card.artifact_id)
        if other is None or card.depth < other.depth:
            nearest[card.artifact_id] = card
    reached = sorted(nearest.values(), key=lambda card: (card.depth, card.artifact_id))
    return Copies(Listed([each.root for each in of_copies], total), Listed(reached[:limit], len(reached)))
