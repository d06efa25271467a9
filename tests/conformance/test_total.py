"""Totals: exact for every selection, and only on request."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.query.selection import Selection
from tests.support.backends import stores
from tests.support.entries import artifact
from tests.support.model import ModelBackend

TEXTS = (
    "",
    "fraud",
    "fraud detector",
    "au",
    "team:a",
    "team:a stage:1",
    "team:a -stage:1",
    "-team:a",
    "team:a OR stage:1",
    "team:a OR fraud",
    "n>=10",
    "n>=10 n<20",
    "-n>=10",
    "type:Model",
    "run:r3",
    "-run:r3",
    "run:r3 OR team:a",
    "created<2026-01-01T00:00:20",
    "created>2026-01-01T00:00:20 team:a",
    "state:registered",
    "state:deleted",
    "id:a0003",
    "uri:x",
    'team:a "nothing like it"',
    "(fraud OR n>30) -stage:2 type:Model",
    " OR ".join(f"(n:{n} stage:{n % 4} fraud)" for n in range(30)),
    "-fraud -churn",
    "au -det",
)
SELECTIONS = [
    *map(Selection, TEXTS),
    Selection(artifact_type="Model"),
    Selection(artifact_type="model"),
    Selection(artifact_type="Artifact"),
    Selection(source_pipeline="p1", tags={"stage": 1}),
    Selection("team:a", source_step="s", tags={"n": 12.0}),
    Selection("fraud", artifact_type="Model"),
    Selection(tags={"team": "\ud800"}),
]


def fill(backend: CatalogBackend) -> None:
    names = ("fraud_detector", "Fraudster", "churn", "FraudDetector 2")
    backend.register_many(
        artifact(
            f"a{n:04}",
            f"parent{n}",
            at=n,
            name=names[n % 4],
            artifact_type=("Model", "model", "Dataset")[n % 3],
            source_pipeline=f"p{n % 2}",
            source_step="s" if n % 5 else "",
            source_run_id=f"r{n % 7}",
            uri="x" if n == 5 else "",
            tags={"team": ["a", "B"][: n % 3], "stage": n % 4, "n": n},
        )
        for n in range(40)
    )
    backend.delete("a0004")
    backend.delete("a0007")


@stores
def test_totals(backend: CatalogBackend) -> None:
    fill(backend)
    model = ModelBackend()
    fill(model)
    for selection in SELECTIONS:
        expected = len(model.find(selection, limit=100).items)
        for limit in (1, 100):
            assert backend.find(selection, limit=limit, total=True).total == expected, selection


def test_a_total_is_of_all_pages(backend: CatalogBackend) -> None:
    fill(backend)
    first = backend.find(Selection("fraud"), limit=10, total=True)
    assert backend.find(Selection("fraud"), limit=10, cursor=first.cursor, total=True).total == first.total == 28


def test_a_total_is_not_told_unless_it_is_asked_for(backend: CatalogBackend) -> None:
    fill(backend)
    assert backend.find(Selection(), limit=1).total is None


@pytest.mark.parametrize("text", ["", "fraud", "type:Model"])
def test_the_total_of_an_empty_catalog(backend: CatalogBackend, text: str) -> None:
    assert backend.find(Selection(text), total=True).total == 0
