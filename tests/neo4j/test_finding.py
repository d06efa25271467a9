"""Every way in which Neo4j finds candidates answers the same, whatever is few and whatever is many."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from neo4j import Record

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.search import counting, finding, recent
from catalog_graph.backends.neo4j.search.recent import Recent
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import LAST_HOUR, hour_term
from catalog_graph.facets import facet_keys
from catalog_graph.instants import microseconds
from catalog_graph.query.selection import Selection
from tests.local.test_finding import QUERIES, SELECTIONS, entries, fill, model_pages, pages
from tests.support.entries import artifact, instant
from tests.support.model import ModelBackend

FEW_OF_SEVERAL = {"RANKED": 3}
FEW = {**FEW_OF_SEVERAL, "CAP": 5}
SPARSE = {"DENSE": 41}
SIZES = {
    "few": SPARSE,
    "ranked apart": FEW_OF_SEVERAL,
    "many, and dense": {**FEW, "DENSE": 1},
    "many, looked up": {**FEW, **SPARSE},
    "more than are looked up": {**FEW, **SPARSE, "LOOKED_UP": 5},
    "dense, and a long walk": {**FEW, "DENSE": 1, "WALK": 10},
    "looked up, and a long walk": {**FEW, **SPARSE, "WALK": 10},
    "of the last hours": {**FEW_OF_SEVERAL, **SPARSE, "NEWEST": (10, 20, 40)},
    "more than the last hours have": {**FEW, **SPARSE, "NEWEST": (9, 18, 36), "RARE": 3, "CAP": 12},
}


class AtOnce(Executor):
    """Does everything before it is waited for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # type: ignore[override]
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@pytest.fixture
def bolt(neo4j_backend: Neo4jCatalogBackend, monkeypatch: pytest.MonkeyPatch) -> Bolt:
    """Return the Bolt of a backend that knows the newest hours from its first search on."""
    monkeypatch.setattr(neo4j_backend, "_recent", Recent(neo4j_backend._bolt, AtOnce()))
    return neo4j_backend._bolt


@pytest.fixture(params=SIZES)
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits for few, so that a small catalog exceeds them."""
    for name, size in SIZES[request.param].items():
        monkeypatch.setattr(finding, name, size)


@pytest.mark.long
@pytest.mark.usefixtures("sizes", "bolt")
def test_every_way_answers_as_the_model_does(neo4j_backend: Neo4jCatalogBackend) -> None:
    fill(neo4j_backend, 120)
    for selection, expected in model_pages(120):
        assert pages(neo4j_backend, selection, 1000) == expected, selection
        assert pages(neo4j_backend, selection, 7) == expected, selection


@pytest.mark.parametrize("newest", [(18, 40), (6, 18)])
@pytest.mark.parametrize("most", [3, 20, 1000])
@pytest.mark.usefixtures("bolt")
def test_the_newest_are_counted_as_the_model_counts(
    neo4j_backend: Neo4jCatalogBackend, monkeypatch: pytest.MonkeyPatch, newest: tuple[int, int], most: int
) -> None:
    monkeypatch.setattr(counting, "NEWEST", newest)
    monkeypatch.setattr(counting, "CAP", 10)
    model, keys = ModelBackend(), facet_keys(["type", "pipeline", "team", "score"])
    for backend in (model, neo4j_backend):
        backend.register_many(entries(120))
    for given in (*(Selection(text=query) for query in QUERIES), *SELECTIONS):
        selection = replace(given, order="newest")
        assert neo4j_backend._tally(selection, keys, most) == model._tally(selection, keys, most), selection


class TestTheLastHours:
    """`Recent`, and what it spares."""

    def test_since_when_the_newest_were_made(self, neo4j_backend: Neo4jCatalogBackend, bolt: Bolt) -> None:
        neo4j_backend.register_many(artifact(f"a{n:02}", at=n * 600) for n in range(30))
        since = Recent(bolt, AtOnce()).since
        assert since(1) is None  # the hour holds more than twice as many
        assert since(7) == hour_term(microseconds(instant(23 * 600)))
        assert since(15) == hour_term(microseconds(instant(15 * 600)))
        assert since(16) is None  # there are not twice as many

    def test_nobody_waits_for_it(
        self, neo4j_backend: Neo4jCatalogBackend, bolt: Bolt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        neo4j_backend.register_many(artifact(f"a{n:02}", at=n * 600) for n in range(30))
        first, later = (hour_term(microseconds(instant(n * 3600))) for n in (3, 8))
        with ThreadPoolExecutor(1) as beside:
            since = Recent(bolt, beside).since

            def meanwhile() -> str | None:
                go_on = Event()
                beside.submit(go_on.wait)
                told = since(7)
                go_on.set()
                beside.submit(int).result()
                return told

            assert meanwhile() is None
            assert since(7) == first
            neo4j_backend.register_many(artifact(f"b{n:02}", at=n * 600) for n in range(30, 60))
            monkeypatch.setattr(recent, "FRESH", 0.0)
            assert meanwhile() == first  # what was known is right still
            assert meanwhile() == later
            monkeypatch.setattr(recent, "OLD", 0.0)
            assert meanwhile() is None  # too much may have come

    def test_of_many_hits_lucene_is_asked_for_the_newest_alone(
        self, neo4j_backend: Neo4jCatalogBackend, bolt: Bolt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "NEWEST", (12, 24))
        monkeypatch.setattr(finding, "CAP", 7)
        neo4j_backend.register_many(artifact(f"a{n:02}", at=n * 600, tags={"odd": n % 2}) for n in range(60))
        read, asked = Bolt.read, []

        def noted(self: Bolt, name: str, **values: Any) -> list[Record]:
            rows = read(self, name, **values)
            if name.startswith("search/"):  # a service reads its webhooks meanwhile
                asked.append(name)
            return rows

        monkeypatch.setattr(Bolt, "read", noted)
        found = neo4j_backend.find(Selection("odd:1", order="newest"), limit=3)
        assert [entry.artifact_id for entry in found.items] == ["a59", "a57", "a55"]
        assert asked == ["search/since", "search/since", "search/page_terms"]

    def test_hours_sort_as_instants_do(self) -> None:
        years = ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59+00:00", "1970-01-01T00:00:00+00:00"]
        terms = [hour_term(microseconds(at)) for at in (*years, "9999-12-31T23:59:59-14:00")]
        assert sorted({*terms, LAST_HOUR}) == [*terms, LAST_HOUR]
