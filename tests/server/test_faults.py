"""Faults of the service: the response has the right status and no details, which are in the log."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Sequence

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from catalog_graph.errors import CatalogError, ConfigurationError, NotInstalled, StoreUnavailable, TimeLimitReached
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.model import ModelBackend


class Failing(ModelBackend):
    """A store that fails with `error` at every read."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        raise self.error

    def check(self) -> dict[str, object]:
        raise self.error


class Waiting(ModelBackend):
    """A store that answers after `go_on` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = threading.Semaphore(0)
        self.go_on = threading.Event()

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        self.requests.release()
        assert self.go_on.wait(60)
        return super()._get(artifact_ids)


@pytest.mark.parametrize("error", [RuntimeError("inside"), CatalogError("inside"), KeyError("inside")])
def test_a_fault_is_500_and_the_log_has_its_traceback(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    with running(Failing(error)) as url:
        reply = Wire(url)("GET", "/artifacts/a")
    reply.problem(500, "error")
    assert b"inside" not in reply.body
    assert "inside" in caplog.text
    assert "Traceback" in caplog.text
    assert "test_faults.py" in caplog.text


def test_a_store_that_does_not_answer_is_503_with_a_time_to_come_back() -> None:
    with running(Failing(StoreUnavailable("the store is away"))) as url:
        reply = Wire(url)("GET", "/artifacts/a")
        assert reply.problem(503, "unavailable")["detail"] == "the store is away"
        assert int(reply.headers["retry-after"]) > 0


def test_a_store_that_gives_up_is_504() -> None:
    with running(Failing(TimeLimitReached("too long"))) as url:
        Wire(url)("GET", "/artifacts/a").problem(504, "time-limit")


@pytest.mark.parametrize("error", [StoreUnavailable("bolt://inside"), ConfigurationError("bolt://inside")])
def test_readiness_tells_strangers_no_more_than_that(error: CatalogError, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    key = "a-key-of-this-test-0123"
    with running(Failing(error), ServerSettings(api_keys=key)) as url:  # type: ignore[arg-type]
        reply = Wire(url)("GET", "root:/readyz")
        reply.problem(503, "unavailable")
        assert b"inside" not in reply.body
        assert int(reply.headers["retry-after"]) > 0
        known = Wire(url, {"Authorization": f"Bearer {key}"})("GET", "root:/readyz")
        assert known.problem(503, "unavailable")["detail"] == "bolt://inside"
        Wire(url)("GET", "root:/healthz").ok()
    assert "inside" in caplog.text


def test_what_is_not_installed_is_501_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "rfc8785", None)
    with running(ModelBackend()) as url:
        wire = Wire(url)
        artifact_id = wire.register()
        reply = wire("POST", f"/artifacts/{artifact_id}/statement", {})
        problem = reply.problem(501, "not-installed")
        assert problem["extra"] == "sign"
        assert "a seal needs rfc8785, which is not installed" in problem["detail"]
        assert "pip install '.[sign]'" in problem["detail"]
        with RemoteCatalogBackend(url) as client, pytest.raises(NotInstalled, match="extra sign"):
            client.statement(artifact_id)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_half_of_the_threads_are_for_reads() -> None:
    store = Waiting()
    with running(store, ServerSettings(threads=6)) as url:
        wire = Wire(url)
        artifact = wire.register()
        clients = [threading.Thread(target=wire, args=("GET", f"/artifacts/{artifact}")) for _ in range(5)]
        for client in clients:
            client.start()
        for _ in range(3):
            assert store.requests.acquire(timeout=30)
        assert not store.requests.acquire(timeout=0.3)
        wire("GET", "root:/healthz").ok()
        store.go_on.set()
        for client in clients:
            client.join(30)
        assert store.requests.acquire(timeout=1)
