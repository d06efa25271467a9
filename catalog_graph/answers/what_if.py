"""What would be cut off, or left without any source, if some artifacts went away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog_graph.answers.excerpt import Listed
from catalog_graph.answers.facts import Details
from catalog_graph.answers.graph import LineageGraph
from catalog_graph.lineage import Card, Lineage


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What `root` would lose, and what would lose `root`, if the artifacts `without` were not there."""

    root: Card
    without: list[Card]
    lost: Listed
    """Upstream artifacts that no path would lead to any more."""
    sources: int
    """How many artifacts without parents `root` comes from now."""
    sources_left: int
    """How many of them it would still come from."""
    cut_off: Listed
    """Downstream artifacts that would not derive from `root` any more."""
    sourceless: Listed
    """Of `root` and what is downstream, what no source at all would lead to any more."""

    @property
    def complete(self) -> bool:
        """Whether all of it is listed."""
        return self.lost.complete and self.cut_off.complete and self.sourceless.complete

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: the lines that the command writes."""
        from catalog_graph.render.answers import what_if_text

        return {"text/plain": what_if_text(self)}

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "root": self.root._asdict(),
            "without": [card._asdict() for card in self.without],
            "lost": self.lost.to_dict(),
            "sources": self.sources,
            "sources_left": self.sources_left,
            "cut_off": self.cut_off.to_dict(),
            "sourceless": self.sourceless.to_dict(),
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> WhatIf:
        """The inverse of `to_dict`."""
        return cls(
            root=Card(**data["root"]),
            without=[Card(**card) for card in data["without"]],
            lost=Listed.from_dict(data["lost"]),
            sources=data["sources"],
            sources_left=data["sources_left"],
            cut_off=Listed.from_dict(data["cut_off"]),
            sourceless=Listed.from_dict(data["sourceless"]),
        )


def what_if(
    upstream: Lineage,
    downstream: Lineage,
    of_removed: Mapping[str, Lineage],
    details: Mapping[str, Details],
    limit: int,
) -> WhatIf:
    """The answer, from whole lineages.

    `of_removed` has what is downstream of each artifact that goes away, by id; `details` those of every artifact in
    `downstream` and in those.
    """
    above, below = LineageGraph(upstream), LineageGraph(downstream)
    removed_above, removed_below = ({g.position[i] for i in of_removed if i in g.position} for g in (above, below))
    left = above.reached_from([0], above.parents, removed_above)
    lost = [at for at in range(1, above.size) if at not in left and at not in removed_above]
    sources = [at for at in above.sources if at != 0]
    reached = below.reached_from([0], below.children, removed_below)
    cut_off = [at for at in range(1, below.size) if at not in reached and at not in removed_below]
    fed = _fed([downstream, *of_removed.values()], set(of_removed), details)
    sourceless = [at for i, at in below.position.items() if i not in fed and i not in of_removed]
    return WhatIf(
        root=upstream.root,
        without=[found.root for found in of_removed.values()],
        lost=Listed.of(above, lost, limit),
        sources=len(sources),
        sources_left=len(left.intersection(sources)),
        cut_off=Listed.of(below, cut_off, limit),
        sourceless=Listed.of(below, sourceless, limit),
    )


def _fed(lineages: Sequence[Lineage], removed: set[str], details: Mapping[str, Details]) -> set[str]:
    """What some source would still lead to, among all that is downstream of something here.

    A parent that stands in none of these lineages is downstream of nothing that goes away, so it keeps its sources.
    """
    edges = {edge for found in lineages for edge in found.edges}
    children: dict[str, list[str]] = {}
    inside: dict[str, int] = {}
    for child, parent in edges:
        children.setdefault(parent, []).append(child)
        inside[child] = inside.get(child, 0) + 1
    ids = {i for found in lineages for i in (found.root.artifact_id, *found.columns.artifact_id)}
    parents = {i: details[i].parents if i in details else 0 for i in ids - removed}
    fed = {i for i, count in parents.items() if count == 0 or count > inside.get(i, 0)}
    left = list(fed)
    while left:
        new = [child for child in children.get(left.pop(), ()) if child not in fed and child not in removed]
        fed.update(new)
        left += new
    return fed
