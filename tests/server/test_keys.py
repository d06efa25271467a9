"""Keys of a running service: made, rotated and revoked on every replica, and read again from the file."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.keys import StoredKey
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.server import key_refresh, rates
from catalog_graph.server.key_refresh import KeyRefresh
from catalog_graph.server.keyring import Keyring
from catalog_graph.server.keys import new_key
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire

ROOT = "root-key-0123456789"
PAST = "2020-01-01T00:00:00+00:00"
Replica = Callable[[StoreBackend], Wire]


def settings(file: Path | None = None) -> ServerSettings:
    return ServerSettings(api_keys=f"root={ROOT}:admin,reader=read-key-0123456789:read", api_keys_file=file)  # type: ignore[arg-type]


@pytest.fixture
def replica(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replica]:
    """Start services of one store, which look for changes ten times as often as others."""
    monkeypatch.setattr(key_refresh, "REFRESH_SECONDS", 0.1)
    monkeypatch.setattr(key_refresh, "AGAIN_SECONDS", 0.0)
    with ExitStack() as stack:
        yield lambda store: Wire(stack.enter_context(running(store, settings())), bearer(ROOT))


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def status(wire: Wire, key: str) -> int:
    return wire("GET", "/artifacts", headers=bearer(key)).status


def settles(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("store", ["local_backend", "neo4j_backend"])
def test_a_key_lives_on_every_replica(store: str, replica: Replica, request: pytest.FixtureRequest) -> None:
    backend = request.getfixturevalue(store)
    one, other = replica(backend), replica(backend)
    made = one("POST", "/keys", {"name": "ci", "scope": "write"})
    assert made.headers["cache-control"] == "no-store"
    key = made.ok(201)["key"]
    assert [status(wire, key) for wire in (one, other)] == [200, 200]
    assert key not in repr(backend.stored_keys())

    rotated = other("POST", "/keys/ci/rotate", {"grace_seconds": 3600}).ok(201)
    assert (rotated["name"], rotated["scope"], rotated["created_by"]) == ("ci", "write", "root")
    assert [status(wire, each) for wire in (one, other) for each in (key, rotated["key"])] == [200] * 4
    old, new = [item for item in one("GET", "/keys").ok()["items"] if item["source"] == "store"]
    assert (old["state"], new["state"], new["expires_at"]) == ("active", "active", None)
    assert old["expires_at"] > new["created_at"]
    assert old["last_used_at"] > old["created_at"]

    one("DELETE", f"/keys/ci?id={old['id']}").ok()
    settles(lambda: [status(wire, key) for wire in (one, other)] == [401, 401])
    assert status(one, rotated["key"]) == 200
    revoked = other("DELETE", "/keys/ci").ok()["revoked"]
    assert [item["id"] for item in revoked] == [new["id"]]
    settles(lambda: status(one, rotated["key"]) == 401)
    detail = one("GET", "/artifacts", headers=bearer(rotated["key"])).problem(401, "unauthorized")["detail"]
    assert "expired or was revoked" in detail
    again = other("DELETE", f"/keys/ci?id={new['id']}").ok()["revoked"]
    assert (again, [key["state"] for key in again]) == (revoked, ["ended"])
    assert [item["id"] for item in other("DELETE", "/keys/ci").ok()["revoked"]] == [old["id"], new["id"]]
    one("DELETE", "/keys/ci?id=12345678").problem(404, "not-found")
    one("POST", "/keys/ci/rotate").problem(404, "not-found")
    assert one("POST", "/keys", {"name": "ci"}).status == 201
    assert other("DELETE", f"/keys/ci?id={new['id']}").ok()["revoked"] == revoked
    assert [item["state"] for item in one("GET", "/keys").ok()["items"][2:]] == ["ended", "ended", "active"]


def test_a_new_key_works_at_once_on_another_replica(
    replica: Replica, local_backend: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if an unknown key came a moment before; the health of the service does not wait for a second."""
    one, other = replica(local_backend), replica(local_backend)
    monkeypatch.setattr(key_refresh, "REFRESH_SECONDS", 60.0)
    monkeypatch.setattr(key_refresh, "AGAIN_SECONDS", 0.5)
    time.sleep(0.2)
    for number in range(3):
        assert status(other, "wrong-key-0123456789") == 401
        key = one("POST", "/keys", {"name": f"ci{number}"}).ok(201)["key"]
        began = time.monotonic()
        assert other("GET", "root:/healthz", headers=bearer("wrong-key-0123456789")).ok()
        assert time.monotonic() - began < 0.3
        assert status(other, key) == 200
        assert time.monotonic() - began < 0.9


