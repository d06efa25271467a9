"""Two services on one database, as processes of their own: what one did, the other knows, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from tests.neo4j.clients import RAW, Client
from tests.neo4j.conftest import Cypher
from tests.neo4j.threads import at_once
from tests.server.command import served
from tests.server.wire import Reply, Wire
from tests.support.neo4j import Neo4jSettings

pytestmark = pytest.mark.slow

CLIENTS = 16


@pytest.fixture(scope="module")
def services(neo4j_settings: Neo4jSettings) -> Iterator[list[Wire]]:
    """Two of them; they start at the same time, on whatever the database holds."""
    s = neo4j_settings
    settings = {"NEO4J_URI": s.uri, "NEO4J_USERNAME": s.username, "NEO4J_PASSWORD": s.password}
    with ExitStack() as stack:
        both = [stack.enter_context(served(**settings, NEO4J_DATABASE=s.database)) for _ in range(2)]
        yield [Wire(service.url) for service in both]


@pytest.fixture
def replicas(services: list[Wire], neo4j_backend: Neo4jCatalogBackend) -> list[Wire]:
    """Return the two services over an empty catalog."""
    return services


def each_asks(replicas: list[Wire], method: str, path: str, bodies: list[Any], **headers: str) -> list[Reply]:
    """Send the bodies from 16 clients at once, eight for each service, and return the replies."""
    return at_once([partial(replicas[n % 2], method, path, body, headers=headers) for n, body in enumerate(bodies)])


def test_sixteen_clients_of_two_services(replicas: list[Wire], cypher: Cypher) -> None:
    clients = [Client(number, replicas) for number in range(CLIENTS)]
    assert at_once([partial(client.work, 6) for client in clients]) == [None] * CLIENTS
    expected = {artifact_id: entry for client in clients for artifact_id, entry in client.expected.items()}
    for replica in replicas:
        found = listed(replica)
        assert {e["artifact_id"]: {field: e[field] for field in expected[e["artifact_id"]]} for e in found} == expected
        assert aliases(replica) == {name: held for client in clients for name, held in client.aliases.items()}
    assert_graph_is(cypher, clients)
    found = "/artifacts/search?q=stage:production&limit=1000"
    for path in ("/artifacts?limit=1000", found, *(f"/artifacts/{raw}/downstream" for raw in RAW)):
        one, other = (replica("GET", path).ok() for replica in replicas)
        assert one == other


def assert_graph_is(cypher: Cypher, clients: list[Client]) -> None:
    """Assert that the edges, states and version numbers in the database are those of the answers."""
    expected = {artifact_id: entry for client in clients for artifact_id, entry in client.expected.items()}
    alive = cypher("MATCH (a:Artifact {state: 'registered'})-[:DERIVED_FROM]->(p) RETURN a.artifact_id, p.artifact_id")
    assert Counter(map(tuple, alive)) == Counter((c, p) for c, entry in expected.items() for p in entry["parent_ids"])
    states = dict(cypher("MATCH (a:Artifact) RETURN a.artifact_id, a.state"))
    assert {i for i, state in states.items() if state == "registered"} == set(expected)
    assert {i for i, state in states.items() if state == "deleted"} <= {i for c in clients for i in c.deleted}
    assert {i for i, state in states.items() if state == "unregistered"} <= set(RAW)
    twice = (
        "MATCH (a:Artifact {state: 'registered'}) WITH a.name AS n, a.version AS v, count(*) AS c WHERE c > 1 RETURN n"
    )
    assert cypher(twice) == []


def listed(replica: Wire) -> list[dict[str, Any]]:
    page = replica("GET", "/artifacts?limit=10000").ok()
    assert page["complete"]
    return list(page["items"])


def aliases(replica: Wire) -> dict[str, str]:
    return {alias["name"]: alias["artifact_id"] for alias in replica("GET", "/aliases").ok()["items"]}


def new(artifact_id: str, **fields: Any) -> dict[str, Any]:
    return {"artifact_id": artifact_id, "name": "n", "artifact_type": "T", **fields}


def test_one_id_is_created_once(replicas: list[Wire]) -> None:
    replies = each_asks(replicas, "POST", "/artifacts", [new("one", tags={f"t{n}": n}) for n in range(CLIENTS)])
    assert Counter(reply.status for reply in replies) == {201: 1, 200: CLIENTS - 1}
    for replica in replicas:
        assert replica("GET", "/artifacts/one").ok()["tags"] == {f"t{n}": n for n in range(CLIENTS)}


def test_a_request_sent_again_and_again_is_carried_out_once(replicas: list[Wire]) -> None:
    body = {"name": "n", "artifact_type": "T"}
    replies = each_asks(replicas, "POST", "/artifacts", [body] * CLIENTS, **{"Idempotency-Key": "the-same"})
    assert len({(reply.status, reply.body) for reply in replies}) == 1
    assert [len(listed(replica)) for replica in replicas] == [1, 1]


def test_versions_are_numbered_without_gaps(replicas: list[Wire]) -> None:
    replies = each_asks(replicas, "POST", "/artifacts", [new(f"v{n}", name="shared") for n in range(CLIENTS)])
    assert sorted(int(reply.ok(201)["version"]) for reply in replies) == list(range(1, CLIENTS + 1))


def test_tags_of_one_artifact_add_up(replicas: list[Wire]) -> None:
    replicas[0]("POST", "/artifacts", new("tagged")).ok(201)
    for reply in each_asks(replicas, "PUT", "/artifacts/tagged/tags", [{f"t{n}": n} for n in range(CLIENTS)]):
        reply.ok()
    for replica in replicas:
        assert replica("GET", "/artifacts/tagged").ok()["tags"] == {f"t{n}": n for n in range(CLIENTS)}


def test_no_cycle_is_closed_from_two_sides(replicas: list[Wire], cypher: Cypher) -> None:
    pairs = [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")] * 2
    for artifact_id in sorted({i for pair in pairs for i in pair}):
        replicas[0]("POST", "/artifacts", new(artifact_id)).ok(201)
    sides = [side for child, parent in pairs for side in ((child, parent), (parent, child))]
    jobs = [
        partial(replicas[n % 2], "POST", f"/artifacts/{child}/parents", {"parent_ids": [parent]})
        for n, (child, parent) in enumerate(sides)
    ]
    assert {reply.status for reply in at_once(jobs)} == {200, 409}
    assert cypher("MATCH ()-[e:DERIVED_FROM]->() RETURN count(e)") == [[4]]


def test_one_client_deletes_it_and_one_gets_the_alias(replicas: list[Wire]) -> None:
    for artifact_id in ("doomed", *(f"m{n}" for n in range(CLIENTS))):
        replicas[0]("POST", "/artifacts", new(artifact_id)).ok(201)
    deleted = each_asks(replicas, "DELETE", "/artifacts/doomed", [{}] * CLIENTS)
    assert Counter(reply.status for reply in deleted) == {200: 1, 404: CLIENTS - 1}
    wanted = [{"name": "n", "alias": "champion", "artifact_id": f"m{n}", "expected": None} for n in range(CLIENTS)]
    moved = each_asks(replicas, "PUT", "/aliases", wanted)
    assert Counter(reply.status for reply in moved) == {200: 1, 409: CLIENTS - 1}
    [winner] = [body["artifact_id"] for body, reply in zip(wanted, moved, strict=True) if reply.status == 200]
    assert [aliases(replica) for replica in replicas] == [{"n": winner}] * 2


def test_the_same_content_is_kept_once_where_that_is_asked_for(replicas: list[Wire]) -> None:
    bodies = [new(f"copy{n}", content_hash="same", tags={f"t{n}": n}) for n in range(CLIENTS)]
    replies = each_asks(replicas, "POST", "/artifacts?on_duplicate=reuse", bodies)
    [kept] = {reply.json["artifact_id"] for reply in replies}
    for replica in replicas:
        assert [e["artifact_id"] for e in listed(replica)] == [kept]
        assert replica("GET", f"/artifacts/{kept}").ok()["tags"] == {f"t{n}": n for n in range(CLIENTS)}
