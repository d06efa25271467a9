"""The remote backend over a real service: ids, errors, large answers, threads, processes."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from urllib3 import PoolManager

from catalog_graph import (
    CatalogError,
    CycleRefused,
    DuplicateContent,
    Forbidden,
    InvalidInput,
    InvalidQuery,
    LimitExceeded,
    LocalCatalogBackend,
    NotFound,
    RemoteCatalogBackend,
    StoreUnavailable,
    Unauthorized,
)
from catalog_graph.backends.remote import http
from catalog_graph.server.settings import ServerSettings
from tests.client.faults import MinimalService
from tests.server.running import running
from tests.support.entries import artifact, ids

KEY = "secret-key-of-the-test-0123456789"

ODD_IDS = [
    ".",
    "..",
    "...",
    "a/../b",
    "/a//b/",
    "./a",
    "a/.",
    "%2E%2E",
    "a%2Fb",
    "100%",
    "a b",
    "?q=1#x",
    "日本語/モデル",
    "a/tags",
    "a/lineage",
    "upstream",
    "a\\b",
    "x" * 512,
    "é" * 512,
    "+",
    "a;b=c",
    "~",
    "[::1]",
    "http://host/path",
]


@pytest.mark.parametrize("artifact_id", ODD_IDS)
def test_ids_survive_every_route(remote: RemoteCatalogBackend, artifact_id: str) -> None:
    remote.register_many([artifact("p"), artifact(artifact_id, "p"), artifact("c", artifact_id)])
    entry = remote.get(artifact_id)
    assert entry is not None
    assert entry.artifact_id == artifact_id
    assert remote.tag(artifact_id, {"k": 1}).tags == {"k": 1}
    assert remote.untag(artifact_id, "k").artifact_id == artifact_id
    assert remote.add_parents(artifact_id, "q").parent_ids == ["p", "q"]
    assert remote.remove_parents(artifact_id, "q").parent_ids == ["p"]
    neighbours = remote.neighbours(artifact_id)
    assert neighbours is not None
    assert (ids(neighbours.parents), ids(neighbours.children)) == (["p"], ["c"])
    assert ids(remote.upstream(artifact_id).nodes) == ["p"]
    assert ids(remote.downstream(artifact_id).nodes) == ["c"]
    assert ids(e for e in remote.get_many([artifact_id, "c"]) if e) == [artifact_id, "c"]
    assert remote.add_parents("c", artifact_id).parent_ids == [artifact_id]
    assert remote.remove_parents("c", artifact_id).parent_ids == []
    remote.delete(artifact_id)
    assert remote.get(artifact_id) is None


def test_an_id_that_reads_as_the_encoding_of_another(remote: RemoteCatalogBackend) -> None:
    remote.register_many([artifact("a/b"), artifact("a%2Fb"), artifact("a%252Fb")])
    for artifact_id in ("a/b", "a%2Fb", "a%252Fb"):
        entry = remote.get(artifact_id)
        assert entry is not None
        assert entry.artifact_id == artifact_id


def test_many_ids_at_once(remote: RemoteCatalogBackend) -> None:
    remote.register_many([artifact("a"), artifact("b")])
    artifact_ids = ["b", "nobody", "a", "search", "", "with\nline", "\ud800", "b"]
    entries = remote.get_many(artifact_ids)
    assert [entry.artifact_id if entry else None for entry in entries] == ["b", None, "a", None, None, None, None, "b"]
    assert remote.get_many([]) == []


def test_errors_are_those_that_the_service_met(remote: RemoteCatalogBackend) -> None:
    remote.register_many([artifact("a"), artifact("b", "a", content_hash="h")])
    with pytest.raises(CycleRefused) as cycle:
        remote.add_parents("a", "b")
    assert cycle.value.details["path"] == ["a", "b", "a"]
    with pytest.raises(NotFound) as unknown:
        remote.tag("nobody", {"k": 1})
    assert unknown.value.details["artifact_id"] == "nobody"
    with pytest.raises(InvalidQuery) as query:
        remote.search("fraud (churn")
    assert query.value.details["column"] >= 7
    with pytest.raises(DuplicateContent) as duplicate:
        remote.register_many([artifact("c", content_hash="h")], on_duplicate="error")
    assert duplicate.value.details["artifact_id"] == "b"
    with pytest.raises(InvalidInput, match="cursor"):
        remote.lineage("a", "upstream", cursor="no cursor")


def test_a_body_over_the_limit(tmp_path: Path) -> None:
    settings = ServerSettings(max_body_bytes=2000)
    with (
        LocalCatalogBackend(tmp_path / "c.db") as kept,
        running(kept, settings) as url,
        RemoteCatalogBackend(url) as remote,
        pytest.raises(LimitExceeded),
    ):
        remote.register(artifact("a", metadata={"k": "x" * 3000}))


def test_large_answers_are_whole(remote: RemoteCatalogBackend) -> None:
    remote.register_many([artifact("hub"), *(artifact(f"n{n:04}", "hub") for n in range(5000))])
    whole = remote.downstream("hub", limit=None)
    assert (whole.total, len(whole.nodes), len(whole.edges), whole.complete) == (5000, 5000, 5000, True)
    assert whole.nodes[17].name == "n0017"
    nearest = remote.downstream("hub", limit=10)
    assert (nearest.total, len(nearest.nodes), nearest.stopped_by) == (5000, 10, "limit")
    assert len(remote.list_artifacts(limit=10_000)) == 5001


def test_more_names_than_an_address_holds(remote: RemoteCatalogBackend) -> None:
    parents = [f"{n:03}{'é' * 500}" for n in range(40)]
    remote.register(artifact("a", *parents, tags={f"key {n}": n for n in range(400)}))
    assert remote.remove_parents("a", *parents[1:]).parent_ids == parents[:1]
    assert remote.untag("a", *(f"key {n}" for n in range(1, 400))).tags == {"key 0": 0}


def test_a_list_takes_tags_of_the_largest_size(remote: RemoteCatalogBackend) -> None:
    tags = {"k": "é" * 8000}
    remote.register(artifact("a", tags=tags))
    assert ids(remote.list_artifacts(tags=tags)) == ["a"]


def test_threads_share_a_backend(remote: RemoteCatalogBackend) -> None:
    def register(worker: int) -> None:
        for n in range(10):
            remote.register(artifact(f"{worker}-{n}", "common"))
            assert remote.get(f"{worker}-{n}") is not None

    threads = [threading.Thread(target=register, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert remote.downstream("common").total == 160


def test_a_forked_process_opens_connections_of_its_own(remote: RemoteCatalogBackend) -> None:
    remote.register(artifact("before"))
    child = os.fork()
    if child == 0:
        try:
            remote.register(artifact("child"))
            remote.close()
        finally:
            os._exit(0)
    for n in range(20):
        assert remote.get("before") is not None, n
    os.waitpid(child, 0)
    assert set(ids(remote.list_artifacts())) == {"before", "child"}


def test_a_process_is_forked_while_a_thread_connects(
    remote: RemoteCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading certificates, for example, takes a while; the thread that does it is missing in the child."""
    parent, connecting, forked, connect = os.getpid(), threading.Event(), threading.Event(), http.new_pools

    def slowly(endpoint: str) -> PoolManager:
        if os.getpid() == parent:
            connecting.set()
            assert forked.wait(30)
        return connect(endpoint)

    monkeypatch.setattr(http, "new_pools", slowly)
    thread = threading.Thread(target=lambda: remote.get("a"))
    thread.start()
    assert connecting.wait(30)
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # which ends a process that waits for ever
        try:
            remote.register(artifact("child"))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    forked.set()
    thread.join()
    assert status == 0
    assert ids(remote.list_artifacts()) == ["child"]