def test_many_unknown_keys_ask_the_store_once_a_second(
    local_backend: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[float] = []
    stored_keys = local_backend.stored_keys
    monkeypatch.setattr(local_backend, "stored_keys", lambda: [reads.append(time.monotonic()), *stored_keys()][1:])
    monkeypatch.setattr(key_refresh, "AGAIN_SECONDS", 0.3)
    monkeypatch.setattr(rates, "FREE_MISTAKES", 100)
    with running(local_backend, settings()) as url, ThreadPoolExecutor(20) as clients:
        wire = Wire(url)
        answers = list(clients.map(lambda number: status(wire, f"wrong-key-0123456789-{number}"), range(40)))
    assert set(answers) == {401}
    assert all(later - earlier > 0.25 for earlier, later in pairwise(reads))


def test_what_was_read_before_a_key_was_made_does_not_hide_it(
    local_backend: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = Keyring.of(settings())
    refresh = KeyRefresh(keyring, local_backend)
    text, made = new_key("ci", "read")
    is_read, is_made = threading.Event(), threading.Event()
    stored_keys = local_backend.stored_keys

    def read_slowly() -> list[StoredKey]:
        keys = stored_keys()
        if not is_read.is_set():
            is_read.set()
            is_made.wait(0.5)
        return keys

    monkeypatch.setattr(local_backend, "stored_keys", read_slowly)
    early = threading.Thread(target=refresh.now)
    early.start()
    assert is_read.wait(5)
    local_backend.store_key(StoredKey(made.digest, "ci", "read", 1, ""))
    refresh.now()
    is_made.set()
    early.join()
    assert keyring.identify(f"Bearer {text}") == made


def test_a_key_ends_by_itself(replica: Replica, local_backend: LocalCatalogBackend) -> None:
    wire = replica(local_backend)
    soon = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 2)) + "Z"
    key = wire("POST", "/keys", {"name": "short", "expires_at": soon}).ok(201)["key"]
    assert status(wire, key) == 200
    settles(lambda: status(wire, key) == 401)
    [item] = [item for item in wire("GET", "/keys").ok()["items"] if item["name"] == "short"]
    assert item["state"] == "ended"


def test_last_uses_outlive_the_process(replica: Replica, tmp_path: Path) -> None:
    with LocalCatalogBackend(tmp_path / "c.db") as backend:
        with running(backend, settings()) as url:
            wire = Wire(url, bearer(ROOT))
            key = wire("POST", "/keys", {"name": "ci"}).ok(201)["key"]
            status(wire, key)
        [stored] = backend.stored_keys()
        assert stored.used_at
        assert stored.used_at > stored.created_at
        assert replica(backend)("GET", "/keys").ok()["items"][-1]["last_used_at"]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "", {"name": "two words"}, 422),
        ("POST", "", {"name": "n" * 101}, 422),
        ("POST", "", {"name": "n", "scope": "root"}, 422),
        ("POST", "", {"name": "n", "expires_at": PAST}, 422),
        ("POST", "", {"name": "n", "expires_at": "soon"}, 422),
        ("POST", "", {"name": "n", "expires": PAST}, 422),
        ("POST", "/reader/rotate", {}, 409),
        ("DELETE", "/reader", None, 409),
        ("POST", "/nobody/rotate", None, 404),
        ("DELETE", "/nobody", None, 404),
        ("POST", "/nobody/rotate", {"grace_seconds": -1}, 422),
    ],
)
def test_what_is_refused(
    method: str, path: str, body: object, code: int, replica: Replica, local_backend: LocalCatalogBackend
) -> None:
    wire = replica(local_backend)
    reply = wire(method, f"/keys{path}", body) if body is not None else wire(method, f"/keys{path}")
    assert reply.status == code, reply.body
    assert local_backend.stored_keys() == []


