"""Commands on the catalog of a service, and the scopes of its keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import KEYS, Run
from tests.cli.test_artifacts import Ok


@pytest.fixture
def service(guarded: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a service with keys, named by the environment."""
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", guarded)
    return guarded


def test_every_day(service: str, ok: Ok, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWYML_CATALOG_API_KEY", KEYS["write"])
    (folder / "data.csv").write_text("1,2\n")
    ok("register", "raw", "Dataset", "data.csv", "--id", "raw/1")
    ok("register", "model", "Model", "--id", "m", "--parent", "raw", "--tag", "f1=0.9")
    assert ok("tag", "model:v1", "stage=dev").splitlines() == ["f1=0.9", "stage=dev"]
    assert json.loads(ok("get", "raw:latest", "--format", "json"))["artifact_id"] == "raw/1"
    assert [i["artifact_id"] for i in json.loads(ok("list", "--format", "json"))["items"]] == ["m", "raw/1"]
    assert [i["artifact_id"] for i in json.loads(ok("search", "f1>0.5", "--format", "json"))["items"]] == ["m"]
    assert ok("upstream", "model").splitlines() == ["model (Model, v1)", "└─ raw (Dataset, v1)"]
    assert ok("lineage", "raw").splitlines()[2].split()[:3] == ["child", "m", "model"]
    assert ok("versions", "model").splitlines()[1].split()[:2] == ["1", "m"]
    ok("delete", "m", "--yes")
    assert ok("untag", "raw", "nothing") == ""
    assert len(ok("list", "--format", "csv").splitlines()) == 2
    assert not (folder / ".flowyml").exists()


def test_what_a_key_does_not_allow_has_a_status_of_its_own(service: str, run: Run) -> None:
    for arguments, says in (
        (["list"], "an API key is required"),
        (["list", "--api-key", "another-key-0123456789"], "is unknown"),
        (["--api-key", KEYS["read"], "register", "a", "T"], "scope 'write'"),
    ):
        done = run(*arguments)
        assert (done.status, done.out) == (4, "")
        assert says in done.err
    assert run("list", "--api-key", KEYS["read"]).status == 0
