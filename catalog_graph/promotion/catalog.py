"""The catalog as the promotion gate reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from catalog_graph.answers.facts import Details, Newest
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.lineage import Card, Lineage, Traversal
    from catalog_graph.seals.card import SealCard
    from catalog_graph.seals.envelope import SealSource
    from catalog_graph.seals.keys import KeySource
    from catalog_graph.seals.verification import Verification


class CatalogReader(Protocol):
    """The reading methods of a catalog that the gate calls."""

    traversals_at_once: ClassVar[int]
    """Number of traversals that `traverse_all` answers in about the time of one."""

    def upstream(self, artifact_id: str, *, limit: int | None = ..., where: str = ...) -> Lineage:
        """Return everything that the artifact was made from, nearest first; `where` selects what is listed."""

    def seals(self, artifact_id: str, *, limit: int = ..., exact: bool = ...) -> list[SealCard]:
        """Return the seals of an artifact, the newest first."""

    def seal_file(self, artifact_id: str, digest: str = ..., *, exact: bool = ...) -> bytes:
        """Return the content of the file of a seal."""

    def verify(self, seal: SealSource, key: KeySource | Sequence[KeySource]) -> Verification:
        """Verify a seal with public keys, and compare it with the present catalog."""

    def get_many(self, artifact_ids: Iterable[str]) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids; `None` for each that is not registered."""

    def traverse_all(self, artifact_id: str, traversals: Sequence[Traversal]) -> list[Lineage]:
        """Return the first page of each traversal; they differ only in `limit`, `where` and `and_where`."""

    def newest(self, names: Sequence[str]) -> dict[str, Newest]:
        """Return the newest artifact of each name that has one."""

    def newer(self, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
        """Count the newer versions of each artifact; those of the names `by_number` go by their whole numbers."""

    def details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        """Return the details of those of these artifacts that are known, by id."""
