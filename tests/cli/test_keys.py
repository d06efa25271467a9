"""Keys of a service on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.server.settings import ServerSettings
from tests.cli.conftest import KEYS, Run
from tests.client.faults import FaultyWay
from tests.server.running import running

ROOT = "root-key-0123456789"
Ok = Callable[..., str]


@pytest.fixture
def service(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run a service with an administrator, named by the environment."""
    settings = ServerSettings(api_keys=f"root={ROOT}:admin,reader={KEYS['read']}:read")  # type: ignore[arg-type]
    with LocalCatalogBackend(folder / "c.db") as backend, running(backend, settings) as url:
        monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", url)
        monkeypatch.setenv("FLOWYML_CATALOG_API_KEY", ROOT)
        yield url


def test_a_key_is_made_rotated_and_revoked(service: str, ok: Ok, run: Run) -> None:
    made = run("keys", "new", "--name", "ci", "--scope", "read", "--expires", "90d")
    key = made.out.strip()
    assert "shown only this once" in made.err
    assert key not in made.err
    assert ok("list", "--api-key", key)
    new = ok("keys", "rotate", "ci", "--grace", "0h").strip()
    assert run("list", "--api-key", key).err.startswith("the API key has expired or was revoked")
    assert ok("list", "--api-key", new)
    items = json.loads(ok("keys", "list", "--json"))
    assert [(item["name"], item["state"]) for item in items[2:]] == [("ci", "ended"), ("ci", "active")]
    header, *rows = ok("keys", "list").splitlines()
    assert header.split() == ["NAME", "ID", "SCOPE", "STATE", "EXPIRES", "LAST", "USED", "SOURCE"]
    assert [row.split()[0] for row in rows] == ["root", "reader", "ci", "ci"]
    assert items[3]["id"] in ok("keys", "revoke", "ci", "--key", items[3]["id"])
    assert run("list", "--api-key", new).status == run("list", "--api-key", key).status != 0
    assert run("keys", "revoke", "ci").status == 0
    assert "there is no key 'cd'" in run("keys", "revoke", "cd").err


def test_a_lost_answer_does_not_turn_a_revocation_into_an_error(service: str, ok: Ok) -> None:
    with FaultyWay(service) as faulty:
        for options in ([], ["--key"]):
            key = ok("keys", "new", "--name", "ci").strip()
            key_id = json.loads(ok("keys", "list", "--json"))[-1]["id"]
            faulty.plan, faulty.seen = ["unanswered"], []
            assert key_id in ok(
                "keys", "revoke", "ci", *options, *([key_id] if options else []), "--endpoint", faulty.url
            )
            assert faulty.seen == ["DELETE", "DELETE"]
            assert key not in ok("keys", "list")


def test_what_is_refused(service: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, says in (
        (("new", "--name", "a b"), "'a b'"),
        (("new", "--scope", "all"), "'all'"),
        (("new", "--expires", "soon"), "--expires 'soon' is neither"),
        (("new", "--expires", "2020-01-01"), "is past"),
        (("rotate", "ci", "--grace", "1"), "--grace '1' is not a duration"),
        (("revoke", "root"), "key file"),
    ):
        done = run("keys", *arguments)
        assert done.status != 0
        assert says in done.err
    monkeypatch.setenv("FLOWYML_CATALOG_API_KEY", KEYS["read"])
    assert "'admin'" in run("keys", "list").err


def test_a_line_needs_no_service(service: str, ok: Ok, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _, line = ok("keys", "new", "--line", "--expires", "2999-01-01").splitlines()
    assert line.endswith("expires=2999-01-01T00:00:00.000000+00:00")
    monkeypatch.delenv("FLOWYML_CATALOG_ENDPOINT")
    assert ok("keys", "new").splitlines()[1].startswith("key write sha256:")
    assert "needs a service" in run("keys", "list").err
