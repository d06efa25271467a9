"""Questions about lineage: each is answered over the queries of a store, or by one request to a service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from catalog_graph.answers.base import Answer
from catalog_graph.lineage import Card, Direction, Lineage, Traversal

if TYPE_CHECKING:
    from catalog_graph.answers.facts import Ancestries, Counts, Details, Newest
    from catalog_graph.answers.kept_erasure import StoredErasure
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.instants import Instant

T = TypeVar("T")
A_co = TypeVar("A_co", bound=Answer, covariant=True)


class LineageReader(Protocol):
    """The queries of a store that answers are computed from."""

    def upstream(self, artifact_id: str, *, depth: int | None = ..., limit: int | None = ...) -> Lineage:
        """Return everything that the artifact was made from, nearest first; takes references."""

    def downstream(
        self,
        artifact_id: str,
        *,
        depth: int | None = ...,
        limit: int | None = ...,
        where: str = ...,
        as_of: Instant | None = ...,
        without: Iterable[str] = ...,
    ) -> Lineage:
        """Return everything that was made from the artifact, nearest first; takes references."""

    def traverse(self, artifact_id: str, traversal: Traversal, limit: int | None) -> Lineage:
        """Return the first `limit` nodes of a closure, or all of them."""

    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count what a traversal reaches, by type, pipeline, depth and tag."""

    def ancestries(self, left: str, right: str, limit: int) -> Ancestries:
        """Return the upstream lineages of two ids, with the nearest `limit` of what is common, or with more of it."""

    def shortest_path(self, source: str, target: str) -> list[Card]:
        """Return one of the shortest paths, from the target (first) to the source; empty if they are not connected."""

    def details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        """Return the details of those of these artifacts that are known, by id."""

    def newest(self, names: Sequence[str]) -> dict[str, Newest]:
        """Return the newest artifact of each name that has one."""

    def newer(self, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
        """Count the newer versions of each artifact; those of the names `by_number` go by their whole numbers."""

    def adjacent(self, artifact_ids: Sequence[str], direction: Direction) -> dict[str, list[Card]]:
        """Return the direct parents or children of each artifact that has any."""

    def with_content(self, hashes: Sequence[str]) -> dict[str, list[str]]:
        """Return the ids of the registered artifacts with each of these content hashes, sorted, by hash."""

    def seal_digests(self, artifact_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return the digests of the seals that are kept of each artifact that has any, sorted."""

    def stored_erasure(self, artifact_id: str) -> StoredErasure | None:
        """Return the worklist that is kept of what must go with an artifact (an exact id), if there is one."""

    def resolve(self, reference: str, *, exact: bool = ...) -> str:
        """Return the id that a reference stands for."""

    def get_many(self, artifact_ids: Iterable[str]) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids; `None` for each that is not registered."""

    def search(self, query: str, limit: int = ...) -> list[CatalogEntry]:
        """Return the artifacts that match a text of the query language."""

    def begin(self, query: Callable[[], T]) -> Callable[[], T]:
        """Start a query, and return a function that waits for its result."""


@dataclass(frozen=True)
class Question(ABC, Generic[A_co]):
    """A question about the lineage of an artifact or of the whole catalog; its fields are its checked parameters."""

    path: ClassVar[str]
    """Last segment of its route."""
    answer_type: ClassVar[type[Any]]
    """Class of the answer."""
    artifact_id: str
    """Empty if the question is about the whole catalog."""

    @abstractmethod
    def answer(self, reader: LineageReader) -> A_co:
        """Compute the answer. Raises `NotFound` if an artifact of the question is unknown."""

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request, besides the id in its path; those that are `None` are left out."""
        return {}
