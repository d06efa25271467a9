"""Hostile bodies: the service refuses them in little memory, and answers others meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.server.keys import digest_of
from tests.server.command import Served
from tests.server.wire import Wire
from tests.support.neo4j import Neo4jSettings

READ_KEY, WRITE_KEY, ADMIN_KEY = "a-key-that-may-read", "a-key-that-may-write", "a-key-that-may-do-all"
MB = 1_000_000
REFUSED_MB = 256
"""Maximum growth of the service while it refuses a body."""
PAUSE_SECONDS = 1.0
"""Maximum time of `/healthz` meanwhile; a process that stands still for a garbage collection takes some of it."""


class Attacked:
    """A service with keys, and the process in which it runs."""

    def __init__(self, served: Served) -> None:
        self._process = Path(f"/proc/{served.process.pid}")
        self.address = served.url
        self.writer = Wire(served.url, {"Authorization": f"Bearer {WRITE_KEY}"})
        self.reader = Wire(served.url, {"Authorization": f"Bearer {READ_KEY}"})
        self.administrator = Wire(served.url, {"Authorization": f"Bearer {ADMIN_KEY}"})

    def memory(self, line: str) -> int:
        """Return `VmRSS`, or `VmHWM`, the peak, in MB."""
        status = (self._process / "status").read_text()
        [size] = [words[1] for words in map(str.split, status.splitlines()) if words[0] == f"{line}:"]
        return int(size) // 1000

    @contextmanager
    def watched(self, most_mb: int) -> Iterator[None]:
        """Require that the service grows by at most so much meanwhile, and keeps answering."""
        (self._process / "clear_refs").write_text("5")
        before, ended, worst = self.memory("VmRSS"), threading.Event(), 0.0

        def ask() -> None:
            nonlocal worst
            wire = Wire(self.address)
            while not ended.wait(0.02):
                start = time.monotonic()
                assert wire("GET", "root:/healthz").status == 200
                worst = max(worst, time.monotonic() - start)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield
        finally:
            ended.set()
            asking.join()
        assert (grown := self.memory("VmHWM") - before) <= most_mb, grown
        assert worst <= PAUSE_SECONDS


@pytest.fixture(scope="module")
def attacked(neo4j_settings: Neo4jSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    named = {"reader read": READ_KEY, "writer write": WRITE_KEY, "administrator admin": ADMIN_KEY}
    keys.write_text("".join(f"{each} {digest_of(key)}\n" for each, key in named.items()), encoding="utf-8")
    variables = {
        "NEO4J_URI": neo4j_settings.uri,
        "NEO4J_USERNAME": neo4j_settings.username,
        "NEO4J_PASSWORD": neo4j_settings.password,
        "NEO4J_DATABASE": neo4j_settings.database,
        "CATALOG_GRAPH_API_KEYS_FILE": str(keys),
    }
    served = Served("--port", "0", variables=variables)
    try:
        yield Attacked(served)
    finally:
        served.close()


def filled(before: bytes, unit: bytes, size: int, after: bytes = b"]}") -> bytes:
    """Return a body of so many bytes: a unit again and again."""
    return before + (unit * (size // len(unit)))[:-1] + after


WRITE_BODIES = {
    "empty lists": filled(b'{"artifacts":[', b"[],", 4 * MB),
    "many empty lists": filled(b'{"artifacts":[', b"[],", 20 * MB),
    "empty objects": filled(b'{"artifacts":[', b"{},", 2 * MB),
    "numbers": filled(b'{"artifacts":[', b"1,", 20 * MB),
    "short texts": filled(b'{"artifacts":[', b'"",', 2 * MB),
    "levels": filled(b'{"artifacts":[', b"[[", 20 * MB, b""),
    "values of one artifact": filled(
        b'{"artifacts":[{"name":"n","artifact_type":"T","metadata":{"a":[', b"1,", MB, b"]}}]}"
    ),
    "parents of one artifact": filled(
        b'{"artifacts":[{"name":"n","artifact_type":"T","parent_ids":[', b"1,", MB, b"]}]}"
    ),
    "artifacts without a name": filled(b'{"artifacts":[', b'{"name":1},', 109_000),
    "text that does not end": filled(b'{"artifacts":["', b"x", 20 * MB, b""),
}


@pytest.mark.parametrize("shape", WRITE_BODIES)
def test_a_batch_that_is_refused(attacked: Attacked, shape: str) -> None:
    body = WRITE_BODIES[shape]
    with attacked.watched(REFUSED_MB):
        reply = attacked.writer("POST", "/artifacts/batch", body)
    assert reply.status in (413, 422)
    if "errors" in (problem := reply.json):
        assert (len(problem["errors"]), problem["total"]) in ((1, 1), (100, None))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/artifacts/batch/get", filled(b'{"artifact_ids":[', b"1,", 2 * MB)),
        ("/artifacts/batch/get", filled(b'{"artifact_ids":[', b"1,", 19_998)),
        ("/artifacts/batch/tags", filled(b'{"remove":{"a":[', b"1,", MB, b"]}}")),
        ("/artifacts/batch/tags", filled(b'{"tags":{', b'"a":1,', 2 * MB, b"}}")),
        ("/artifacts/a/parents", filled(b'{"parent_ids":[', b"1,", MB)),
        (
            "/artifacts/a/promote",
            filled(b'{"seal":{"payload":"","payloadType":"","signatures":[', b'{"sig":""},', 3 * MB, b"]}}"),
        ),
        ("/artifacts/a/seals", filled(b'{"payload":"","payloadType":"","signatures":[', b'{"sig":""},', 3 * MB)),
        ("/artifacts", filled(b'{"name":"n","artifact_type":"T","tags":{"a":[', b"[],", 3 * MB, b"]}}")),
    ],
)
def test_other_bodies_that_are_refused(attacked: Attacked, path: str, body: bytes) -> None:
    with attacked.watched(REFUSED_MB):
        assert attacked.writer("POST", path, body).status in (413, 422)


@pytest.mark.long
@pytest.mark.parametrize(("unit", "values"), [(b"[],", 2), (b'"",', 1), (b'{"":0},', 2)])
def test_every_route_with_a_body_refuses_one_of_small_values(attacked: Attacked, unit: bytes, values: int) -> None:
    """Each field in turn is a list of them, of nearly as many values as a body may hold."""
    document = attacked.administrator("GET", "root:/openapi.json").json
    part = b"[" + filled(b"", unit, 990_000 // values * len(unit), b"]")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for media_type, content in operation.get("requestBody", {"content": {}})["content"].items():
                fields = fields_of(content["schema"], document)
                target = "root:" + path.replace("{artifact_id}", "absent").replace("{name}", "absent")
                bodies = [b'{"%s":%s}' % (name.encode(), part) for name in fields] or [part]
                for body in bodies:
                    with attacked.watched(REFUSED_MB):
                        headers = {"Content-Type": media_type}
                        reply = attacked.administrator(method.upper(), target, body, headers=headers)
                    # An import leaves out what it cannot read.
                    is_refused = reply.status in (404, 413, 422) or b'"left_out":1' in reply.body
                    assert is_refused, (method, path, body[:40], reply)


def fields_of(schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Return the fields of a body by its schema; one that is free to choose if the body is any object."""
    for each in schema.get("anyOf", [schema]):
        if "$ref" in each:
            return list(document["components"]["schemas"][each["$ref"].rpartition("/")[2]]["properties"])
        if each.get("type") == "object":
            return ["a"]
    return []