def test_a_closed_backend_opens_again(remote: RemoteCatalogBackend) -> None:
    remote.register(artifact("a"))
    remote.close()
    remote.close()
    assert remote.get("a") is not None


def test_check_tells_that_the_service_is_ready(remote: RemoteCatalogBackend) -> None:
    assert remote.check()["status"] == "ready"


@pytest.fixture
def locked(tmp_path: Path) -> Any:
    """Serve a catalog behind an API key, and yield its address."""
    settings = ServerSettings(api_keys=SecretStr(f"{KEY}:read"))
    with LocalCatalogBackend(tmp_path / "c.db") as kept, running(kept, settings) as url:
        yield url


def test_the_key_opens_and_is_never_shown(locked: str) -> None:
    with RemoteCatalogBackend(locked, KEY) as remote:
        assert remote.list_artifacts() == []
        with pytest.raises(Forbidden) as forbidden:
            remote.register(artifact("a"))
        shown = [repr(remote), str(remote.__dict__), repr(forbidden.value), str(forbidden.value.details)]
        assert not any(KEY in text for text in shown)
    with RemoteCatalogBackend(locked) as keyless, pytest.raises(Unauthorized):
        keyless.get("a")
    with RemoteCatalogBackend(locked, KEY + "x") as wrong, pytest.raises(Unauthorized) as unauthorized:
        wrong.get("a")
    assert KEY not in repr(unauthorized.value)


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "clé", "\x7f"])
def test_a_key_that_no_header_carries(key: str) -> None:
    with pytest.raises(InvalidInput, match="api_key") as refused:
        RemoteCatalogBackend("http://127.0.0.1:1", key)
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    "endpoint", ["", "127.0.0.1:8000", "ftp://host/x", "http://", "http://host?x=1", "http://host/#a", "http://a b", 5]
)
def test_an_endpoint_that_is_none(endpoint: Any) -> None:
    with pytest.raises(InvalidInput, match="is not a URL"):
        RemoteCatalogBackend(endpoint)