def test_a_name_has_one_key_at_a_time(replica: Replica, local_backend: LocalCatalogBackend) -> None:
    wire = replica(local_backend)
    wire("POST", "/keys", {"name": "ci"}).ok(201)
    assert "rotate" in wire("POST", "/keys", {"name": "ci"}).problem(409, "conflict")["detail"]


def test_a_key_of_the_settings_with_the_name_of_one_that_has_ended(
    replica: Replica, local_backend: LocalCatalogBackend
) -> None:
    """Revoking the name is refused, since it would still let somebody in; revoking the ended key by its id is not."""
    digest = new_key("reader", "read")[1].digest
    local_backend.store_key(StoredKey(digest, "reader", "read", 1, "", expires_at=2))
    wire = replica(local_backend)
    wire("DELETE", "/keys/reader").problem(409, "conflict")
    key_id = wire("GET", "/keys").ok()["items"][-1]["id"]
    assert [each["id"] for each in wire("DELETE", f"/keys/reader?id={key_id}").ok()["revoked"]] == [key_id]


def test_without_keys_in_the_settings_those_of_the_store_do_not_count(local_backend: LocalCatalogBackend) -> None:
    """Else the first key would lock everybody else out, and the last one that ends would let everybody in."""
    local_backend.store_key(StoredKey(new_key("ci", "read")[1].digest, "ci", "read", 1, ""))
    with running(local_backend) as url:
        Wire(url).register()
        assert "CATALOG_GRAPH_API_KEYS_FILE" in Wire(url)("GET", "/keys").problem(409, "conflict")["detail"]


def test_the_key_file_is_read_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    local_backend: LocalCatalogBackend,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(key_refresh, "REFRESH_SECONDS", 0.05)
    first, kept = new_key("first", "read")
    second, added = new_key("second", "read")
    file = tmp_path / "keys"

    def write(*lines: str) -> None:
        (tmp_path / "new").write_text("\n".join(lines), encoding="utf-8")
        (tmp_path / "new").replace(file)

    write(kept.line())
    with running(local_backend, settings(file)) as url:
        wire = Wire(url)
        write(kept.line(), f"{added.line()} expires=2999-01-01")
        settles(lambda: status(wire, second) == 200)
        write("nonsense")
        settles(lambda: "The keys of before stay in use" in caplog.text)
        assert [status(wire, key) for key in (first, second)] == [200, 200]
        write(f"{kept.line()} expires={PAST}", added.line())
        settles(lambda: status(wire, first) == 401)
        write(added.line())
        settles(lambda: caplog.text.count("was read again") == 3)
        assert [status(wire, key) for key in (first, second)] == [401, 200]


def test_keys_stay_while_the_store_is_away(tmp_path: Path) -> None:
    with (
        Neo4jCatalogBackend("bolt://127.0.0.1:1", "neo4j", "x", query_timeout=0.2, connect_timeout=0.2) as backend,
        running(backend, settings()) as url,
    ):
        wire = Wire(url)
        assert wire("GET", "root:/metrics", headers=bearer(ROOT)).status == 200
        began = time.monotonic()
        assert wire("GET", "root:/metrics", headers=bearer("wrong-key-0123456789")).status == 401
        assert time.monotonic() - began < 3
