"""Closures and paths: answered by the graph in memory where it can be, else by the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from catalog_graph.answers.facts import Ancestries, Counts
from catalog_graph.backends.neo4j.lineage import traversal as queries
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.checks import MAX_NODES
from catalog_graph.lineage import Card, Lineage, Traversal
from catalog_graph.page import pages

if TYPE_CHECKING:
    from catalog_graph.backends.neo4j.lineage.graph import Graph, Marks, Selection
    from catalog_graph.backends.neo4j.lineage.memory import GraphMemory

T = TypeVar("T")


class ClosureReader(Protocol):
    """Questions about closures; two classes answer them, `ClosureQueries` and `ClosureWalks`."""

    def traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        """Return a page of a closure. Raises `NotFound`."""

    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count a closure by type, pipeline, depth and tag. Raises `NotFound`."""

    def ancestries(self, left: str, right: str, limit: int) -> Ancestries:
        """Return two upstream lineages, with the nearest `limit` of what is common or more. Raises `NotFound`."""

    def shortest(self, source: str, target: str) -> list[Card]:
        """Return one of the shortest paths, from the target to the source; empty if there is none."""


@dataclass(frozen=True, slots=True)
class ClosureQueries:
    """Closures by Cypher."""

    bolt: Bolt

    def traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        """Return a page of a closure."""
        return queries.traverse(self.bolt, artifact_id, traversal)

    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count a closure."""
        return queries.count(self.bolt, artifact_id, traversal, tag_keys)

    def ancestries(self, left: str, right: str, limit: int) -> Ancestries:
        """Return two whole upstream lineages."""
        return Ancestries(self._ancestry(left), self._ancestry(right))

    def _ancestry(self, artifact_id: str) -> Lineage:
        def read(size: int, cursor: str | None) -> Lineage:
            return self.traverse(artifact_id, Traversal("upstream", limit=size, cursor=cursor))

        return Lineage.joined(pages(read, None, MAX_NODES, lambda page: len(page.columns)))

    def shortest(self, source: str, target: str) -> list[Card]:
        """Return one of the shortest paths."""
        return queries.shortest(self.bolt, source, target)


class _Kept(NamedTuple):
    """The latest selection of a query in a graph, if it keeps one, at a revision of the graph."""

    graph: Graph
    revision: int
    selection: Selection | None


class Closures:
    """Closures by the graph in memory, if one is kept and the question needs nothing else; otherwise by Cypher."""

    def __init__(self, bolt: Bolt) -> None:
        self._bolt = bolt
        self._queries = ClosureQueries(bolt)
        self.memory: GraphMemory | None = None

    def keep(self, limit: int) -> None:
        """Keep the graph in memory, in `limit` bytes at most, from now on."""
        from catalog_graph.backends.neo4j.lineage.memory import GraphMemory

        self.memory = GraphMemory(self._bolt, limit)

    def close(self) -> None:
        """Give up the graph in memory."""
        if self.memory is not None:
            self.memory.close()

    def traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        """Return a page of a closure. Raises `NotFound`."""
        in_memory = _is_present(traversal)
        if in_memory and traversal.query is not None:
            selected = self._selected(artifact_id, traversal, queries.indexed(traversal.query))
            if selected is not None:
                return selected
            in_memory = False
        return self._answer(lambda reader: reader.traverse(artifact_id, traversal), in_memory)

    def _selected(self, artifact_id: str, traversal: Traversal, lucene: tuple[str, ...]) -> Lineage | None:
        """Return a page of what the full-text index selects of a closure; `None` if the database has to answer."""
        if self.memory is None or not lucene:
            return None

        def kept(graph: Graph) -> Lineage | _Kept:
            selection = graph.selection(lucene)
            if selection is None or selection.changed:
                return _Kept(graph, graph.revision, selection)
            return _walks(graph, selection.marks).traverse(artifact_id, traversal)

        known = self.memory.answer(kept)
        if not isinstance(known, _Kept):
            return known
        # What the index tells now is as new as that revision, or newer: it is kept if no newer one comes until the end.
        ids = queries.indexed_ids(self._bolt, lucene, known.selection and known.selection.changed)
        if ids is None:
            return None

        def read(graph: Graph) -> Lineage | None:
            if graph is not known.graph:
                return None
            selection = graph.select(lucene, ids, known.selection, known.revision)
            return _walks(graph, selection).traverse(artifact_id, traversal)

        return self.memory.answer(read)

    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count a closure by type, pipeline, depth and tag. Raises `NotFound`."""
        in_memory = _is_present(traversal) and traversal.query is None and not tag_keys
        return self._answer(lambda reader: reader.count(artifact_id, traversal, tag_keys), in_memory)

    def ancestries(self, left: str, right: str, limit: int) -> Ancestries:
        """Return two upstream lineages, with the nearest `limit` of what is common or more. Raises `NotFound`."""
        return self._answer(lambda reader: reader.ancestries(left, right, limit))

    def shortest(self, source: str, target: str) -> list[Card]:
        """Return one of the shortest paths, from the target to the source; empty if there is none."""
        return self._answer(lambda reader: reader.shortest(source, target))

    def _answer(self, question: Callable[[ClosureReader], T], in_memory: bool = True) -> T:
        if in_memory and self.memory is not None:
            answer = self.memory.answer(lambda graph: question(_walks(graph)))
            if answer is not None:
                return answer
        return question(self._queries)


def _is_present(traversal: Traversal) -> bool:
    """Return True if the present edges decide what is reached."""
    return traversal.as_of is None and not traversal.until.strip()


def _walks(graph: Graph, selection: Marks | None = None) -> ClosureReader:
    from catalog_graph.backends.neo4j.lineage.walks import ClosureWalks

    return ClosureWalks(graph, selection)
