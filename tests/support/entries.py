"""Short ways to write down what a test registers, and what an answer holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.lineage import Direction, Lineage

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def instant(number: int) -> str:
    """Return the instant `number` seconds after the start of 2026."""
    return (_FIRST + timedelta(seconds=number)).isoformat(timespec="microseconds")


def artifact(artifact_id: str, *parent_ids: str, at: int | None = None, **fields: Any) -> CatalogEntry:
    """Return an entry named as its id, created `at` seconds into 2026 unless `at` is None."""
    if at is not None:
        fields["created_at"] = instant(at)
    given = {"name": artifact_id, "artifact_type": "Dataset", **fields}
    return CatalogEntry(artifact_id=artifact_id, parent_ids=list(parent_ids), **given)


def numbered(count: int, first: int = 0, **fields: Any) -> list[CatalogEntry]:
    """`count` artifacts without parents, a0000 the oldest."""
    return [artifact(f"a{n:04}", at=n, **fields) for n in range(first, first + count)]


def chain(*artifact_ids: str) -> list[CatalogEntry]:
    """Each artifact made from the one before it."""
    parents = [[], *([i] for i in artifact_ids[:-1])]
    return [artifact(i, *ps, at=n) for n, (i, ps) in enumerate(zip(artifact_ids, parents, strict=True))]


def ids(entries: Iterable[Any]) -> list[str]:
    """Return the ids of entries, cards or dicts, in order."""
    return [e["artifact_id"] if isinstance(e, dict) else e.artifact_id for e in entries]


def depths(lineage: Lineage) -> dict[str, int]:
    """Depth by id."""
    return {card.artifact_id: card.depth for card in lineage.nodes}


def pages(backend: CatalogBackend, artifact_id: str, direction: Direction, limit: int, **asked: Any) -> list[Lineage]:
    """Every page of a lineage, `limit` nodes each."""
    answers = [backend.lineage(artifact_id, direction, limit=limit, **asked)]
    while answers[-1].cursor:
        answers.append(backend.lineage(artifact_id, direction, limit=limit, cursor=answers[-1].cursor, **asked))
    return answers


def contents(backend: CatalogBackend) -> list[dict[str, Any]]:
    """Everything that is registered, without the store's clock."""
    return [without_clock(entry) for entry in backend.list_artifacts(limit=10_000)]


def without_clock(entry: CatalogEntry) -> dict[str, Any]:
    """All fields of an entry but `recorded_at`."""
    return {name: value for name, value in entry.to_dict().items() if name != "recorded_at"}
