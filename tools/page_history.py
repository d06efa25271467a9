"""Data of the page's browser tests and pictures: a history of fraud detection, and a large one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.history import History
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend

RUNS = 8
STARTED = datetime(2026, 9, 7, 6, 0, tzinfo=UTC)
_F1 = (0.871, 0.884, 0.879, 0.902, 0.911, 0.908, 0.923, 0.931)
_BATCH = 5_000


def register_fraud(backend: CatalogBackend) -> None:
    """Register eight weekly runs of a pipeline: versions with metrics, aliases, a stub and a deleted dataset."""
    backend.register_many(list(_shared()))
    for week in range(RUNS):
        backend.register_many(list(_run(week)))
    backend.delete("leaked-rows")
    for week in (2, 4, 6):
        backend.set_alias("fraud_detector", "champion", f"fraud_detector-{week + 1}")
    backend.set_alias("fraud_detector", "challenger", f"fraud_detector-{RUNS}")


def register_large(backend: CatalogBackend, size: int) -> str:
    """Register an artificial history of `size` artifacts; return the id of the one with most of it upstream."""
    history, batch = History(size), []
    for entry in history.entries():
        batch.append(CatalogEntry.from_dict(entry))
        if len(batch) == _BATCH:
            backend.register_many(batch)
            batch = []
    backend.register_many(batch)
    return history.id_of(history.root)


def _shared() -> Iterator[CatalogEntry]:
    created = STARTED - timedelta(days=3)
    for artifact_id, name, parents in (
        ("card-holders", "card_holders", []),
        ("merchants", "merchants", ["vendor-feed"]),
        ("leaked-rows", "leaked_rows", []),
    ):
        yield CatalogEntry(
            artifact_id=artifact_id,
            name=name,
            artifact_type="Dataset",
            source_pipeline="reference_data",
            source_step="load",
            parent_ids=parents,
            tags={"team": "data", "licence": "internal"},
            uri=f"s3://lake/reference/{name}.parquet",
            created_at=created.isoformat(),
        )


def _run(week: int) -> Iterator[CatalogEntry]:
    started, number = STARTED + timedelta(weeks=week), week + 1
    production = week == RUNS - 2
    parts: list[tuple[str, str, str, list[str], dict[str, object]]] = [
        ("raw_transactions", "Dataset", "extract", [], {"team": "data"}),
        (
            "clean_transactions",
            "Dataset",
            "clean",
            ["raw_transactions", "card-holders", *(["leaked-rows"] if week == 1 else [])],
            {"team": "data"},
        ),
        ("fraud_features", "FeatureSet", "features", ["clean_transactions", "merchants"], {"team": "fraud"}),
        ("train_rows", "Dataset", "split", ["fraud_features"], {"team": "fraud"}),
        ("test_rows", "Dataset", "split", ["fraud_features"], {"team": "fraud"}),
        (
            "fraud_detector",
            "Model",
            "train",
            ["train_rows", *([f"fraud_detector-{week}"] if week else [])],
            {"team": "fraud", "stage": "production" if production else "staging", "f1_score": _F1[week]},
        ),
        ("evaluation", "Metrics", "evaluate", ["fraud_detector", "test_rows"], {"team": "fraud"}),
        ("fraud_report", "Report", "report", ["evaluation"], {"team": "risk"}),
    ]
    if production:
        parts.append(
            ("fraud_scores", "Dataset", "score", ["fraud_detector"], {"team": "payments", "stage": "production"})
        )
        parts.append(
            ("chargeback_rules", "Model", "tune", ["fraud_scores"], {"team": "payments", "stage": "production"})
        )
    names = {part[0] for part in parts}
    for place, (name, artifact_type, step, parents, tags) in enumerate(parts):
        yield CatalogEntry(
            artifact_id=f"{name}-{number}",
            name=name,
            artifact_type=artifact_type,
            content_hash=f"{hash_of(name, week):064x}",
            source_step=step,
            source_run_id=f"run-{number:04d}",
            source_pipeline="fraud_training" if place < 8 else "payments_scoring",
            parent_ids=[f"{parent}-{number}" if parent in names else parent for parent in parents],
            tags=tags,
            metadata=_metadata(name, week),
            uri=f"s3://lake/fraud/{number:04d}/{name}",
            created_at=(started + timedelta(minutes=7 * place)).isoformat(),
        )


def _metadata(name: str, week: int) -> dict[str, object]:
    if name == "fraud_detector":
        return {
            "metrics": {
                "auc": round(0.9 + week / 120, 4),
                "recall": round(0.78 + week / 60, 4),
                "latency_ms": 14 - week,
            },
            "params": {"max_depth": 6 + week % 3, "learning_rate": 0.05, "trees": 400 + 50 * week},
            "framework": "xgboost 3.1",
        }
    if name.endswith(("transactions", "rows")):
        return {"rows": 1_840_000 + 61_000 * week, "columns": ["card", "amount", "merchant", "placed_at"]}
    return {}


def hash_of(name: str, week: int) -> int:
    """Return a stable number for a content; the test rows never change."""
    return int.from_bytes(f"{name}-{0 if name == 'test_rows' else week}".encode().ljust(32, b".")[:32], "big")
