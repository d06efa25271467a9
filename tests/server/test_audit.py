"""The change record over HTTP: request ids, keys, scopes, and the stream of everything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.programs import wait_until

KEYS = {"read": "read-key-0123456789", "write": "write-key-0123456789", "admin": "admin-key-0123456789"}
SETTINGS = ServerSettings(api_keys=",".join(f"{s}er={k}:{s}" for s, k in KEYS.items()))  # type: ignore[arg-type]


def bearer(scope: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[scope]}", **more}


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Wire]:
    with LocalCatalogBackend(tmp_path / "catalog.db") as backend, running(backend, SETTINGS) as url:
        yield Wire(url, bearer("write"))


def test_each_response_has_the_id_of_its_request(guarded: Wire) -> None:
    """That of the request if it is printable and short, else a new one; errors and open paths too."""
    for path, status in (("/artifacts", 200), ("/artifacts/none", 404), ("root:/healthz", 200), ("root:/none", 404)):
        reply = guarded("GET", path, headers={"X-Request-ID": "my request-1"})
        assert (reply.status, reply.headers["x-request-id"]) == (status, "my request-1")
    assert guarded("GET", "/artifacts", headers={"Authorization": None}).headers["x-request-id"]
    for refused in ("", "a" * 129, "caf\u00e9", "a\tb"):
        made = guarded("GET", "/artifacts", headers={"X-Request-ID": refused}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", made)


def test_the_record_names_key_and_request(guarded: Wire) -> None:
    """Of whoever made the change; a filter finds it by the key."""
    guarded(
        "POST", "/artifacts", {"artifact_id": "a", "name": "n", "artifact_type": "T"}, headers={"X-Request-ID": "r1"}
    )
    guarded("PUT", "/artifacts/a/tags", {"t": 1}, headers=bearer("admin", **{"X-Request-ID": "r2"}))
    items = guarded("GET", "/audit", headers=bearer("admin")).ok()["items"]
    assert [(i["number"], i["by"], i["request_id"], i["kind"]) for i in items] == [
        (2, "adminer", "r2", "tagged"),
        (1, "writeer", "r1", "registered"),
    ]
    only = guarded("GET", "/audit?by=writeer&kind=registered&kind=deleted&after=0", headers=bearer("admin")).ok()
    assert [i["number"] for i in only["items"]] == [1]
    assert only["record"]["whole"] is True


def test_requests_that_share_a_transaction_keep_their_origins(neo4j_backend: Neo4jCatalogBackend) -> None:
    """Each of many callers at once finds its own key and request on its own artifacts."""
    with running(neo4j_backend, SETTINGS) as url:
        wire = Wire(url)

        def register(number: int) -> None:
            scope = ("write", "admin")[number % 2]
            body = {"artifact_id": f"a{number}", "name": "n", "artifact_type": "T"}
            wire("POST", "/artifacts", body, headers=bearer(scope, **{"X-Request-ID": f"r{number}"})).ok(201)

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(register, range(200)))
        items = wire("GET", "/audit?limit=1000&after=0", headers=bearer("admin")).ok()["items"]
    assert len(items) == 200
    assert len({item["number"] for item in items}) < 200
    assert [item["number"] for item in items] == sorted(item["number"] for item in items)
    for item in items:
        number = int(item["artifact_id"][1:])
        assert (item["by"], item["request_id"]) == (("writeer", "adminer")[number % 2], f"r{number}")


def test_the_whole_record_needs_admin_and_a_history_read(guarded: Wire) -> None:
    guarded.register(artifact_id="a")
    guarded("GET", "/audit").problem(403, "forbidden")
    guarded("GET", "/audit", headers=bearer("read")).problem(403, "forbidden")
    history = guarded("GET", "/artifacts/a/history", headers=bearer("read")).ok()
    assert [item["kind"] for item in history["items"]] == ["registered"]
    guarded("GET", "/artifacts/none/history").problem(404, "not-found")


def test_the_stream_has_everything_and_says_when_it_is_done(guarded: Wire) -> None:
    """More than a page; a limit ends it with a cursor."""
    batch = [{"artifact_id": f"a{n}", "name": "n", "artifact_type": "T"} for n in range(2500)]
    guarded("POST", "/artifacts/batch", {"artifacts": batch}).ok(201)
    headers = bearer("admin", Accept="application/x-ndjson")
    reply = guarded("GET", "/audit?after=0", headers=headers)
    assert reply.headers["content-type"] == "application/x-ndjson"
    first, *lines, last = map(json.loads, reply.body.splitlines())
    assert first["record"]["last"] == 1
    assert [line["artifact_id"] for line in lines] == [f"a{n}" for n in range(2500)]
    assert last == {"done": True, "cursor": None}
    *lines, last = map(json.loads, guarded("GET", "/audit?after=0&limit=3", headers=headers).body.splitlines())
    assert len(lines) == 4
    rest = guarded("GET", f"/audit?after=0&limit=1&cursor={last['cursor']}", headers=bearer("admin")).ok()
    assert rest["items"][0]["artifact_id"] == "a3"


def test_parameters(guarded: Wire) -> None:
    """An invalid one is named; changes that were dropped are gone."""
    for query, field in (
        ("kind=other", "kind"),
        ("after=-1", "after"),
        ("after=x", "after"),
        ("since=x", "since"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
        ("key=x", "key"),
    ):
        problem = guarded("GET", f"/audit?{query}", headers=bearer("admin")).problem(422, "invalid-input")
        assert problem["field"] == field


def test_retention(tmp_path: Path) -> None:
    """A service drops what is older than the setting when it starts; a reader from before is told what is left."""
    path = tmp_path / "catalog.db"
    with LocalCatalogBackend(path) as backend:
        for number in range(3):
            backend.register_many([])
            with backend._file.write() as connection:  # what was recorded 40 days ago
                connection.execute(
                    "INSERT INTO cg_change (at, kinds, callers, body) VALUES (?, '[]', '[]', '[]')", (number,)
                )
        settings = ServerSettings(change_retention=30)
        with running(backend, settings) as url:
            wait_until(lambda: backend.audit_page().record.first == 3)
            problem = Wire(url)("GET", "/audit?after=1").problem(410, "changes-dropped")
            assert (problem["first"], problem["last"]) == (3, 3)
            assert Wire(url)("GET", "/audit?after=2").ok()["record"]["whole"] is False