def test_a_key_without_the_scope_is_refused_before_its_body_is_read(attacked: Attacked) -> None:
    for path in ("/artifacts/batch", "/artifacts/batch/tags", "/artifacts", "/artifacts/a/parents", "/import"):
        with attacked.watched(32):
            problem = attacked.reader("POST", path, b"{" * (3 * MB)).problem(403, "forbidden")
        assert "'write'" in problem["detail"]


@pytest.mark.parametrize(("artifacts", "text"), [(10_000, 5_000), (1_000, 50_000)])
def test_the_largest_batches_take_at_most_six_times_their_size(attacked: Attacked, artifacts: int, text: int) -> None:
    """The store is not asked: the last artifact has no name."""
    one = b'{"name":"n","artifact_type":"T","tags":{"a":1,"b":"two"},"metadata":{"text":"' + b"x" * text + b'"}},'
    body = b'{"artifacts":[' + one * (artifacts - 1) + b'{"name":""}]}'
    with attacked.watched(6 * len(body) // MB):
        assert attacked.writer("POST", "/artifacts/batch", body).problem(422, "invalid-input")["total"] == 1


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Attacked]:
    """Serve a file, and need a key."""
    variables = {"CATALOG_GRAPH_API_KEYS": f"reader={READ_KEY}:read"}
    served = Served("--port", "0", "--store", f"sqlite:///{tmp_path}/catalog.db", variables=variables)
    try:
        attacked = Attacked(served)
        attacked.reader("GET", "/artifacts").ok()
        yield attacked
    finally:
        served.close()


TARGET = b"/api/v1/catalog/artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\n"
ENDLESS = {
    "requests": b"GET " + TARGET + b"\r\n",
    "trailers": b"a:\r\n",
    "a trailer": b"a" * 1000,
    "an extension": b";" * 1000,
}


@pytest.mark.parametrize("shape", ENDLESS)
def test_what_is_sent_without_an_end_and_without_a_key(guarded: Attacked, shape: str) -> None:
    begin = {"trailers": b"0\r\n", "a trailer": b"0\r\n", "an extension": b"0"}.get(shape)
    head = b"" if begin is None else b"POST " + TARGET + b"Transfer-Encoding: chunked\r\n\r\n" + begin
    block = ENDLESS[shape] * (MB // len(ENDLESS[shape]))
    with guarded.watched(48):
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            with socket.create_connection(guarded.reader.address, timeout=0.5) as connection, suppress(OSError):
                connection.sendall(head)
                while time.monotonic() < end:
                    connection.sendall(block)
