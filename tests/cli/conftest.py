"""Commands in a folder of their own, run in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.cli.app import status_of
from catalog_graph.errors import CatalogError
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.support.commands import invoke

Run = Callable[..., "Done"]
KEYS = {"read": "read-key-0123456789", "write": "write-key-0123456789"}


class Done:
    """Output and exit status of a command."""

    def __init__(self, result: Any) -> None:
        error = result.exception
        if error is not None and not isinstance(error, SystemExit | CatalogError):
            raise error
        self.out = result.stdout
        self.err, self.status = result.stderr, result.exit_code
        if isinstance(error, CatalogError):
            self.err, self.status = f"{self.err}{error.message}\n", status_of(error)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty working folder, without a service in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("FLOWYML_", "CATALOG_GRAPH_", "NEO4J_"))]:
        if "_TEST_" not in name and not name.endswith("_CACHE_DIR"):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command, whatever its status; its notes are as a person reads them."""
    monkeypatch.setattr("catalog_graph.cli.common.is_read_by_person", lambda: True)
    return lambda *arguments, input=None: Done(invoke(*arguments, input=input))


@pytest.fixture
def ok(run: Run) -> Callable[..., str]:
    """Return a function that runs a command, which must succeed, and returns its standard output."""

    def succeed(*arguments: str, input: str | None = None) -> str:
        done = run(*arguments, input=input)
        assert done.status == 0, done.err
        return done.out

    return succeed


@pytest.fixture
def guarded(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a service with two keys."""
    keys = " ".join(f"{key}:{scope}" for scope, key in KEYS.items())
    with (
        LocalCatalogBackend(tmp_path_factory.mktemp("served") / "catalog.db") as backend,
        running(backend, ServerSettings(api_keys=keys)) as url,  # type: ignore[arg-type]
    ):
        yield url
