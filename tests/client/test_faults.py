"""The remote backend when the connection to the service fails."""

from __future__ import annotations

import time

import pytest

from catalog_graph import CatalogError, RemoteCatalogBackend, StoreUnavailable
from catalog_graph.backends.remote import feed, http
from tests.client.faults import FaultyWay
from tests.support.entries import artifact, ids


@pytest.mark.parametrize("fate", ["lost", "unanswered", 503, 502])
def test_a_registration_is_repeated_and_registered_once(
    faulty: FaultyWay, remote: RemoteCatalogBackend, fate: str | int
) -> None:
    with RemoteCatalogBackend(faulty.url) as shaky:
        faulty.plan = [fate, fate]
        registered = shaky.register(artifact("", name="once"))
        faulty.plan = [fate]
        many = shaky.register_many([artifact("", name="x"), artifact("", name="y")])
    assert faulty.seen == ["POST"] * 5
    assert {registered, *(answer.artifact_id for answer in many)} == set(ids(remote.list_artifacts()))
    assert [e.version for e in remote.list_artifacts()] == ["1"] * 3


@pytest.mark.parametrize("fate", ["lost", "unanswered", 503])
def test_reads_and_edits_are_repeated(faulty: FaultyWay, remote: RemoteCatalogBackend, fate: str | int) -> None:
    remote.register_many([artifact("a"), artifact("b", "a")])
    with RemoteCatalogBackend(faulty.url) as shaky:
        for call in (
            lambda: shaky.get("b"),
            shaky.list_artifacts,
            lambda: shaky.upstream("b"),
            lambda: shaky.get_lineage("b"),
            lambda: shaky.tag("b", {"k": 1}),
            lambda: shaky.untag("b", "k"),
            lambda: shaky.add_parents("b", "c"),
            lambda: shaky.remove_parents("b", "c"),
            lambda: shaky.get_many(["a", "b"]),
        ):
            faulty.plan, faulty.seen = [fate], []
            call()
            assert len(faulty.seen) == 2


@pytest.mark.parametrize("fate", ["lost", "unanswered", 429, 503, 504])
def test_a_move_of_an_alias_is_repeated_and_made_once(
    faulty: FaultyWay, remote: RemoteCatalogBackend, fate: str | int
) -> None:
    remote.register_many([artifact("m1", name="m"), artifact("m2", name="m")])
    with RemoteCatalogBackend(faulty.url) as shaky:
        for call in (
            lambda: shaky.set_alias("m", "champion", "m1", expected=None),
            lambda: shaky.set_alias("m", "champion", "m2", expected="m@champion", by="ann"),
            lambda: shaky.unset_alias("m", "champion", expected="m2"),
        ):
            faulty.plan, faulty.seen = [fate, fate], []
            call()
            assert len(faulty.seen) == 3
    moves = [(move.before, move.after) for move in remote.alias_history("m")]
    assert moves == [("m2", None), ("m1", "m2"), (None, "m1")]


def test_four_tries_and_no_more(faulty: FaultyWay) -> None:
    with RemoteCatalogBackend(faulty.url) as shaky:
        faulty.plan = ["lost"] * 10
        with pytest.raises(StoreUnavailable, match=f"no answer from the catalog at {faulty.url} .*is the service"):
            shaky.get("a")
        assert len(faulty.seen) == 4
        faulty.plan, faulty.seen = [503] * 10, []
        with pytest.raises(StoreUnavailable, match="answered 503 '<html>a proxy speaks</html>', which is not JSON"):
            shaky.get("a")
        assert len(faulty.seen) == 4


def test_a_deletion_is_not_repeated(faulty: FaultyWay, remote: RemoteCatalogBackend) -> None:
    remote.register(artifact("a"))
    with RemoteCatalogBackend(faulty.url) as shaky:
        for fate in ("lost", 503, "unanswered"):
            faulty.plan, faulty.seen = [fate], []
            with pytest.raises(StoreUnavailable):
                shaky.delete("a")
            assert faulty.seen == ["DELETE"]
    assert remote.get("a") is None


def test_a_service_that_asks_for_patience_gets_it(faulty: FaultyWay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: low)
    faulty.plan, faulty.headers = [503], {"Retry-After": "1"}
    started = time.monotonic()
    with RemoteCatalogBackend(faulty.url) as shaky:
        assert shaky.get("a") is None
    assert 1.0 <= time.monotonic() - started < 10


def test_a_slow_answer_is_not_waited_for_longer(faulty: FaultyWay) -> None:
    faulty.plan = ["slow"]
    message = r"has not answered within 0\.1 s; set a longer timeout"
    with RemoteCatalogBackend(faulty.url, timeout=0.1) as hasty, pytest.raises(StoreUnavailable, match=message):
        hasty.get("a")
    assert faulty.seen == ["GET"]


def test_a_whole_catalog_is_waited_for_longer(
    faulty: FaultyWay, remote: RemoteCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LONG_TIMEOUT", 0.2)
    remote.register(artifact("a"))
    lines = list(remote.export_records())
    for timeout, seconds in ((0.1, "0.2"), (0.3, "0.3")):
        message = rf"has not answered within {seconds} s; set a longer timeout"
        with RemoteCatalogBackend(faulty.url, timeout=timeout) as hasty:
            faulty.plan = ["slow", "slow"]
            with pytest.raises(StoreUnavailable, match=message):
                list(hasty.export_records())
            with pytest.raises(StoreUnavailable, match=message):
                hasty.import_records(lines)


def test_a_silent_stream_of_events_has_a_time_of_its_own(faulty: FaultyWay, monkeypatch: pytest.MonkeyPatch) -> None:
    """A longer timeout would not help, so it is not named."""
    monkeypatch.setattr(feed, "SILENCE_SECONDS", 0.2)
    faulty.plan = ["slow"]
    with RemoteCatalogBackend(faulty.url) as hasty, pytest.raises(StoreUnavailable, match=r"within 0\.2 s$"):
        list(hasty.events())


def test_nobody_listens(faulty: FaultyWay) -> None:
    with FaultyWay(faulty.url) as gone:
        pass
    with RemoteCatalogBackend(gone.url) as shaky:
        for call in (lambda: shaky.get("a"), lambda: shaky.delete("a")):
            with pytest.raises(StoreUnavailable, match=f"{gone.url} .*refused"):
                call()


def test_tls_is_never_dropped(faulty: FaultyWay) -> None:
    secure = RemoteCatalogBackend(faulty.url.replace("http:", "https:"))
    with secure, pytest.raises(StoreUnavailable, match="SSL"):
        secure.get("a")
    assert faulty.seen == []


def test_answers_that_no_catalog_gives(faulty: FaultyWay) -> None:
    with RemoteCatalogBackend(faulty.url) as shaky:
        faulty.plan, faulty.headers = [301], {"Location": "https://elsewhere.example/"}
        with pytest.raises(StoreUnavailable, match=r"has moved to https://elsewhere\.example/; use that endpoint"):
            shaky.list_artifacts()
        faulty.headers = {}
        faulty.plan = [200]
        with pytest.raises(CatalogError, match="answered '<html>a proxy speaks</html>', which is not JSON"):
            shaky.list_artifacts()
        faulty.plan = [418]
        with pytest.raises(CatalogError, match="answered 418"):
            shaky.list_artifacts()
        faulty.plan = [404]
        with pytest.raises(StoreUnavailable, match="there is no catalog at"):
            shaky.get("a")
