"""The cost of a bookmark: an artifact right after a write, read with the bookmark of that write and without one."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks.bench import Bench
from benchmarks.contenders.ours import PATIENCE
from benchmarks.measure import Trial, measurement
from benchmarks.targets import within
from catalog_graph.backends.bookmarks import HEADER

NONE, OWN, FOREIGN = "service, no bookmark", "service, its own bookmark", "service, that of another service"


@measurement(
    "bookmark",
    "An artifact by its id right after a write, without and with the bookmark of that write",
    rounds=300,
    stages=frozenset({"bench"}),
    targets=[within(OWN, 1.2, NONE), within(FOREIGN, 2, NONE)],
    changes=True,
    note="Before each read, one artifact is tagged through the service, and another client writes to the same Neo4j. "
    "The bookmark of the other client is new to the service, which asks Neo4j on a thread that may be left behind.",
)
def bookmark(bench: Bench) -> dict[str, Trial]:
    """Read the last artifact, each time after two writes."""
    world, numbers = bench.world(), count()
    assert world.service
    address = urlsplit(world.process.endpoint)
    connection = bench.keep(closing(HTTPConnection(address.netloc, timeout=PATIENCE)))
    artifacts = f"{address.path}/artifacts"
    last, tagged = (quote(artifact_id, safe="") for artifact_id in (world.root_id, world.history.id_of(0)))

    def ask(method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[Any, str]:
        content = None if body is None else json.dumps(body)
        connection.request(method, artifacts + path, content, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == 200, answer
        return answer, response.headers[HEADER]

    def write() -> dict[str, str]:
        number = next(numbers)
        _, own = ask("PUT", f"/{tagged}/tags", {"read": number}, {})
        foreign = world.bolt.write("MERGE (each:Measured) SET each.number = $number", number=number)
        return {OWN: own, FOREIGN: foreign}

    def reader(label: str) -> Callable[[dict[str, str]], Any]:
        def read(bookmarks: dict[str, str]) -> Any:
            return ask("GET", f"/{last}", None, {HEADER: bookmarks[label]} if label in bookmarks else {})[0]

        return read

    return {label: Trial(reader(label), write, lambda entry: entry["artifact_id"]) for label in (NONE, OWN, FOREIGN)}
