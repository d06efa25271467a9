"""Webhooks: signed, in order, at least once, to receivers that fail, are away, and come back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.webhooks import Progress, StoredWebhook
from catalog_graph.instants import microseconds
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.webhooks import delivery, dispatch
from catalog_graph.server.webhooks.addresses import is_private
from catalog_graph.server.webhooks.messages import new_secret
from tests.server.receiver import Receiver, receiving
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.entries import artifact
from tests.support.programs import wait_until

ADMIN, WRITER = "admin-key-0123456789", "writer-key-0123456789"
KEYS = f"root={ADMIN}:admin,ci={WRITER}:write"
SETTINGS = ServerSettings(api_keys=KEYS, webhook_private_addresses=True)  # type: ignore[arg-type]
HEADERS = {"Authorization": f"Bearer {ADMIN}"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalCatalogBackend]:
    with LocalCatalogBackend(tmp_path / "catalog.db") as backend:
        yield backend


@pytest.fixture
def wire(store: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    monkeypatch.setattr(delivery, "FIRST_WAIT", 0.05)
    with running(store, SETTINGS) as url:
        yield Wire(url, HEADERS)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def make(wire: Wire, receiver: Receiver, **fields: Any) -> dict[str, Any]:
    return dict(wire("POST", "/webhooks", {"url": receiver.url, **fields}).ok(201))


def shown(wire: Wire) -> dict[str, Any]:
    (webhook,) = wire("GET", "/webhooks").ok()["items"]
    return dict(webhook)


def test_messages_are_signed_filtered_and_in_order(wire: Wire, receiver: Receiver, store: LocalCatalogBackend) -> None:
    """Another program's library accepts the signatures."""
    store.register(artifact("before", artifact_type="Model"))
    made = make(wire, receiver, query="type:Model", kinds=["registered", "tagged", "deleted"])
    assert (made["state"], made["place"], made["created_by"], made["error"]) == ("active", "1", "root", "")
    store.register(artifact("other"))
    for n in range(20):
        store.register(artifact(f"m{n}", "other", artifact_type="Model"))
    store.tag("m3", {"stage": "production"})
    store.delete("m3")
    wait_until(lambda: len(receiver.events) == 22)
    assert [each["artifact_id"] for each in receiver.events] == [*(f"m{n}" for n in range(20)), "m3", "m3"]
    verifier = Webhook(made["secret"])
    for headers, body in receiver.messages:
        message = verifier.verify(body, headers)
        assert message["type"] == f"catalog.{message['data']['kind']}"
        assert headers["content-type"] == "application/json"
    ids = [headers["webhook-id"] for headers, _ in receiver.messages]
    assert len(set(ids)) == len(ids)
    wait_until(lambda: shown(wire)["behind"] == 0)
    assert "secret" not in shown(wire)
    metrics = wire("GET", "root:/metrics").body.decode()
    assert 'catalog_graph_webhook_deliveries_total{outcome="delivered"} 22.0' in metrics
    assert wire("DELETE", f"/webhooks/{made['id']}").ok()["id"] == made["id"]
    assert wire("GET", "/webhooks").ok() == {"items": []}


