"""`catalog-graph webhooks`: made, listed, tried and deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.server.settings import ServerSettings
from tests.cli.conftest import Run
from tests.cli.test_artifacts import Ok
from tests.client.faults import FaultyWay
from tests.server.receiver import receiving
from tests.server.running import running


@pytest.fixture(autouse=True)
def service(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    settings = ServerSettings(webhook_private_addresses=True)
    with LocalCatalogBackend(folder / "store.db") as store, running(store, settings) as url:
        monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", url)
        yield url


def test_a_webhook_is_made_tried_and_deleted(ok: Ok, run: Run) -> None:
    with receiving() as receiver:
        made = run("webhooks", "new", receiver.url, "--query", "type:Model", "--kind", "tagged", "--kind", "deleted")
        assert made.out.startswith("whsec_")
        assert made.out.strip() not in made.err
        (webhook,) = json.loads(ok("webhooks", "list", "--json"))
        assert webhook["id"] in made.err
        header, row = ok("webhooks", "list").splitlines()
        assert header.split() == ["ID", "STATE", "BEHIND", "URL", "QUERY", "KINDS", "ERROR"]
        assert row.split() == [webhook["id"], "active", "0", receiver.url, "type:Model", "tagged", "deleted"]
        assert ok("webhooks", "test", webhook["id"]) == "delivered, status 200; the webhook is active\n"
    failed = run("webhooks", "test", webhook["id"])
    assert (failed.status, failed.err.startswith("The message did not arrive: no answer")) == (1, True)
    assert json.loads(ok("webhooks", "new", receiver.url, "--json"))["secret"].startswith("whsec_")
    ok("webhooks", "delete", webhook["id"])
    assert run("webhooks", "delete", webhook["id"]).status == 1
    refused = run("webhooks", "new", "ftp://x")
    assert (refused.status, "is not an address" in refused.err) == (2, True)


def test_a_deletion_is_not_sent_again(service: str, ok: Ok, run: Run) -> None:
    """If the answer is lost, nobody knows whether it is deleted; it is not said to be unknown."""
    webhook = json.loads(ok("webhooks", "new", "http://127.0.0.1:9/", "--json"))
    with FaultyWay(service) as faulty:
        faulty.plan = ["unanswered"]
        done = run("webhooks", "delete", webhook["id"], "--endpoint", faulty.url)
    assert (done.status, faulty.seen) == (3, ["DELETE"])
    assert done.err.startswith("no answer from the catalog")
    assert json.loads(ok("webhooks", "list", "--json")) == []
