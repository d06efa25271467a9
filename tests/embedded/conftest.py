"""Data folders for an embedded Neo4j, and programs that own one, to be killed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.embedded import EmbeddedNeo4j, temporary_data_dir

SMALL = {"heap": "300m", "page_cache": "32m", "for_tests": True}


def small_neo4j(folder: Path, **options: Any) -> EmbeddedNeo4j:
    return EmbeddedNeo4j(folder, **(SMALL | options))


class Owner:
    """A program that owns the Neo4j of a folder; `ready` is what it printed."""

    def __init__(self, folder: Path) -> None:
        code = f"""
import json, sys, pathlib
from catalog_graph.embedded import EmbeddedNeo4j
neo4j = EmbeddedNeo4j(pathlib.Path({str(folder)!r}), **{SMALL!r})
print(json.dumps({{"uri": neo4j.start().uri, "pid": neo4j.pid}}), flush=True)
sys.stdin.read()
"""
        self._program = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ready(self) -> dict[str, Any]:
        assert self._program.stdout is not None
        return dict(json.loads(self._program.stdout.readline()))

    def kill(self) -> None:
        """As `kill -9` does: it has no time for anything."""
        self._program.kill()
        self._program.communicate()


@pytest.fixture(scope="module")
def kept_folder() -> Iterator[Path]:
    """One folder for the tests of a module, which go on with each other's data."""
    with temporary_data_dir() as folder:
        yield folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of one test's own."""
    with temporary_data_dir() as folder:
        yield folder


@pytest.fixture
def new_owner() -> Iterator[Callable[[Path], Owner]]:
    with ExitStack() as stack:

        def new(folder: Path) -> Owner:
            owner = Owner(folder)
            stack.callback(owner.kill)
            return owner

        yield new