def test_a_password_in_an_endpoint_is_refused_unshown() -> None:
    with pytest.raises(InvalidInput, match="user name or a password") as refused:
        RemoteCatalogBackend("http://me:hunter2@host/api")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("timeout", [0, -1, "30", True, float("nan")])
def test_an_invalid_timeout(timeout: Any) -> None:
    with pytest.raises(InvalidInput, match="timeout"):
        RemoteCatalogBackend("http://host", timeout=timeout)


def test_a_service_of_another_implementation() -> None:
    with MinimalService() as other, RemoteCatalogBackend(other.url) as remote:
        remote.register(artifact("a", tags={"k": 1}))
        remote.register(artifact("b", "a"))
        assert ids(remote.list_artifacts()) == ["a", "b"]
        assert ids(remote.search("b")) == ["b"]
        entry = remote.get("b")
        assert entry is not None
        assert (entry.parent_ids, entry.tags, entry.content_hash) == (["a"], {}, "")
        assert remote.tag("a", {"x": 2}).tags == {"k": 1, "x": 2}
        assert [e.artifact_id if e else None for e in remote.get_many(["b", "c"])] == ["b", None]
        assert remote.find_by_content_hash("h") is None
        lineage = remote.get_lineage("b")
        assert [parent["state"] for parent in lineage["parents"]] == ["registered"]
        assert remote.check() == {"status": "ready"}
        with pytest.raises(CatalogError, match="takes no batches; register one artifact at a time"):
            remote.register_many([artifact("c"), artifact("d")])
        with pytest.raises(CatalogError, match="not found"):
            remote.upstream("b")


def test_an_endpoint_without_a_catalog(service_url: str) -> None:
    with RemoteCatalogBackend(service_url.removesuffix("/api/v1/catalog")) as astray:
        for call in (lambda: astray.get("a"), lambda: astray.register(artifact("a")), astray.list_artifacts):
            with pytest.raises(StoreUnavailable, match="an endpoint usually ends with /api/v1/catalog"):
                call()
