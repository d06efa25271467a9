"""The graph in memory beside Cypher: never older, whoever writes, and thrown away where it cannot be right."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

import pytest
from neo4j import Driver

from catalog_graph.answers.difference import Comparison, Difference
from catalog_graph.answers.facts import Ancestries, Details
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.answers import PRODUCTION
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.lineage import traversal as traversal_queries
from catalog_graph.backends.neo4j.lineage.closures import ClosureQueries, Closures
from catalog_graph.backends.neo4j.lineage.memory import GraphMemory
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.errors import NotFound
from catalog_graph.lineage import Direction, Lineage, Traversal
from tests.support.neo4j import Neo4jSettings, schema_ready

DIRECTIONS: tuple[Direction, Direction] = ("upstream", "downstream")
MEGABYTE = 1_000_000


@pytest.fixture
def services(
    neo4j_settings: Neo4jSettings, empty_neo4j: Callable[[], None]
) -> Iterator[tuple[Neo4jCatalogBackend, Neo4jCatalogBackend]]:
    """Yield two backends over one database, each with a graph of its own."""
    empty_neo4j()
    with ExitStack() as stack:
        first, second = (stack.enter_context(schema_ready(neo4j_settings)) for _ in range(2))
        for each in (first, second):
            each.keep_graph(100 * MEGABYTE)
        yield first, second


def _closures(backend: Neo4jCatalogBackend) -> Closures:
    return backend._closures


def _memory(backend: Neo4jCatalogBackend) -> GraphMemory:
    memory = _closures(backend).memory
    assert memory is not None
    return memory


def _in_memory(backend: Neo4jCatalogBackend, artifact_id: str, traversal: Traversal) -> Lineage | None:
    """Return the answer of the graph in memory; `None` if the database would have to answer."""
    from catalog_graph.backends.neo4j.lineage.walks import ClosureWalks

    return _memory(backend).answer(lambda graph: ClosureWalks(graph).traverse(artifact_id, traversal))


def _entry(artifact_id: str, parent_ids: list[str] | None = None, **fields: Any) -> CatalogEntry:
    return CatalogEntry(
        artifact_id=artifact_id, name=f"n-{artifact_id}", artifact_type="Model", parent_ids=parent_ids or [], **fields
    )


def _answer(question: Callable[[], Any]) -> Any:
    """Return the answer in a form that can be compared."""
    try:
        answer = question()
    except NotFound:
        return "not found"
    if isinstance(answer, Lineage):
        answer = answer.to_dict()
        answer["edges"] = sorted(answer["edges"])
    return answer


def _difference(ancestries: Ancestries) -> Difference:
    comparison = Comparison(ancestries, lambda ids: {each: Details(0, each[-1]) for each in ids})
    return comparison.difference([None] * len(comparison.compared_ids()), 2)


def _same(backend: Neo4jCatalogBackend, ids: list[str]) -> None:
    """Assert that both ways give the same answers about each artifact."""
    from catalog_graph.backends.neo4j.lineage.walks import ClosureWalks

    queries = ClosureQueries(backend._bolt)
    for left, right in pairwise(ids):
        expected = _answer(lambda: _difference(queries.ancestries(left, right, 2)))  # noqa: B023
        found = _answer(
            lambda: _memory(backend).answer(
                lambda graph: _difference(ClosureWalks(graph).ancestries(left, right, 2))  # noqa: B023
            )
        )
        assert found == expected
    for artifact_id in ids:
        for direction in DIRECTIONS:
            for traversal in (
                Traversal(direction),
                Traversal(direction, depth=2, limit=3),
                Traversal(direction, registered=True),
            ):
                expected = _answer(lambda: queries.traverse(artifact_id, traversal))  # noqa: B023
                assert _answer(lambda: _in_memory(backend, artifact_id, traversal)) == expected  # noqa: B023
            expected = _answer(lambda: queries.count(artifact_id, Traversal(direction), []))  # noqa: B023
            found = _answer(
                lambda: _memory(backend).answer(
                    lambda graph: ClosureWalks(graph).count(artifact_id, Traversal(direction), [])  # noqa: B023
                )
            )
            assert found == expected


class Writer:
    """A thread's own artifacts below common data sets, changed through both services in turn."""

    def __init__(self, number: int, services: tuple[Neo4jCatalogBackend, ...]) -> None:
        self.random = random.Random(number)
        self.number, self.services = number, services
        self.own: list[str] = []
        self.in_memory = 0

    def run(self, steps: int) -> None:
        for step in range(steps):
            self.step(step)

    def step(self, step: int) -> None:
        service = self.random.choice(self.services)
        choice = self.random.random()
        if choice < 0.6 or not self.own:
            artifact_id = f"w{self.number}-{step}"
            parents = [f"data-{self.random.randrange(4)}"]
            if self.own:
                parents.append(self.random.choice(self.own))
            service.register(_entry(artifact_id, parents))
            self.own.append(artifact_id)
            for each in self.services:
                for parent in parents:
                    self.sees(each, parent, artifact_id)
        elif choice < 0.75:
            artifact_id = self.random.choice(self.own)
            service.set_alias(f"n-{artifact_id}", "champion", artifact_id)
            for each in self.services:
                answer = self.asked(each, artifact_id, Traversal("upstream"))
                assert answer.root.aliases == ("champion",)
        elif choice < 0.9:
            artifact_id = self.own.pop(self.random.randrange(len(self.own)))
            service.delete(artifact_id, force=True)
            for each in self.services:
                answer = _answer(lambda: self.asked(each, artifact_id, Traversal("upstream")))  # noqa: B023
                assert answer == "not found" or answer["root"]["state"] == "deleted"
        else:
            child, parent = self.random.choice(self.own), f"data-{self.random.randrange(4)}"
            service.add_parents(child, parent)
            for each in self.services:
                self.sees(each, parent, child)

    def sees(self, service: Neo4jCatalogBackend, parent: str, child: str) -> None:
        """Assert that what was acknowledged is in the next answer, through whichever service."""
        answer = self.asked(service, parent, Traversal("downstream", limit=100_000))
        assert child in answer.columns.artifact_id

    def asked(self, service: Neo4jCatalogBackend, artifact_id: str, traversal: Traversal) -> Lineage:
        answer = _in_memory(service, artifact_id, traversal)
        self.in_memory += answer is not None
        return answer or _closures(service).traverse(artifact_id, traversal)


