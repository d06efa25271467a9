"""A lineage, upstream or downstream of an artifact: its nodes, nearest first, and its edges."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from catalog_graph.cards import COLUMN_FIELDS
from catalog_graph.cards import Card as Card
from catalog_graph.cards import Columns as Columns
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import instant_at
from catalog_graph.query.tree import Query

if TYPE_CHECKING:
    import networkx

    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.render.frames import Frames

_REGISTERED = "registered."
"""Beginning of the cursors of traversals that list registered artifacts alone."""

Direction = Literal["upstream", "downstream"]
"""`upstream`: the artifacts that an artifact was made from. `downstream`: those that were made from it."""

StoppedBy = Literal["limit", "depth", "time"]
"""The bound that ended a traversal before the whole lineage was read."""

PACKED = "application/vnd.catalog-graph.lineage"
"""Media type of `Lineage.to_packed`; a new layout needs a new one."""


class Size(NamedTuple):
    """The size of a closure."""

    total: int
    depth_sum: int
    """Sum of the depths of all its artifacts."""

    @property
    def mark(self) -> str:
        """A short digest for cursors: if it differs on a later page, the lineage changed."""
        return hashlib.sha256(f"{self.total}:{self.depth_sum}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Traversal:
    """A request to traverse the closure of an artifact: its direction, its depth, and the nodes to list."""

    direction: Direction
    depth: int | None = None
    """Maximum number of edges from the artifact; `None` is no limit."""
    limit: int = 1000
    """Maximum number of nodes on the page."""
    cursor: str | None = None
    where: str = ""
    """A text of the query language: nodes that do not match are passed through, but not listed."""
    and_where: str = ""
    """A second text that must match too; only for backends with a database, since no route takes it."""
    as_of: int | None = None
    """The lineage as it was recorded at this instant, in microseconds since 1970; `None` is the present."""
    without: tuple[str, ...] = ()
    """Ids of artifacts that the traversal treats as missing."""
    until: str = ""
    """A text of the query language: nodes that match are listed, but the traversal does not go on from them."""
    registered: bool = False
    """True to list registered artifacts alone; nodes in other states are passed through. A cursor remembers it."""
    moment: int | None = None
    """Instant from which ages in the texts count back, in microseconds since 1970; `None` is the present."""
    column: str = ""
    """A column of the artifact: only what this column was made from is listed."""
    known_size: Callable[[], Size] | None = None
    """Returns the size of the closure, so that the first page of a traversal of any depth need not count it again."""

    @property
    def alters_graph(self) -> bool:
        """True if it reads another graph than the present one."""
        return self.as_of is not None or bool(self.without) or bool(self.until.strip())

    @property
    def is_plain(self) -> bool:
        """True if it lists everything upstream, as far as a depth and a limit allow."""
        selects = self.where.strip() or self.and_where.strip() or self.alters_graph or self.cursor is not None
        return self.direction == "upstream" and not selects

    @property
    def lists_registered(self) -> bool:
        """True if only registered artifacts are listed."""
        return self.registered or (self.cursor or "").startswith(_REGISTERED)

    @property
    def position(self) -> str | None:
        """The cursor as `cursors.decode` reads it."""
        return None if self.cursor is None else self.cursor.removeprefix(_REGISTERED)

    def cursor_at(self, position: str) -> str:
        """Return the cursor that continues this traversal at a position, which `cursors.encode` made."""
        return _REGISTERED + position if self.lists_registered else position

    @cached_property
    def query(self) -> Query | None:
        """The query of both texts, without words to rank by; `None` selects everything. Raises `InvalidQuery`."""
        return self._parsed(self.where, self.and_where)

    @cached_property
    def ends(self) -> Query | None:
        """The query of `until`; `None` selects nothing. Raises `InvalidQuery`."""
        return self._parsed(self.until)

    def _parsed(self, *texts: str) -> Query | None:
        if not any(text.strip() for text in texts):
            return None
        from catalog_graph.query.language import parse_all

        now = None if self.moment is None else instant_at(self.moment)
        return replace(parse_all(list(texts), now), words=(), compact="")


@dataclass(repr=False)
class Lineage:
    """The artifacts upstream or downstream of `root`, nearest first (by depth, then id), root excluded.

    Edges run from child to parent. They are stored as positions: 0 is the root, 1 to N are the nodes, and the positions
    after N are those of `earlier`, the ids of nodes on earlier pages at which an edge of this page ends.
    """

    root: Card
    direction: Direction
    columns: Columns
    edge_children: list[int]
    edge_parents: list[int]
    total: int
    """Number of artifacts within the depth that match the query, listed or not."""
    stopped_by: StoppedBy | None = None
    cursor: str | None = None
    """Start of the next page, if the limit ended this one."""
    earlier: list[str] = field(default_factory=list)
    changed: bool = False
    """True if the lineage changed since the first page was read."""
    how: dict[str, dict[str, str]] = field(default_factory=dict)
    """The rules that made edges, by child and parent; only events of OpenLineage have such rules."""
    column_names: dict[str, list[str]] = field(default_factory=dict)
    """The columns that a column was made from, by the id of their artifact; empty unless a column was asked for."""
    reader: Callable[[list[str]], Sequence[CatalogEntry | None]] | None = field(default=None, compare=False)
    """Reads the entries for a picture or another form; `None` without a catalog, or as of an instant."""

    @property
    def complete(self) -> bool:
        """True if this is the whole lineage: no limit of nodes, depth or time ended it."""
        return self.stopped_by is None

    @cached_property
    def nodes(self) -> list[Card]:
        """The cards of the nodes, nearest first."""
        return self.columns.cards()

    @cached_property
    def edges(self) -> list[tuple[str, str]]:
        """The edges as pairs of ids, child first."""
        ids = [self.root.artifact_id, *self.columns.artifact_id, *self.earlier]
        return [(ids[c], ids[p]) for c, p in zip(self.edge_children, self.edge_parents, strict=True)]

    def rule(self, child: str, parent: str) -> str:
        """Return the rule that made an edge; empty if none is known."""
        return self.how.get(child, {}).get(parent, "")

    def __repr__(self) -> str:
        from catalog_graph.render.notebook import headline

        shown = len(self.columns)
        return f"<Lineage: {headline(self)}{f', nearest {shown:,} listed' if shown < self.total else ''}>"

    def text(self) -> str:
        """Return the lineage as text, which is its tree."""
        return self.tree()

    def table(self) -> str:
        """Return the lineage as aligned columns of text, the root first."""
        from catalog_graph.render.notebook import text_table

        return text_table(self)

    def tree(self) -> str:
        """Return the lineage as a tree of text, root first."""
        from catalog_graph.render import tree

        return tree(self)

    def mermaid(self) -> str:
        """Return the lineage as a mermaid flowchart (`graph TD`)."""
        from catalog_graph.render import mermaid

        return mermaid(self)

    def dot(self) -> str:
        """Return the lineage in the DOT language of Graphviz."""
        from catalog_graph.render import dot

        return dot(self)

    def svg(self, *, metric: str | None = None) -> str:
        """Return the lineage as an SVG picture for light and dark pages.

        Its boxes have the stage of an artifact and one `metric`: the key of a number in the tags or in
        `metadata["metrics"]`, or else the one that most boxes have. Raises `ConfigurationError` if graphlay is not
        installed.
        """
        from catalog_graph.render.svg import svg

        return svg(self, metric)

    def html(self) -> str:
        """Return the lineage as an HTML page: a picture, or a table if it would be too large."""
        from catalog_graph.render.notebook import page

        return page(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return the forms for a notebook: a picture (a table if it would be too large) and plain text."""
        from catalog_graph.render.notebook import mimebundle

        return mimebundle(self)

    def graphml(self) -> str:
        """Return the lineage as a GraphML document."""
        from catalog_graph.render import graphml

        return graphml(self)

    def prov_json(self) -> str:
        """Return the lineage as a PROV-JSON document of the W3C: artifacts, the steps that made them, derivations."""
        from catalog_graph.render import prov_json

        return prov_json(self)

    def prov_n(self) -> str:
        """Return the lineage as a PROV-N document of the W3C, with the statements of `prov_json`."""
        from catalog_graph.render import prov_n

        return prov_n(self)

    def openlineage(self) -> str:
        """Return the lineage as a JSON list of OpenLineage events: a run event for each run that made artifacts."""
        from catalog_graph.render import openlineage

        return openlineage(self)

    def to_networkx(self) -> networkx.DiGraph[str]:
        """Return a networkx graph of ids, with edges from parent to child: `networkx.ancestors` are the upstream.

        Nodes have the fields of a card, except nodes of earlier pages, which have none. `graph.graph` has the
        direction, the root and the completeness. Raises `ConfigurationError` if networkx is not installed.
        """
        from catalog_graph.render.frames import to_networkx

        return to_networkx(self)

    def to_pandas(self) -> Frames:
        """Return two tables, `nodes, edges = lineage.to_pandas()`, with the root in the first row of `nodes`.

        `created_at` is an instant in UTC. `nodes.attrs` has the direction, the root and the completeness. Raises
        `ConfigurationError` if pandas is not installed.
        """
        from catalog_graph.render.frames import to_pandas

        return to_pandas(self)

    def __getstate__(self) -> dict[str, Any]:
        # A catalog cannot be copied or pickled with its answer.
        return {**self.__dict__, "reader": None}

    def to_json(self, *, compact: bool = False) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(compact=compact), ensure_ascii=False)

    def to_dict(self, *, compact: bool = False) -> dict[str, Any]:
        """Return JSON types: `nodes` and `edges`, or with `compact` the columns and the positions of the edges."""
        if compact:
            columns = dict(zip(COLUMN_FIELDS, self.columns.lists(), strict=True))
            return self._with(self._compact(columns))
        parts = self.to_parts()
        return {**parts, "nodes": list(parts["nodes"]), "edges": list(parts["edges"])}

    def to_parts(self) -> dict[str, Any]:
        """Return `to_dict` with iterators in place of the lists, so that whoever writes it never holds them whole."""
        ids = [self.root.artifact_id, *self.columns.artifact_id, *self.earlier]
        edges = ([ids[c], ids[p]] for c, p in zip(self.edge_children, self.edge_parents, strict=True))
        return self._with({"nodes": (card.to_dict() for card in self.columns), "edges": edges})

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Lineage:
        """Return the lineage that `to_dict` converted, in either form."""
        if "columns" in data:
            return cls._of(data, Columns(**data["columns"], aliases=_aliases(data)), data["edge_positions"])
        columns = Columns.of(list(map(Card.from_dict, data["nodes"])))
        positions = positions_of(data["root"]["artifact_id"], columns.artifact_id, data["edges"])
        return cls._of(data, columns, dict(zip(("children", "parents", "earlier"), positions, strict=True)))

    def to_packed(self) -> bytes | None:
        """Return a line of JSON, in which `depth` is the only column, followed by the text of the cards.

        Return `None` if the cards cannot be written as such a text (see `Columns.text`).
        """
        from pydantic_core import to_json

        text = self.columns.text()
        if text is None:
            return None
        head = self._with(self._compact({"depth": self.columns.depth}))
        return b"\n".join((to_json(head), text.encode()))

    @classmethod
    def from_packed(cls, data: bytes) -> Lineage:
        """Return the lineage that `to_packed` converted. Raises `ValueError` if `data` is not in that form."""
        from pydantic_core import from_json

        end = data.index(b"\n")
        head = from_json(data[:end])
        try:
            text = str(memoryview(data)[end + 1 :], "utf-8")
            columns = Columns.from_text(text, head["columns"]["depth"], _aliases(head))
            return cls._of(head, columns, head["edge_positions"])
        except (KeyError, TypeError) as cause:
            raise ValueError(f"the first line does not describe a lineage: {cause}") from cause

    @classmethod
    def _of(cls, data: dict[str, Any], columns: Columns, positions: dict[str, list[Any]]) -> Lineage:
        return cls(
            root=Card.from_dict(data["root"]),
            direction=data["direction"],
            columns=columns,
            edge_children=positions["children"],
            edge_parents=positions["parents"],
            total=data["total"],
            stopped_by=data["stopped_by"],
            cursor=data["cursor"],
            earlier=positions["earlier"],
            changed=data.get("changed", False),
            how=data.get("how", {}),
            column_names=data.get("column_names", {}),
        )

    def _with(self, artifacts: dict[str, Any]) -> dict[str, Any]:
        return {
            "root": self.root.to_dict(),
            "direction": self.direction,
            **artifacts,
            "total": self.total,
            "complete": self.complete,
            "stopped_by": self.stopped_by,
            "cursor": self.cursor,
            "changed": self.changed,
            **({"how": self.how} if self.how else {}),
            **({"column_names": self.column_names} if self.column_names else {}),
        }

    def _compact(self, columns: dict[str, Any]) -> dict[str, Any]:
        positions = {"children": self.edge_children, "parents": self.edge_parents, "earlier": self.earlier}
        return {"columns": columns, "aliases": self.columns.aliases, "edge_positions": positions}

    @classmethod
    def joined(cls, pages: Iterator[Lineage]) -> Lineage:
        """Return the first of some pages with the others, which follow it, appended."""
        lineage = next(pages)
        for page in pages:
            lineage.extend(page)
        return lineage

    def extend(self, page: Lineage) -> None:
        """Append the next page, which was read at this one's `cursor`."""
        edges = [*self.edges, *page.edges]
        self.columns.extend(page.columns)
        self.__dict__.pop("nodes", None)
        self.__dict__.pop("edges", None)
        self.edge_children, self.edge_parents, self.earlier = positions_of(
            self.root.artifact_id, self.columns.artifact_id, edges
        )
        self.stopped_by, self.cursor = page.stopped_by, page.cursor
        self.changed = self.changed or page.changed
        for child, rules in page.how.items():
            self.how[child] = {**self.how.get(child, {}), **rules}


def _aliases(data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the aliases beside columns, by id; services of before send none."""
    return {artifact_id: tuple(aliases) for artifact_id, aliases in data.get("aliases", {}).items()}


def positions_of(
    root_id: str, node_ids: list[str], edges: Sequence[Sequence[str]]
) -> tuple[list[int], list[int], list[str]]:
    """Return `edges` (pairs of ids) as positions of children and of parents, and the ids that are on earlier pages."""
    position = {artifact_id: n for n, artifact_id in enumerate([root_id, *node_ids])}
    listed = len(position)
    children = [position.setdefault(child, len(position)) for child, _ in edges]
    parents = [position.setdefault(parent, len(position)) for _, parent in edges]
    return children, parents, list(position)[listed:]


def checked_direction(value: str) -> Direction:
    """Return `value`. Raises `InvalidInput` unless it is `upstream` or `downstream`."""
    if value == "upstream":
        return "upstream"
    if value == "downstream":
        return "downstream"
    raise InvalidInput(f"direction {value!r} is not known; use {' or '.join(get_args(Direction))}")
