"""Every way in which Neo4j finds candidates answers the same, whatever is few and whatever is many."""

from __future__ import annotations

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend, finding
from catalog_graph.query.tree import Selection
from tests.local.test_finding import QUERIES, SELECTIONS, entries, pages
from tests.support.model import ModelBackend

FEW_OF_SEVERAL = {"RANKED": 3}
FEW = {**FEW_OF_SEVERAL, "CAP": 5}
SIZES = {
    "few": {"SAMPLE": 0},
    "ranked apart": FEW_OF_SEVERAL,
    "many, and dense": {**FEW, "DENSE": 1},
    "many, looked up": {**FEW, "SAMPLE": 0},
    "more than are gathered": {**FEW, "SAMPLE": 0, "MANY": 5},
    "dense, and a long walk": {**FEW, "DENSE": 1, "WALK": 10},
    "looked up, and a long walk": {**FEW, "SAMPLE": 0, "WALK": 10},
}


@pytest.fixture(params=SIZES)
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts as few, so low that a small catalog has many."""
    for name, size in SIZES[request.param].items():
        monkeypatch.setattr(finding, name, size)


@pytest.mark.usefixtures("sizes")
def test_every_way_answers_as_the_model_does(neo4j_backend: Neo4jCatalogBackend) -> None:
    model, given = ModelBackend(), list(entries(120))
    for backend in (model, neo4j_backend):
        backend.register_many(given)
        backend.tag("a3", {"stage": "renamed"})
        backend.delete("a4")
    for selection in (*(Selection(text=query) for query in QUERIES), *SELECTIONS):
        expected = pages(model, selection, 1000)
        assert pages(neo4j_backend, selection, 1000) == expected, selection
        assert pages(neo4j_backend, selection, 7) == expected, selection
