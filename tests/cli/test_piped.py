"""Piped, standard error has warnings and errors alone: no progress, no counts, no hints."""

from __future__ import annotations

import subprocess

import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.cli.app import UNREACHABLE
from tests.server.command import COMMAND, environment, forked
from tests.support.programs import free_port

pytestmark = pytest.mark.usefixtures("folder")


def piped(line: str) -> tuple[int, str]:
    """Run a command with pipes in the folder of the test; return its status and its standard error."""
    done = forked(*line.split(), CI="1")
    return done.returncode, done.stderr


def test_commands_that_do_their_work_are_silent() -> None:
    with ArtifactCatalog() as catalog:
        catalog.register("raw", "Dataset", artifact_id="raw", tags={"stage": "dev"})
        for n in range(2):
            catalog.register("model", "Model", artifact_id=f"m{n}", parent_ids=["raw"], tags={"f1": n / 10})
    for line in (
        "search fruad",
        "list --limit 1",
        "upstream m0 --depth 1 --limit 1",
        "impact raw --limit 1 --format csv",
        "alias set model champion m0",
        "alias unset model champion",
        "dump all.ndjson",
        "backup all.gz",
        "load all.ndjson --db other.db",
        "audit --limit 1",
        "delete m1 --yes",
        "undelete m1",
        "purge m1 --yes",
        "keys new",
    ):
        assert piped(line) == (0, ""), line


def test_warnings_are_not_lost() -> None:
    with ArtifactCatalog() as catalog:
        catalog.register_many([{"name": "raw", "artifact_type": "Dataset"} for _ in range(101)])
    assert piped("list") == (
        0,
        "… there are more: shown are the newest 100; --limit N shows more, --limit all shows all\n",
    )
    assert "is not the id of an artifact" in piped("register model Model --parent-id nothing")[1]


def test_a_stream_that_is_closed_counts_as_empty() -> None:
    with ArtifactCatalog() as catalog:
        catalog.register("raw", "Dataset", artifact_id="raw")
    nobody = f"http://127.0.0.1:{free_port()}/api/v1/catalog"
    for line, status in (
        ("list >&-", 0),
        ("list --format json >&-", 0),
        ("dump >&-", 0),
        ("load - <&-", 0),
        ("list 2>&-", 0),
        (f"list --tries 1 --endpoint {nobody} 2>&-", UNREACHABLE),
        (f"list --tries 1 --endpoint {nobody} <&- >&- 2>&-", UNREACHABLE),
    ):
        done = subprocess.run(f"{COMMAND} {line}", shell=True, capture_output=True, text=True, env=environment())
        assert (done.returncode, done.stderr) == (status, ""), line
