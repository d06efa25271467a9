"""Connections that end between commit and answer: in front of the service, and between it and Neo4j."""

from __future__ import annotations

import random
import time

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from catalog_graph.embedded import EmbeddedNeo4j
from tests.reliability.proxy import Proxy
from tests.reliability.scenario import Figures, Ground, scenario
from tests.reliability.service import Service
from tests.reliability.writers import check_all_is_kept, crowd
from tests.server.wire import Wire

WRITERS = 8
CUTS, SHORT_CUTS = 500, 8
MOST_CHUNKS = 12
"""Answers of Neo4j that pass before one is lost: a write takes about so many."""


@scenario(
    "Connections cut between commit and answer, in front of the service and between it and Neo4j",
    "Each request that is sent again with its idempotency key is carried out exactly once",
)
def cut_answers(ground: Ground) -> Figures:
    count, chance = SHORT_CUTS if ground.short else CUTS, random.Random(1)
    with (
        EmbeddedNeo4j(ground.folder / "data", heap="512m", page_cache="64m") as neo4j,
        Proxy(neo4j.connection.port) as bolt,
    ):
        login = {"NEO4J_USERNAME": neo4j.connection.username, "NEO4J_PASSWORD": neo4j.connection.password}
        variables = {"NEO4J_URI": f"bolt://127.0.0.1:{bolt.port}", **login}
        with Service(variables=variables) as service, Proxy(service.port) as http:
            writers = crowd(Wire(f"http://127.0.0.1:{http.port}{service.wire.prefix}"), WRITERS)
            with writers.writing():
                while min(http.cuts, bolt.cuts) < count and not ground.is_over:
                    http.cut_after(0)
                    bolt.cut_after(chance.randint(0, MOST_CHUNKS))
                    time.sleep(0.02)
                    writers.check()
            compared = check_all_is_kept(service.wire, writers.writers)
    return {
        "answers lost in front of the service": http.cuts,
        "answers lost between it and Neo4j": bolt.cuts,
        "acknowledged writes": writers.acknowledged,
        "compared afterwards": ", ".join(f"{number:,} {name}" for name, number in compared.items()),
        "doubled": 0,
    }


@scenario(
    "Connections of the Python client cut after each commit",
    "The client sends the request again by itself, and it is carried out exactly once",
)
def cut_client(ground: Ground) -> Figures:
    count = SHORT_CUTS if ground.short else CUTS
    with Service("--store", f"sqlite:///{ground.folder}/catalog.db") as service, Proxy(service.port) as http:
        with RemoteCatalogBackend(f"http://127.0.0.1:{http.port}{service.wire.prefix}") as client:
            for number in range(count):
                http.cut_after(0)
                client.register(CatalogEntry(name=f"n{number}", artifact_type="T"))
        items = service.wire("GET", f"/artifacts?limit={2 * count}").ok()["items"]
    assert sorted(item["name"] for item in items) == sorted(f"n{number}" for number in range(count))
    return {"answers lost": http.cuts, "artifacts": len(items)}