def test_a_service_without_webhooks_looks_seldom(
    store: LocalCatalogBackend, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook that is made there is noticed at once, one that is made elsewhere at the next look."""
    kind, looks = type(store.webhooks), []
    read = kind.all
    monkeypatch.setattr(kind, "all", lambda self: looks.append(1) or read(self))
    monkeypatch.setattr(dispatch, "IDLE_SECONDS", 60.0)
    with running(store, SETTINGS) as url:
        wire = Wire(url, HEADERS)
        time.sleep(2.5 * dispatch.ROUND_SECONDS)
        assert len(looks) == 1
        made = make(wire, receiver)
        store.register(artifact("a"))
        wait_until(lambda: len(receiver.events) == 1)
        wire("DELETE", f"/webhooks/{made['id']}").ok()
    monkeypatch.setattr(dispatch, "IDLE_SECONDS", 0.1)
    with running(store, SETTINGS) as here, running(store, SETTINGS) as there:
        # Either may deliver.
        make(Wire(here, HEADERS), receiver)
        Wire(there, HEADERS).register(artifact_id="b")
        wait_until(lambda: len(receiver.events) == 2)


def test_a_receiver_that_was_away_gets_everything_later(wire: Wire, store: LocalCatalogBackend) -> None:
    """It fails, it is gone, it comes back: nothing is lost, and nothing overtakes."""
    with receiving() as receiver:
        receiver.answers = [500, 503, 307, 404]
        make(wire, receiver)
        store.register(artifact("a"))
        wait_until(lambda: len(receiver.events) == 1)
    for name in ("b", "c"):
        store.register(artifact(name))
    wait_until(lambda: shown(wire)["failures"] >= 2)
    assert shown(wire)["state"] == "failing"
    assert shown(wire)["error"].startswith("no answer")
    with receiving(receiver):
        wait_until(lambda: len(receiver.events) == 3)
        assert [each["artifact_id"] for each in receiver.events] == ["a", "b", "c"]
        wait_until(lambda: shown(wire)["state"] == "active")


def test_a_webhook_is_switched_off_and_on_again(
    wire: Wire, receiver: Receiver, store: LocalCatalogBackend, caplog: pytest.LogCaptureFixture
) -> None:
    """By 410; a test that arrives switches it on, and it goes on at its place."""
    receiver.answers = [200, 410]
    made = make(wire, receiver)
    store.register(artifact("a"))
    store.register(artifact("b"))
    wait_until(lambda: shown(wire)["state"] == "off")
    assert f"Webhook {made['id']} to 127.0.0.1:{receiver.port} is switched off" in caplog.text
    store.register(artifact("c"))
    receiver.answers = [500]
    assert wire("POST", f"/webhooks/{made['id']}/test").ok()["delivered"] is False
    assert shown(wire)["state"] == "off"
    answer = wire("POST", f"/webhooks/{made['id']}/test").ok()
    assert (answer["delivered"], answer["status"], answer["webhook"]["state"]) == (True, 200, "active")
    wait_until(lambda: len(receiver.events) == 3)
    assert [each["artifact_id"] for each in receiver.events] == ["a", "b", "c"]


def test_a_receiver_away_for_days_is_given_up(store: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_WAIT", 0.05)
    with running(store, SETTINGS.model_copy(update={"webhook_give_up": 0.3 / 86400})) as url:
        wire = Wire(url, HEADERS)
        with receiving() as receiver:
            make(wire, receiver)
        store.register(artifact("a"))
        wait_until(lambda: shown(wire)["state"] == "off")
        assert shown(wire)["failures"] >= 2


def test_a_receiver_away_for_thousands_of_attempts(
    store: LocalCatalogBackend, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried each hour, for up to a year."""
    progress = Progress("0", failures=8000, failing_since=time.time_ns() // 1000)
    store.webhooks.keep(StoredWebhook("wh_1", receiver.url, new_secret(), "", (), 1, "root", progress))
    store.register(artifact("a"))
    receiver.answers = [500]
    with running(store, SETTINGS) as url:
        wire = Wire(url, HEADERS)
        wait_until(lambda: shown(wire)["failures"] == 8001)
        seconds = microseconds(shown(wire)["retry_at"]) / 1_000_000 - time.time()
    assert delivery.LONGEST_WAIT - 60 < seconds <= delivery.LONGEST_WAIT
    assert "fault of the service" not in caplog.text


def test_what_is_no_longer_recorded_is_told(wire: Wire, receiver: Receiver, store: LocalCatalogBackend) -> None:
    for n in range(4):
        store.register(artifact(f"a{n}"))
    store.drop_changes(2**62)
    make(wire, receiver, after="1")
    wait_until(lambda: len(receiver.events) == 2)
    missing, last = receiver.events
    assert (missing["kind"], missing["details"]["first"], missing["details"]["last"]) == ("missing", 2, 3)
    assert last["artifact_id"] == "a3"


def test_eight_writers_and_two_receivers_one_of_which_is_slow(
    wire: Wire, receiver: Receiver, store: LocalCatalogBackend
) -> None:
    """Each gets everything in the order of the record; the slow one holds up nobody."""
    with receiving() as slow:
        slow.answers = [500] * 3
        make(wire, slow)
        make(wire, receiver)

        def write(writer: int) -> None:
            for n in range(10):
                store.register(artifact(f"w{writer}-{n}"))

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expected = [each.artifact_id for each in store.changes()]
        for each in (receiver, slow):
            wait_until(lambda each=each: len(each.events) == 80)  # type: ignore[misc]
            assert [event["artifact_id"] for event in each.events] == expected


def test_private_addresses_are_refused(store: LocalCatalogBackend) -> None:
    """When a webhook is made, and when the system reads a name as one, such as 2130706433 as 127.0.0.1."""
    settings = ServerSettings(api_keys=KEYS)  # type: ignore[arg-type]
    with running(store, settings) as url, receiving() as receiver:
        wire = Wire(url, HEADERS)
        for refused in (
            *(receiver.url, "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x", "https://10.0.0.1"),
            *("ftp://example.com/x", "https://user:pa55@example.com/x", "https:///x", "x", "https://[", "https://a b"),
        ):
            problem = wire("POST", "/webhooks", {"url": refused}).problem(422, "invalid-input")
            assert problem["field"] == "url"
            assert "pa55" not in problem["detail"]
        made = wire("POST", "/webhooks", {"url": f"https://2130706433:{receiver.port}/x"}).ok(201)
        answer = wire("POST", f"/webhooks/{made['id']}/test").ok()
        assert (answer["delivered"], answer["status"]) == (False, None)
        assert "is a private address" in answer["error"]
        assert receiver.messages == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *((each, True) for each in ("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1")),
        *((each, True) for each in ("::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1")),
        *((each, True) for each in ("2002:0a00:0001::", "ff02::1")),
        *((each, False) for each in ("93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34")),
    ],
)
def test_private_addresses(address: str, expected: bool) -> None:
    assert is_private(address) is expected


def test_rights_and_bad_input(wire: Wire, receiver: Receiver) -> None:
    writer = {"Authorization": f"Bearer {WRITER}"}
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/wh_1"), ("POST", "/wh_1/test")):
        wire(method, f"/webhooks{path}", {"url": receiver.url}, headers=writer).problem(403, "forbidden")
    for field, value, code in (
        *(("query", "a:(", "invalid-query"), ("kinds", ["x"], "invalid-input"), ("after", "9", "invalid-input")),
        ("other", 1, "invalid-input"),
    ):
        wire("POST", "/webhooks", {"url": receiver.url, field: value}).problem(422, code)
    wire("DELETE", "/webhooks/wh_1").problem(404, "not-found")
    wire("POST", "/webhooks/wh_1/test").problem(404, "not-found")


def test_a_message_is_the_same_when_it_comes_again(wire: Wire, receiver: Receiver, store: LocalCatalogBackend) -> None:
    make(wire, receiver, after="0")
    other = make(wire, receiver)
    assert json.dumps(other)
    store.register(artifact("a"))
    wait_until(lambda: len(receiver.messages) == 2)
    first, second = (headers["webhook-id"].rpartition("_1_0") for headers, _ in receiver.messages)
    assert first[1:] == second[1:] == ("_1_0", "")
    assert first[0] != second[0]
