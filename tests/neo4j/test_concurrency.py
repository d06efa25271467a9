"""Races between several replicas: the same id, cycles from both sides, versions, contents, tags, deletion."""

from collections import Counter
from functools import partial
from itertools import pairwise

import pytest

from catalog_graph.artifact import CatalogEntry, Registration
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.errors import CatalogError, CycleRefused, DuplicateContent, NotFound
from tests.neo4j.conftest import Cypher
from tests.neo4j.threads import at_once, replicas
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings

pytestmark = pytest.mark.long


@pytest.fixture
def several(neo4j_backend: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings) -> list[Neo4jCatalogBackend]:
    """Four replicas over one empty database."""
    with replicas(neo4j_settings, 4) as backends:
        yield backends


def registered(backend: Neo4jCatalogBackend, entry: CatalogEntry) -> Registration:
    return backend.register_many([entry])[0]


def test_one_id_from_32_threads_500_times(several: list[Neo4jCatalogBackend], cypher: Cypher) -> None:
    def register_often(backend: Neo4jCatalogBackend, count: int) -> int:
        entry = artifact("m", "d", "e", content_hash="h")
        return sum(registered(backend, entry).created for _ in range(count))

    jobs = [partial(register_often, several[n % 4], 500 // 32 + (n < 500 % 32)) for n in range(32)]
    assert Counter(at_once(jobs)) == {1: 1, 0: 31}
    assert cypher("MATCH (a:Artifact) RETURN a.artifact_id, a.state ORDER BY a.artifact_id") == [
        ["d", "unregistered"],
        ["e", "unregistered"],
        ["m", "registered"],
    ]
    assert cypher("MATCH ()-[e]->() RETURN type(e), count(*)") == [["DERIVED_FROM", 2]]


def test_stubs_of_many_children(several: list[Neo4jCatalogBackend], cypher: Cypher) -> None:
    for round_number in range(5):
        stubs = [f"r{round_number}-{n}" for n in range(5)]
        jobs = [
            partial(registered, several[n % 4], artifact(f"r{round_number}-child{n}", *stubs[:: 1 if n % 2 else -1]))
            for n in range(16)
        ]
        assert all(isinstance(answer, Registration) for answer in at_once(jobs))
    assert cypher("MATCH (a:Artifact) RETURN count(a)") == [[5 * (16 + 5)]]
    assert cypher("MATCH ()-[e:DERIVED_FROM]->() RETURN count(e)") == [[5 * 16 * 5]]


@pytest.mark.parametrize("length", [2, 3, 5])
def test_cycles_from_every_side(several: list[Neo4jCatalogBackend], cypher: Cypher, length: int) -> None:
    """Each of some artifacts that are there gets the next one as its parent, all of them in the same instant."""
    for number in range(15):
        ids = [f"{number}-{n}" for n in range(length)]
        several[0].register_many([artifact(i) for i in ids])
        edges = [(ids[n], ids[(n + 1) % length]) for n in range(length)]
        answers = at_once([partial(several[n % 4].add_parents, *edge) for n, edge in enumerate(edges)])
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert [type(error) for error in refused] == [CycleRefused], answers
        path = refused[0].details["path"]
        assert path[0] == path[-1]
        assert sorted(path[1:]) == sorted(ids)
        assert all(pair in edges for pair in pairwise(path))
    assert cypher("MATCH (a:Artifact)-[:DERIVED_FROM*1..6]->(a) RETURN count(*)") == [[0]]


def test_cycles_by_way_of_stubs(several: list[Neo4jCatalogBackend], cypher: Cypher) -> None:
    """Two stubs, each with a child, are registered as made from the other's child."""
    for number in range(15):
        a, b, x, y = (f"{number}-{letter}" for letter in "abxy")
        several[0].register_many([artifact(x, a), artifact(y, b)])
        jobs = [partial(registered, several[1], artifact(a, y)), partial(registered, several[2], artifact(b, x))]
        answers = at_once(jobs)
        assert sorted(type(answer).__name__ for answer in answers) == ["CycleRefused", "Registration"]
    assert cypher("MATCH (a:Artifact)-[:DERIVED_FROM*1..6]->(a) RETURN count(*)") == [[0]]


def test_cycles_of_new_artifacts(several: list[Neo4jCatalogBackend], cypher: Cypher) -> None:
    """Two that nobody knows name one another: the second to be stored is refused, in whatever way they meet."""
    for number in range(15):
        a, b = f"{number}-a", f"{number}-b"
        backends = (several[0], several[0]) if number % 2 else (several[1], several[2])
        entries = (artifact(a, b), artifact(b, a))
        answers = at_once([partial(registered, *pair) for pair in zip(backends, entries, strict=True)])
        assert sorted(type(answer).__name__ for answer in answers) == ["CycleRefused", "Registration"], answers
    assert cypher("MATCH (a:Artifact)-[:DERIVED_FROM*1..6]->(a) RETURN count(*)") == [[0]]


def test_versions_are_never_given_twice(several: list[Neo4jCatalogBackend]) -> None:
    def register_some(backend: Neo4jCatalogBackend, thread: int) -> list[str | None]:
        return [registered(backend, artifact(f"{thread}-{n}", name="model")).version for n in range(20)]

    answers = at_once([partial(register_some, several[n % 4], n) for n in range(16)])
    versions = [version for answer in answers if isinstance(answer, list) for version in answer]
    assert sorted(map(int, filter(None, versions))) == list(range(1, 16 * 20 + 1))


def test_one_content_is_stored_once(several: list[Neo4jCatalogBackend], cypher: Cypher) -> None:
    def reuse(backend: Neo4jCatalogBackend, entry: CatalogEntry) -> str:
        return backend.register_many([entry], on_duplicate="reuse")[0].artifact_id

    for number in range(5):
        entries = [artifact(f"{number}-{n}", f"p{n}", content_hash=f"h{number}", tags={f"t{n}": n}) for n in range(16)]
        answers = at_once([partial(reuse, several[n % 4], entry) for n, entry in enumerate(entries)])
        assert len(set(map(str, answers))) == 1, answers
        kept = several[0].get(str(answers[0]))
        assert kept is not None
        assert kept.tags == {f"t{n}": n for n in range(16)}
        assert sorted(kept.parent_ids) == sorted(f"p{n}" for n in range(16))
    assert cypher("MATCH (a:Dataset) RETURN count(a)") == [[5]]


def test_one_content_is_refused_to_all_but_one(several: list[Neo4jCatalogBackend]) -> None:
    def register_new(backend: Neo4jCatalogBackend, entry: CatalogEntry) -> str:
        return backend.register_many([entry], on_duplicate="error")[0].artifact_id

    for number in range(5):
        entries = [artifact(f"{number}-{n}", content_hash=f"h{number}") for n in range(16)]
        answers = at_once([partial(register_new, several[n % 4], entry) for n, entry in enumerate(entries)])
        [stored] = [answer for answer in answers if isinstance(answer, str)]
        refused = [answer for answer in answers if isinstance(answer, DuplicateContent)]
        assert [error.details["artifact_id"] for error in refused] == [stored] * 15


def test_no_tag_and_no_parent_is_lost(several: list[Neo4jCatalogBackend]) -> None:
    several[0].register(artifact("a"))
    tags = [partial(several[n % 4].tag, "a", {f"t{n}": n}) for n in range(12)]
    parents = [partial(several[n % 4].add_parents, "a", f"p{n}") for n in range(12)]
    again = [partial(several[n % 4].register, artifact("a", f"q{n}", tags={f"r{n}": n})) for n in range(12)]
    errors = [answer for answer in at_once([*tags, *parents, *again]) if isinstance(answer, Exception)]
    assert errors == []
    kept = several[0].get("a")
    assert kept is not None
    assert kept.tags == {**{f"t{n}": n for n in range(12)}, **{f"r{n}": n for n in range(12)}}
    assert sorted(kept.parent_ids) == sorted([*(f"p{n}" for n in range(12)), *(f"q{n}" for n in range(12))])
    assert several[0].upstream("a").total == 24


def test_a_parent_that_is_deleted_meanwhile(several: list[Neo4jCatalogBackend], cypher: Cypher) -> None:
    for number in range(20):
        several[0].register(artifact(f"p{number}"))
        at_once(
            [
                partial(several[1].delete, f"p{number}"),
                partial(several[2].register, artifact(f"c{number}", f"p{number}")),
            ]
        )
    states = cypher("MATCH (:Dataset)-[:DERIVED_FROM]->(p) RETURN p.state")
    assert len(states) == 20
    assert {state for (state,) in states} <= {"deleted", "unregistered"}


def test_one_delete_wins(several: list[Neo4jCatalogBackend]) -> None:
    several[0].register(artifact("a"))
    answers = at_once([partial(several[n % 4].delete, "a") for n in range(8)])
    assert Counter(type(answer) for answer in answers) == {type(None): 1, NotFound: 7}


def test_batches_that_overlap(several: list[Neo4jCatalogBackend], cypher: Cypher) -> None:
    ids = [f"a{n:02}" for n in range(40)]
    batches = [[artifact(i, "root", tags={f"t{n}": 1}) for i in ids[:: 1 if n % 2 else -1]] for n in range(8)]
    answers = at_once([partial(several[n % 4].register_many, batch) for n, batch in enumerate(batches)])
    assert not [answer for answer in answers if isinstance(answer, CatalogError)]
    assert all(len(entry.tags) == 8 for entry in several[0].list_artifacts())
    assert cypher("MATCH (a:Dataset)-[e:DERIVED_FROM]->({artifact_id: 'root'}) RETURN count(e)") == [[40]]
