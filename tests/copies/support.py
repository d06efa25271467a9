"""Catalogs to copy, copies by every way, and the answers that have to be alike."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog_graph.answers.base import Answer
from catalog_graph.artifact import CONTRACT_FIELDS
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.copies.result import TransferResult
from catalog_graph.errors import CatalogError

POLICY = "rules:\n  - rule: forbid\n    query: licence:restricted\n"
Way = Callable[[CatalogBackend, CatalogBackend], TransferResult]


def directly(source: CatalogBackend, target: CatalogBackend) -> TransferResult:
    """Copy record by record."""
    return target.import_records(source.export_records())


def by_file(source: CatalogBackend, target: CatalogBackend) -> TransferResult:
    """Copy by a dump."""
    file = io.BytesIO()
    ArtifactCatalog(source).dump(file)
    file.seek(0)
    return ArtifactCatalog(target).load(file)


WAYS: dict[str, Way] = {"directly": directly, "by_file": by_file}


def answers(catalog: CatalogBackend, ids: list[str], names: list[str], instants: list[str]) -> dict[str, Any]:
    """Return all that a copy has to answer as its original does."""
    found: dict[str, Any] = {"registered": {}}
    for entry in catalog.get_many(ids):
        if entry is not None:
            fields = {name: getattr(entry, name) for name in CONTRACT_FIELDS}
            found["registered"][entry.artifact_id] = {**fields, "recorded_at": entry.recorded_at}
    for artifact_id in ids:
        for instant in [None, *instants]:
            for direction in ("upstream", "downstream"):
                found[f"{direction} {artifact_id} {instant}"] = _answer(
                    lambda: getattr(catalog, direction)(artifact_id, as_of=instant).to_dict()
                )
            found[f"impact {artifact_id} {instant}"] = _answer(
                lambda: catalog.impact(artifact_id, as_of=instant).to_dict()
            )
        found[f"gate {artifact_id}"] = _answer(lambda: ArtifactCatalog(catalog).check_promotion(artifact_id, POLICY).passed)
        found[f"difference {artifact_id}"] = _answer(lambda: catalog.diff(artifact_id, ids[0]).to_dict())
    for name in names:
        found[f"versions {name}"] = _answer(lambda: catalog.versions(name).to_dict())
        found[f"moves {name}"] = [move.to_dict() for move in catalog.alias_history(name)]
    found["aliases"] = [alias.to_dict() for alias in catalog.aliases()]
    return found


def _answer(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except CatalogError as error:
        return type(error).__name__


def now() -> str:
    """Return the present instant."""
    return datetime.now(UTC).isoformat()