def test_sixteen_writers_see_their_own_changes_through_both_services(
    services: tuple[Neo4jCatalogBackend, Neo4jCatalogBackend],
) -> None:
    services[0].register_many([_entry(f"data-{number}") for number in range(4)])
    writers = [Writer(number, services) for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        for done in [pool.submit(writer.run, 12) for writer in writers]:
            done.result()
    assert sum(writer.in_memory for writer in writers) > 100
    ids = [f"w{writer.number}-{step}" for writer in writers for step in range(12)]
    for service in services:
        _same(service, ["data-0", "data-3", *ids[::5], "unknown"])


def _counted_searches(monkeypatch: pytest.MonkeyPatch, after: Callable[[], object] = lambda: None) -> list[Any]:
    """Return the artifacts about which the index is asked, search by search, behind each of which `after` is called."""
    searches: list[Any] = []

    def search(bolt: Bolt, lucene: Sequence[str], among: frozenset[str] | None) -> list[str] | None:
        searches.append(among)
        ids = indexed_ids(bolt, lucene, among)
        after()
        return ids

    indexed_ids = traversal_queries.indexed_ids
    monkeypatch.setattr(traversal_queries, "indexed_ids", search)
    return searches


IN_PRODUCTION = Traversal("downstream", and_where=PRODUCTION, registered=True)


def _in_production(service: Neo4jCatalogBackend) -> list[str]:
    ids = _closures(service).traverse("data", IN_PRODUCTION).columns.artifact_id
    assert ids == ClosureQueries(service._bolt).traverse("data", IN_PRODUCTION).columns.artifact_id
    return ids


def test_what_a_query_selects_is_kept_until_something_changes(
    services: tuple[Neo4jCatalogBackend, Neo4jCatalogBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = services
    first.register_many([_entry("data"), *(_entry(each, ["data"]) for each in "abc")])
    searches = _counted_searches(monkeypatch)
    new, many = _entry('n"w', ["c"], tags={"stage": "production"}), [_entry(f"m{n}") for n in range(101)]
    changes: list[tuple[Callable[[], object], list[str], set[str] | None]] = [
        (lambda: second.tag("b", {"stage": "production"}), ["b"], None),
        (lambda: second.set_alias("n-a", "champion", "a"), ["a", "b"], {"a"}),
        (lambda: second.register(new), ["a", "b", 'n"w'], {'n"w', "c"}),
        (lambda: second.tag("b", {"stage": "staging"}), ["a", 'n"w'], {"b"}),
        (lambda: second.unset_alias("n-a", "champion"), ['n"w'], {"a"}),
        (lambda: second.delete('n"w'), [], {'n"w', "c"}),
        (lambda: second.register(new), ['n"w'], {'n"w', "c"}),
        (lambda: second.register_many(many), ['n"w'], None),
        (lambda: second.purge('n"w'), [], {'n"w', "c"}),
    ]
    for change, expected, among in changes:
        change()
        assert [_in_production(first) for _ in range(3)] == [expected] * 3
        [search] = searches
        assert search is None if among is None else search <= among
        searches.clear()


def test_what_a_query_selected_before_a_change_is_not_kept(
    services: tuple[Neo4jCatalogBackend, Neo4jCatalogBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = services
    first.register_many([_entry("data"), _entry("a", ["data"])])
    changes = iter([lambda: second.tag("a", {"stage": "production"})])
    searches = _counted_searches(monkeypatch, lambda: next(changes, lambda: None)())
    _closures(first).traverse("data", IN_PRODUCTION)
    assert _in_production(first) == ["a"]
    assert len(searches) == 2


def test_a_new_artifact_without_edges(services: tuple[Neo4jCatalogBackend, Neo4jCatalogBackend]) -> None:
    """It is behind the end of the arrays, and no edge has changed since they were made."""
    first, second = services
    first.register_many([_entry("a"), _entry("b", ["a"])])
    _same(second, ["a", "b"])
    first.register(_entry("c"))
    assert second.upstream("c").total == second.downstream("c").total == 0
    _same(second, ["a", "b", "c"])


def test_a_part_of_the_record_that_was_dropped(services: tuple[Neo4jCatalogBackend, Neo4jCatalogBackend]) -> None:
    first, second = services
    first.register_many([_entry("a"), _entry("b", ["a"])])
    assert _in_memory(second, "b", Traversal("upstream")) is not None
    for number in range(3):
        first.register(_entry(f"c{number}", ["b"]))
    first.drop_changes(2**62)
    assert second.downstream("a").columns.artifact_id == ["b", "c0", "c1", "c2"]
    _same(second, ["a", "b", "c0"])


def test_another_database_in_the_place_of_the_first(
    services: tuple[Neo4jCatalogBackend, Neo4jCatalogBackend], empty_neo4j: Callable[[], None]
) -> None:
    first, second = services
    first.register_many([_entry("a"), _entry("b", ["a"])])
    first.register(_entry("c", ["b"]))
    assert [card.artifact_id for card in second.downstream("a").nodes] == ["b", "c"]
    empty_neo4j()
    first.register(_entry("a"))
    first.register(_entry("d", ["a"]))
    first.register(_entry("e", ["a"]))
    assert [card.artifact_id for card in second.downstream("a").nodes] == ["d", "e"]
    _same(second, ["a", "b", "c", "d"])


def test_a_database_restored_to_an_earlier_state(
    services: tuple[Neo4jCatalogBackend, Neo4jCatalogBackend], neo4j_driver: Driver
) -> None:
    first, second = services
    first.register(_entry("a"))
    first.register(_entry("b", ["a"]))
    first.register(_entry("c", ["a"]))
    assert second.downstream("a").total == 2
    # As a dump of the moment before the last registration would have it.
    neo4j_driver.execute_query(
        "MATCH (lock:_CatalogLock {name: 'changes'}) MATCH (change:_CatalogChange {number: lock.last}) "
        "MATCH (a:Artifact {artifact_id: 'c'}) DETACH DELETE a, change SET lock.last = lock.last - 1"
    )
    assert [card.artifact_id for card in second.downstream("a").nodes] == ["b"]
    first.register(_entry("d", ["b"]))
    assert [card.artifact_id for card in second.downstream("a").nodes] == ["b", "d"]
    _same(second, ["a", "b", "c", "d"])


def test_a_large_catalog_is_read_in_the_background(
    neo4j_settings: Neo4jSettings, empty_neo4j: Callable[[], None]
) -> None:
    empty_neo4j()
    with schema_ready(neo4j_settings) as backend:
        chain = [_entry(f"a{number:05}", [f"a{number - 1:05}"] if number else []) for number in range(3_000)]
        backend.register_many(chain)
        backend.keep_graph(100 * MEGABYTE)
        _ready(backend, 3_000)
        _same(backend, ["a00000", "a02999", "a01500"])
        # More than a question applies by itself: the background does.
        backend.register_many([_entry(f"b{number:05}", ["a02999"]) for number in range(2_500)])
        assert backend.downstream("a02999").total == 2_500
        _ready(backend, 5_500)
        _same(backend, ["a02999", "b00000"])


def _ready(backend: Neo4jCatalogBackend, size: int) -> None:
    end = time.monotonic() + 30
    while _memory(backend).size != size:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_graph_over_its_limit_is_left_to_the_database(
    neo4j_settings: Neo4jSettings, empty_neo4j: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    empty_neo4j()
    with schema_ready(neo4j_settings) as backend:
        backend.register_many([_entry("a"), *(_entry(f"b{number}", ["a"]) for number in range(50))])
        backend.keep_graph(5_000)
        assert backend.downstream("a").total == 50
        assert _memory(backend).size == 0
        assert "CATALOG_GRAPH_GRAPH_MEMORY" in caplog.text
