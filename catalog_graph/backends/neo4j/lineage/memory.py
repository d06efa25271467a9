"""Keep the present graph in memory, never older than the database: each answer applies the changes recorded since.

The graph is read in the background. It can be thrown away at any moment, and is, where the change record does not lead
from what is in memory to what is in the database. Then, and while it is read, the database answers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from threading import Event, Lock, Thread
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from catalog_graph.backends.neo4j.lineage.graph import Artifact, Graph
from catalog_graph.backends.neo4j.lineage.neighbours import Nodes
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.changes.recording import subjects_of, unpacked
from catalog_graph.errors import CatalogError

T = TypeVar("T")

_log = logging.getLogger(__name__)
_PAGE = 20_000
"""Artifacts that are read at a time."""
_SMALL = 1_000
"""Artifacts of a catalog that is read at once by the first question, not in the background."""
_RECORDS = 100
"""Transactions that are read at a time."""
_AT_ONCE = 2_000
"""Changed artifacts that a question reads anew; more are left to the background."""
_PATIENCE_SECONDS = 2.0
"""Seconds for which a question waits for others, before the database answers it."""
_PAUSE_SECONDS = 5.0
"""Seconds after a failure until the thread tries again."""


class Place(NamedTuple):
    """The last transaction that the graph has."""

    number: int
    ticket: int | None
    """The random number of that transaction, which no other has: not that of the same number in another database."""


class News(NamedTuple):
    """The transactions that were recorded behind a place."""

    place: Place
    """The last transaction of these."""
    ids: list[str]
    """The artifacts that changed."""
    is_whole: bool
    """False if there may be more."""


class Present(NamedTuple):
    """Artifacts as they are now."""

    artifacts: list[Artifact]
    parents: list[list[str]]
    gone: set[str]
    """Ids that no longer exist."""


@dataclass
class Kept:
    """A graph, and the last transaction that it has."""

    graph: Graph
    place: Place
    lock: Lock = field(default_factory=Lock)
    """Held by whoever reads or changes the graph."""


class GraphMemory:
    """The graph of a database, and a thread that reads it; `limit` is in bytes."""

    def __init__(self, bolt: Bolt, limit: int) -> None:
        self._bolt = bolt
        self._limit = limit
        self._kept: Kept | None = None
        self._is_small = True
        """False once the catalog was found too large to be read by a question."""
        self._is_too_large = False
        self._wake, self._closed = Event(), Event()
        self._thread = Thread(target=self._run, name="graph-memory", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._wake.set()
        self._thread.join()

    @property
    def size(self) -> int:
        """Number of the artifacts in memory, 0 while the graph is not there."""
        kept = self._kept
        return len(kept.graph) if kept else 0

    def answer(self, question: Callable[[Graph], T]) -> T | None:
        """Return the answer of a function of the graph as it is now, or `None` if the database has to answer.

        Raises what a read of the database raises.
        """
        for _ in range(2):
            kept = self._kept or self._small()
            if kept is None:
                break
            news = self._news(kept.place)
            if news is not None:
                return self._answer(kept, news, question)
            self._drop(kept)
        self._wake.set()
        return None

    def _answer(self, kept: Kept, news: News, question: Callable[[Graph], T]) -> T | None:
        if not news.is_whole or len(news.ids) > _AT_ONCE:
            self._wake.set()
            return None
        present = self._present(kept, news.ids) if news.ids else None
        if not kept.lock.acquire(timeout=_PATIENCE_SECONDS):
            return None
        try:
            # Another question may have applied more already.
            if news.place.number > kept.place.number:
                if present is not None:
                    kept.graph.replace(*present)
                kept.place = news.place
            with self._bolt.observer.query("graph_memory"):
                return question(kept.graph)
        finally:
            kept.lock.release()

    # ---- in the background

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._wake.clear()
                self._keep_up()
                self._wake.wait()
            except CatalogError as error:
                _log.info("the graph is not read into memory now: %s", error.message)
                self._closed.wait(_PAUSE_SECONDS)

    def _keep_up(self) -> None:
        """Read the graph, or what has changed since."""
        while not (self._closed.is_set() or self._is_too_large):
            kept = self._kept or self._load()
            if kept is None:
                return
            news = self._news(kept.place)
            if news is None or len(news.ids) > max(_SMALL, len(kept.graph) // 2):
                self._drop(kept)
            elif news.place == kept.place:
                return
            else:
                self._apply(kept, news)

    def _apply(self, kept: Kept, news: News) -> None:
        """Apply what was recorded, in parts; a question that applies something meanwhile has read it later."""
        place = kept.place
        for first in range(0, len(news.ids), _AT_ONCE):
            present = self._present(kept, news.ids[first : first + _AT_ONCE])
            with kept.lock:
                if kept.place != place:
                    return
                kept.graph.replace(*present)
        with kept.lock:
            if kept.place == place:
                kept.place = news.place
            self._is_over(kept.graph)

    def _small(self) -> Kept | None:
        """Read a catalog of few artifacts; return `None` if it has many."""
        return self._load(_SMALL) if self._is_small and not self._is_too_large else None

    def _load(self, most: int | None = None) -> Kept | None:
        """Read the whole graph; return `None` if it has more than `most` artifacts, or takes more than the limit."""
        place = next((Place(row["number"], row["ticket"]) for row in self._bolt.read("changes/last")), Place(0, None))
        graph, edges = Graph(), _Edges()
        after: str | None = ""
        while after is not None:
            limit = _PAGE if most is None else most + 1
            [row] = self._bolt.read("lineage/all", after=after, limit=limit)
            graph.append([Artifact(*each) for each in zip(row["ids"], row["cards"], row["kinds"], strict=True)])
            edges.append(row["numbers"], row["parents"])
            after = row["ids"][-1] if len(row["ids"]) == limit else None
            if most is not None and after is not None:
                self._is_small = False
                return None
            if self._is_over(graph) or self._closed.is_set():
                return None
        graph.connect(*edges.ends())
        if self._is_over(graph):
            return None
        self._kept = Kept(graph, place)
        return self._kept

    def _drop(self, kept: Kept) -> None:
        if self._kept is kept:
            self._kept, self._is_small = None, True

    def _is_over(self, graph: Graph) -> bool:
        """Return True if the graph takes more than the limit; then it is kept no more."""
        if graph.nbytes <= self._limit:
            return False
        self._kept, self._is_too_large = None, True
        _log.warning(
            "the graph of %s artifacts takes more than the %s MB that it may take, so Neo4j answers what the graph in "
            "memory would: set CATALOG_GRAPH_GRAPH_MEMORY to more megabytes, or to 0 to do without it",
            f"{len(graph):,}",
            self._limit // 1_000_000,
        )
        return True

    # ---- reading

    def _news(self, place: Place) -> News | None:
        """Return what was recorded behind a place; `None` if the record does not lead on from there."""
        [row] = self._bolt.read("changes/behind", number=place.number, limit=_RECORDS)
        records = row["records"]
        if row["ticket"] != place.ticket or (records and place.number == 0):
            return None
        if [number for number, _, _ in records] != list(range(place.number + 1, place.number + 1 + len(records))):
            return None
        ids = dict.fromkeys(chain.from_iterable(_subjects(body) for _, _, body in records))
        last = Place(records[-1][0], records[-1][1]) if records else place
        return News(last, list(ids), len(records) < _RECORDS)

    def _present(self, kept: Kept, ids: Collection[str]) -> Present:
        """Read artifacts, and those of their parents that the graph does not have."""
        present = Present([], [], set())
        known: set[str] = set()
        while ids:
            [row] = self._bolt.read("lineage/present", ids=list(ids))
            for artifact_id, card, kind, parents in row["artifacts"]:
                present.artifacts.append(Artifact(artifact_id, card, kind))
                present.parents.append(parents)
            known.update(ids)
            present.gone.update(set(ids) - {row[0] for row in row["artifacts"]})
            with kept.lock:
                ids = [
                    p for p in dict.fromkeys(chain(*present.parents)) if p not in known and kept.graph.number(p) is None
                ]
        return present


def _subjects(body: str | bytes) -> Iterable[str]:
    return (each for _, _, items in unpacked(body) for item in items for each in subjects_of(item))


class _Edges:
    """The edges that are read page by page, between the numbers of the database's nodes."""

    def __init__(self) -> None:
        self._nodes: list[npt.NDArray[np.int64]] = []
        self._counts: list[npt.NDArray[np.int64]] = []
        self._parents: list[npt.NDArray[np.int64]] = []

    def append(self, nodes: Sequence[int], parents: Sequence[Sequence[int]]) -> None:
        """Add nodes, with the parents of each."""
        self._nodes.append(np.array(nodes, np.int64))
        self._counts.append(np.array(list(map(len, parents)), np.int64))
        self._parents.append(np.fromiter(chain(*parents), np.int64))

    def ends(self) -> tuple[Nodes, Nodes]:
        """Return children and parents by the places of the nodes; without parents that are no node of any page."""
        nodes, parents = np.concatenate(self._nodes), np.concatenate(self._parents)
        children = np.repeat(np.arange(len(nodes), dtype=np.int32), np.concatenate(self._counts))
        order = np.argsort(nodes)
        places = np.searchsorted(nodes, parents, sorter=order)
        known = places < len(nodes)
        places = order[places[known]].astype(np.int32)
        children, parents = children[known], parents[known]
        known = nodes[places] == parents
        return children[known], places[known]
