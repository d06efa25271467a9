"""The picture of a lineage: which artifacts are drawn, where their boxes stand, and what each hides on either side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.lineage import Card

BOX_WIDTH = 190.0
BOX_HEIGHT = 54.0
"""Size of a box in pixels."""
MAX_BOXES = 300
MAX_EDGES = 1000
"""Most boxes and edges of a picture: beyond them nobody can read it."""


class Surroundings(NamedTuple):
    """The degrees of some artifacts, 0 where they are missing, and the edges among them, child first."""

    parents: Mapping[str, int]
    children: Mapping[str, int]
    edges: Sequence[tuple[str, str]]


class Opening(NamedTuple):
    """A box that is opened by hand: how many neighbours on one side of it are drawn at least."""

    artifact_id: str
    upstream: bool
    least: int


@dataclass(frozen=True, slots=True)
class Side:
    """The parents or the children of a box: how many are drawn, and how many exist."""

    drawn: int
    total: int


@dataclass(frozen=True, slots=True)
class Box:
    """One artifact in the picture, with its centre in pixels."""

    card: Card
    x: float
    y: float
    parents: Side
    children: Side
    recorded_at: str = ""
    stage: str | None = None
    aliases: list[str] = field(default_factory=list)
    metric: float | None = None
    """The number that the caller asked to see."""
    matches: bool = True
    """True if it matches the caller's query, or there is none."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One edge, as the path of an SVG element from the parent's box to the child's."""

    child: str
    parent: str
    path: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and curves around an artifact, parents on the left, in pixels from (0, 0)."""

    root: Card
    width: float
    height: float
    boxes: list[Box]
    curves: list[Curve]

    @property
    def complete(self) -> bool:
        """True if every parent and child of every box is drawn, with every edge."""
        return all(side.drawn == side.total for box in self.boxes for side in (box.parents, box.children))

    def to_dict(self) -> dict[str, Any]:
        """Return the picture as JSON types."""
        return {
            "root": self.root.to_dict(),
            "width": self.width,
            "height": self.height,
            "box_width": BOX_WIDTH,
            "box_height": BOX_HEIGHT,
            "boxes": [{**asdict(box), "card": box.card.to_dict()} for box in self.boxes],
            "curves": [asdict(curve) for curve in self.curves],
            "complete": self.complete,
            "most": MAX_BOXES,
        }


def nearest(root: Card, sides: Sequence[Sequence[Card]], most: int) -> list[Card]:
    """Return the root and the nearest cards of both sides, at most `most` in all, by depth and then id."""
    cards = sorted((card for side in sides for card in side), key=lambda card: (card.depth, card.artifact_id))
    unique = {card.artifact_id: card for card in [root, *cards]}
    return list(unique.values())[:most]


def picture(
    cards: Sequence[Card],
    surroundings: Surroundings,
    entries: Mapping[str, CatalogEntry],
    *,
    matching: set[str] | None,
    metric: str,
) -> Picture:
    """Lay the cards out, the root first. Raises `ConfigurationError` where graphlay is not installed."""
    from catalog_graph.render.across import across
    from catalog_graph.render.marks import number_of, stage_of

    position = {card.artifact_id: at for at, card in enumerate(cards)}
    edges = [edge for edge in dict.fromkeys(surroundings.edges) if edge[0] in position and edge[1] in position]
    edges = edges[:MAX_EDGES]
    drawn_parents = Counter(child for child, _ in edges)
    drawn_children = Counter(parent for _, parent in edges)
    layout = across(len(cards), BOX_WIDTH, BOX_HEIGHT, [(position[parent], position[child]) for child, parent in edges])
    boxes = []
    for card, (x, y) in zip(cards, layout.centres, strict=True):
        artifact_id = card.artifact_id
        entry = entries.get(artifact_id)
        boxes.append(
            Box(
                card,
                x,
                y,
                Side(drawn_parents[artifact_id], surroundings.parents.get(artifact_id, 0)),
                Side(drawn_children[artifact_id], surroundings.children.get(artifact_id, 0)),
                recorded_at=entry.recorded_at if entry else "",
                stage=stage_of(entry) if entry else None,
                aliases=entry.aliases if entry else [],
                metric=number_of(entry, metric) if entry and metric else None,
                matches=matching is None or artifact_id in matching,
            )
        )
    curves = [Curve(child, parent, path) for (child, parent), path in zip(edges, layout.paths(), strict=True)]
    return Picture(cards[0], layout.width, layout.height, boxes, curves)
