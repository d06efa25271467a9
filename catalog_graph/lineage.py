"""The answer of a lineage question: nodes nearest first, edges, and whether that is all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from catalog_graph.cards import Card as Card
from catalog_graph.cards import Columns as Columns
from catalog_graph.errors import InvalidInput
from catalog_graph.query.tree import Query

if TYPE_CHECKING:
    import networkx

    from catalog_graph.render.frames import Frames

Direction = Literal["upstream", "downstream"]
"""`upstream`: what an artifact was made from. `downstream`: what was made from it."""

StoppedBy = Literal["limit", "depth", "time"]

PACKED = "application/vnd.catalog-graph.lineage"
"""The media type of `Lineage.to_packed`; another layout would have another."""


class Size(NamedTuple):
    """How large a closure is."""

    total: int
    depth_sum: int
    """The depths of all its artifacts together."""

    @property
    def mark(self) -> str:
        """A short digest, carried in a cursor: another one later means that the lineage changed."""
        return hashlib.sha256(f"{self.total}:{self.depth_sum}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Traversal:
    """What is asked of the closure of an artifact: which way, how far, and what of it is listed."""

    direction: Direction
    depth: int | None = None
    """Edges away at most; `None` is no limit."""
    limit: int = 1000
    """Nodes on the page."""
    cursor: str | None = None
    where: str = ""
    """A text of the query language; the walk passes through what does not match, and lists what does."""
    and_where: str = ""
    """Another such text, which has to match too; for backends that work answers out, as no service is asked for it."""
    as_of: int | None = None
    """Microseconds since 1970: the lineage as it was recorded then; `None` is now."""
    without: tuple[str, ...] = ()
    """Ids of artifacts that the walk does not enter, as if they were not there."""
    known: Callable[[], Size] | None = None
    """Tells the size of what is chosen, for a first page at any depth that need not count it again."""

    @property
    def supposes(self) -> bool:
        """Whether it is asked of another graph than the present one."""
        return self.as_of is not None or bool(self.without)

    @cached_property
    def query(self) -> Query | None:
        """What both texts choose, without words to order by; `None` chooses everything. Raises `InvalidQuery`."""
        if not self.where.strip() and not self.and_where.strip():
            return None
        from catalog_graph.query.language import parse_all

        return replace(parse_all([self.where, self.and_where]), words=(), compact="")


@dataclass(repr=False)
class Lineage:
    """The artifacts upstream or downstream of `root`, nearest first (by depth, then id), root excluded.

    Edges run from child to parent. They are kept as positions: 0 is the root, 1 to N the nodes, and what
    follows are `earlier` ids, nodes of earlier pages on which an edge of this page ends.
    """

    root: Card
    direction: Direction
    columns: Columns
    edge_children: list[int]
    edge_parents: list[int]
    total: int
    """How many artifacts lie within the depth and match what was asked for, however many of them are listed."""
    stopped_by: StoppedBy | None = None
    cursor: str | None = None
    """Where the next page begins, if the limit stopped this one."""
    earlier: list[str] = field(default_factory=list)
    changed: bool = False
    """Whether the lineage changed since the first page was read."""

    @property
    def complete(self) -> bool:
        """Whether this is the whole lineage: nothing further off, nothing left out."""
        return self.stopped_by is None

    @cached_property
    def nodes(self) -> list[Card]:
        """The cards, nearest first."""
        return self.columns.cards()

    @cached_property
    def edges(self) -> list[tuple[str, str]]:
        """Pairs of ids, child first."""
        ids = [self.root.artifact_id, *self.columns.artifact_id, *self.earlier]
        return [(ids[c], ids[p]) for c, p in zip(self.edge_children, self.edge_parents, strict=True)]

    def __repr__(self) -> str:
        from catalog_graph.render.notebook import headline

        shown = len(self.columns)
        return f"<Lineage: {headline(self)}{f', nearest {shown:,} listed' if shown < self.total else ''}>"

    def tree(self) -> str:
        """As lines of text, root first; see `catalog_graph.render`."""
        from catalog_graph.render import tree

        return tree(self)

    def mermaid(self) -> str:
        """As a mermaid flowchart (`graph TD`); see `catalog_graph.render`."""
        from catalog_graph.render import mermaid

        return mermaid(self)

    def dot(self) -> str:
        """In the DOT language of Graphviz; see `catalog_graph.render`."""
        from catalog_graph.render import dot

        return dot(self)

    def svg(self) -> str:
        """As an SVG picture for light and dark pages; see `catalog_graph.render`.

        Raises `ConfigurationError` where graphlay is not installed: `pip install 'catalog-graph[notebook]'`.
        """
        from catalog_graph.render.svg import svg

        return svg(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: a picture, or a table where that would be too large, and plain text."""
        from catalog_graph.render.notebook import mimebundle

        return mimebundle(self)

    def graphml(self) -> str:
        """As a GraphML document; see `catalog_graph.render`."""
        from catalog_graph.render import graphml

        return graphml(self)

    def to_networkx(self) -> networkx.DiGraph[str]:
        """As a networkx graph of ids, edges from parent to child, so that `networkx.ancestors` are the upstream.

        Nodes have the fields of a card, but those of earlier pages, which have none; `graph.graph` says what was
        asked and whether this is all. Raises `ConfigurationError` where networkx is not installed.
        """
        from catalog_graph.render.frames import to_networkx

        return to_networkx(self)

    def to_pandas(self) -> Frames:
        """As two tables: `nodes, edges = lineage.to_pandas()`, the root in the first row of `nodes`.

        `created_at` is an instant in UTC; `nodes.attrs` says what was asked and whether this is all. Raises
        `ConfigurationError` where pandas is not installed.
        """
        from catalog_graph.render.frames import to_pandas

        return to_pandas(self)

    def to_json(self, *, compact: bool = False) -> str:
        """`to_dict` as a text of JSON."""
        return json.dumps(self.to_dict(compact=compact), ensure_ascii=False)

    def to_dict(self, *, compact: bool = False) -> dict[str, Any]:
        """As JSON types: `nodes` and `edges`, or, `compact`, the columns and positions they stand for."""
        if compact:
            columns = dict(zip(Card._fields, self.columns.lists(), strict=True))
            return self._with({"columns": columns, "edge_positions": self._positions()})
        nodes = [card._asdict() for card in self.nodes]
        return self._with({"nodes": nodes, "edges": [list(pair) for pair in self.edges]})

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Lineage:
        """The inverse of `to_dict`, of either form."""
        if "columns" in data:
            return cls._of(data, Columns(**data["columns"]), data["edge_positions"])
        columns = Columns(*map(list, zip(*(Card(**node) for node in data["nodes"]), strict=True)))
        positions = positions_of(data["root"]["artifact_id"], columns.artifact_id, data["edges"])
        return cls._of(data, columns, dict(zip(("children", "parents", "earlier"), positions, strict=True)))

    def to_packed(self) -> bytes | None:
        """As a line of JSON, in which `depth` is the only column, and behind it the text of the cards.

        `None` where the cards have none (see `Columns.text`).
        """
        from pydantic_core import to_json

        text = self.columns.text()
        if text is None:
            return None
        head = self._with({"columns": {"depth": self.columns.depth}, "edge_positions": self._positions()})
        return b"\n".join((to_json(head), text.encode()))

    @classmethod
    def from_packed(cls, data: bytes) -> Lineage:
        """The inverse of `to_packed`; raises `ValueError` where it is none."""
        from pydantic_core import from_json

        end = data.index(b"\n")
        known = from_json(data[:end])
        try:
            columns = Columns.spelt(str(memoryview(data)[end + 1 :], "utf-8"), known["columns"]["depth"])
            return cls._of(known, columns, known["edge_positions"])
        except (KeyError, TypeError) as cause:
            raise ValueError(f"the first line is no lineage's: {cause}") from cause

    @classmethod
    def _of(cls, data: dict[str, Any], columns: Columns, positions: dict[str, list[Any]]) -> Lineage:
        return cls(
            root=Card(**data["root"]),
            direction=data["direction"],
            columns=columns,
            edge_children=positions["children"],
            edge_parents=positions["parents"],
            total=data["total"],
            stopped_by=data["stopped_by"],
            cursor=data["cursor"],
            earlier=positions["earlier"],
            changed=data.get("changed", False),
        )

    def _with(self, artifacts: dict[str, Any]) -> dict[str, Any]:
        return {
            "root": self.root._asdict(),
            "direction": self.direction,
            **artifacts,
            "total": self.total,
            "complete": self.complete,
            "stopped_by": self.stopped_by,
            "cursor": self.cursor,
            "changed": self.changed,
        }

    def _positions(self) -> dict[str, list[Any]]:
        return {"children": self.edge_children, "parents": self.edge_parents, "earlier": self.earlier}

    def extend(self, page: Lineage) -> None:
        """Put the next page, read at this one's `cursor`, behind this one."""
        edges = [*self.edges, *page.edges]
        self.columns.extend(page.columns)
        self.__dict__.pop("nodes", None)
        self.__dict__.pop("edges", None)
        self.edge_children, self.edge_parents, self.earlier = positions_of(
            self.root.artifact_id, self.columns.artifact_id, edges
        )
        self.stopped_by, self.cursor = page.stopped_by, page.cursor
        self.changed = self.changed or page.changed


def positions_of(
    root_id: str, node_ids: list[str], edges: Sequence[Sequence[str]]
) -> tuple[list[int], list[int], list[str]]:
    """`edges` (pairs of ids) as positions of children, of parents, and the ids beyond root and nodes."""
    at = {artifact_id: position for position, artifact_id in enumerate([root_id, *node_ids])}
    inner = len(at)
    children = [at.setdefault(child, len(at)) for child, _ in edges]
    parents = [at.setdefault(parent, len(at)) for _, parent in edges]
    return children, parents, list(at)[inner:]


def checked_direction(value: str) -> Direction:
    """`value`, or `InvalidInput` where it is neither direction."""
    if value == "upstream":
        return "upstream"
    if value == "downstream":
        return "downstream"
    raise InvalidInput(f"direction {value!r} is not known; use one of {', '.join(get_args(Direction))}")
