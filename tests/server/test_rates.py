"""Rates: requests of a key, and wrong keys of an address."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.errors import RateLimited
from catalog_graph.server import key_refresh, rates
from catalog_graph.server.rates import RateLimit, WrongKeys
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire

ONE, TWO = "one-key-0123456789", "two-key-0123456789"


def settings(**values: object) -> ServerSettings:
    return ServerSettings(api_keys=f"one={ONE}:read two={TWO}:read", **values)  # type: ignore[arg-type]


def wire(url: str, key: str, **headers: str) -> Wire:
    return Wire(url, {"Authorization": f"Bearer {key}", **headers})


def test_a_key_that_sends_too_much_gets_429_and_others_do_not(local_backend: LocalCatalogBackend) -> None:
    with running(local_backend, settings(rate_limit=1.5)) as url:
        for _ in range(3):
            wire(url, ONE)("GET", "/artifacts").ok()
        refused = wire(url, ONE)("GET", "/artifacts")
        assert refused.problem(429, "rate-limited")["retry_after"] == 1
        assert refused.headers["retry-after"] == "1"
        wire(url, TWO)("GET", "/artifacts").ok()
        wire(url, ONE)("GET", "root:/healthz").ok()
        time.sleep(0.75)
        wire(url, ONE)("GET", "/artifacts").ok()


def test_keys_without_a_name_have_a_rate_each(local_backend: LocalCatalogBackend) -> None:
    with running(local_backend, ServerSettings(api_keys=f"{ONE}:read {TWO}:read", rate_limit=0.5)) as url:  # type: ignore[arg-type]
        wire(url, ONE)("GET", "/artifacts").ok()
        wire(url, ONE)("GET", "/artifacts").problem(429, "rate-limited")
        wire(url, TWO)("GET", "/artifacts").ok()


def test_without_a_limit_nothing_is_counted() -> None:
    for _ in range(1000):
        RateLimit(0).count("key")


def test_a_slow_rate_says_when_to_come_back() -> None:
    slow = RateLimit(0.1)
    slow.count("key")
    with pytest.raises(RateLimited) as refused:
        slow.count("key")
    assert refused.value.details["retry_after"] == 10
    slow.count("other")


def test_the_delay_grows_for_each_address_and_is_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = WrongKeys()
    delays = [wrong.delay("192.0.2.1") for _ in range(20)]
    assert delays[:8] == [0, 0, 0, 0, 0, 0.1, 0.2, 0.4]
    assert delays[-1] == 10
    assert wrong.delay("192.0.2.2") == 0
    monkeypatch.setattr(rates, "FORGIVEN_SECONDS", 0)
    assert wrong.delay("192.0.2.1") == 0


def test_only_so_many_callers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_CALLERS", 10)
    wrong, limit = WrongKeys(), RateLimit(1)
    for number in range(100):
        wrong.delay(str(number))
        limit.count(str(number))
    assert len(wrong._mistakes) == len(limit._saved) == 10


def test_wrong_keys_wait_and_right_ones_do_not(
    local_backend: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The address is the one that a proxy forwards."""
    monkeypatch.setattr(key_refresh, "AGAIN_SECONDS", 0.0)
    with running(local_backend, settings(proxies="127.0.0.1")) as url:
        attacker = wire(url, "wrong-key-0123456789", **{"X-Forwarded-For": "192.0.2.7"})
        with ThreadPoolExecutor(8) as clients:
            start = time.monotonic()
            replies = list(clients.map(lambda _: attacker("GET", "/artifacts"), range(8)))
            assert time.monotonic() - start > 0.35
        assert {reply.status for reply in replies} == {401}
        start = time.monotonic()
        wire(url, ONE, **{"X-Forwarded-For": "192.0.2.7"})("GET", "/artifacts").ok()
        wire(url, "wrong-key-0123456789", **{"X-Forwarded-For": "192.0.2.8"})("GET", "/artifacts").problem(
            401, "unauthorized"
        )
        assert time.monotonic() - start < 0.3
    assert ["192.0.2.7 has sent 6 wrong API keys" in record.getMessage() for record in caplog.records] == [True]
