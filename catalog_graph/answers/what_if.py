"""The answer what-if: the artifacts that would be cut off, or left without any source, without some artifacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalog_graph.answers.base import DrawnAnswer
from catalog_graph.answers.excerpt import Listed
from catalog_graph.answers.facts import Details
from catalog_graph.answers.graph import LineageGraph, edges_among
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.forms import Section
from catalog_graph.lineage import Card, Lineage

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing


@dataclass(frozen=True)
class WhatIf(DrawnAnswer):
    """The losses of `root`, and of the artifacts that derive from it, if those `without` were missing."""

    root: Card
    without: list[Card]
    lost: Listed
    """Upstream artifacts that no path would connect to `root` any more."""
    sources: int
    """Number of artifacts without parents in the ancestry of `root`."""
    sources_left: int
    """Number of those that would still be in its ancestry."""
    cut_off: Listed
    """Downstream artifacts that would not derive from `root` any more."""
    sourceless: Listed
    """Artifacts, of `root` and those downstream, that would not derive from any source any more."""
    edges: list[list[str]] = field(default_factory=list)
    """Edges among the artifacts that are listed, as pairs of ids, child first."""

    @property
    def complete(self) -> bool:
        """True if everything is listed."""
        return self.lost.complete and self.cut_off.complete and self.sourceless.complete

    def text(self) -> str:
        """Return what would be lost as lines of text."""
        from catalog_graph.render.impact import described

        lines = [
            f"If {', '.join(map(described, self.without))} went away:",
            f"{self.sources_left:,} of {self.sources:,} sources of {described(self.root)} would be left",
            *self.lost.lines("lost upstream"),
            *self.cut_off.lines("cut off downstream"),
            *self.sourceless.lines("left without any source"),
        ]
        return "\n".join(lines)

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        parts = (
            (self.without, "left out"),
            (self.lost.cards, "lost"),
            (self.cut_off.cards, "cut off"),
            (self.sourceless.cards, "without any source"),
        )
        roles = [(card, role) for cards, role in parts for card in cards]
        cards = [self.root, *(card for card, _ in roles)]
        notes = [self._headline(), *([] if self.complete else ["… more is affected than is shown"])]
        return Drawing(self._headline(), cards, [(child, parent) for child, parent in self.edges], roles, notes)

    def _sections(self) -> list[Section]:
        return [
            self.lost.section("lost upstream"),
            self.cut_off.section("cut off downstream"),
            self.sourceless.section("left without any source"),
        ]


@dataclass(frozen=True)
class WhatIfQuestion(Question[WhatIf]):
    """The question what an artifact would lose, and what would lose it, without some artifacts."""

    path = "what-if"
    answer_type = WhatIf
    without: tuple[str, ...]
    limit: int

    def answer(self, reader: LineageReader) -> WhatIf:
        """Read both closures of the artifact and everything downstream of the missing ones."""
        upstream = reader.upstream(self.artifact_id, limit=None)
        downstream = reader.downstream(self.artifact_id, limit=None)
        of_missing = [reader.downstream(artifact_id, limit=None) for artifact_id in self.without]
        lineages = (downstream, *of_missing)
        ids = dict.fromkeys(i for each in lineages for i in (each.root.artifact_id, *each.columns.artifact_id))
        by_id = {each.root.artifact_id: each for each in of_missing}
        return what_if(upstream, downstream, by_id, reader.details(list(ids)), self.limit)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {"without": list(self.without), "limit": self.limit}


def what_if(
    upstream: Lineage,
    downstream: Lineage,
    of_missing: Mapping[str, Lineage],
    details: Mapping[str, Details],
    limit: int,
) -> WhatIf:
    """Return the answer from whole lineages.

    `of_missing` has the downstream lineage of each missing artifact, by id; `details` has the details of all artifacts
    in `downstream` and in those lineages.
    """
    above, below = LineageGraph(upstream), LineageGraph(downstream)
    missing_above, missing_below = ({g.position[i] for i in of_missing if i in g.position} for g in (above, below))
    left = above.reached_from([0], above.parents, missing_above)
    lost = above.positions_outside(left | missing_above)
    sources = [position for position in above.sources if position != 0]
    reached = below.reached_from([0], below.children, missing_below)
    cut_off = below.positions_outside(reached | missing_below)
    sourced = _sourced([downstream, *of_missing.values()], set(of_missing), details)
    sourceless = [position for i, position in below.position.items() if i not in sourced and i not in of_missing]
    without = [lineage.root for lineage in of_missing.values()]
    lists = Listed.of(above, lost, limit), Listed.of(below, cut_off, limit), Listed.of(below, sourceless, limit)
    cards = [upstream.root, *without, *(card for each in lists for card in each.cards)]
    return WhatIf(
        root=upstream.root,
        without=without,
        lost=lists[0],
        sources=len(sources),
        sources_left=len(left.intersection(sources)),
        cut_off=lists[1],
        sourceless=lists[2],
        edges=edges_among(cards, [above, below, *map(LineageGraph, of_missing.values())]),
    )


def _sourced(lineages: Sequence[Lineage], missing: set[str], details: Mapping[str, Details]) -> set[str]:
    """Return the ids, of all artifacts in these lineages, that would still derive from a source, or are one.

    A parent outside these lineages is not downstream of a missing artifact, so that it keeps its sources.
    """
    edges = {edge for lineage in lineages for edge in lineage.edges}
    children: dict[str, list[str]] = {}
    parents_inside: dict[str, int] = {}
    for child, parent in edges:
        children.setdefault(parent, []).append(child)
        parents_inside[child] = parents_inside.get(child, 0) + 1
    ids = {i for lineage in lineages for i in (lineage.root.artifact_id, *lineage.columns.artifact_id)}
    parents = {i: details[i].parents if i in details else 0 for i in ids - missing}
    sourced = {i for i, count in parents.items() if count == 0 or count > parents_inside.get(i, 0)}
    pending = list(sourced)
    while pending:
        new = [child for child in children.get(pending.pop(), ()) if child not in sourced and child not in missing]
        sourced.update(new)
        pending += new
    return sourced
