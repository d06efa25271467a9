"""A small Neo4j for tests, on a temporary folder; both are removed at the end, even if the tests are killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .bolt import ConnectionSettings
from .process import find_orphan
from .releases import NEWEST, Release
from .server import EmbeddedNeo4j

_PATIENCE = 5.0
_GUARD = "import sys; sys.path[:] = {path!r}; from catalog_graph.embedded.testing import _guard; _guard({folder!r})"


@contextmanager
def temporary_neo4j(
    *, heap: str = "512m", page_cache: str = "128m", release: Release = NEWEST
) -> Iterator[ConnectionSettings]:
    """Run an empty Neo4j that starts in seconds and is removed at the end; share one among many tests."""
    with temporary_embedded(heap=heap, page_cache=page_cache, release=release) as neo4j:
        yield neo4j.connection


@contextmanager
def temporary_embedded(
    *, heap: str = "512m", page_cache: str = "128m", release: Release = NEWEST
) -> Iterator[EmbeddedNeo4j]:
    """Run the Neo4j of `temporary_neo4j`, and yield the object that owns it."""
    with (
        temporary_data_dir() as folder,
        EmbeddedNeo4j(folder, heap=heap, page_cache=page_cache, for_tests=True, release=release) as neo4j,
    ):
        yield neo4j


@contextmanager
def temporary_data_dir() -> Iterator[Path]:
    """Yield a data folder, and remove it at the end, after stopping any Neo4j that still runs on it.

    A guard process does that, so that a killed test run leaves no orphan: the guard's standard input ends together with
    this process, in whatever way it ends.
    """
    folder = Path(tempfile.mkdtemp(prefix="catalog-graph-")).resolve()
    program = _GUARD.format(path=sys.path, folder=str(folder))
    with subprocess.Popen(  # noqa: S603 - holds no user input
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ):
        yield folder


def _guard(folder: str) -> None:
    sys.stdin.read()
    orphan = find_orphan(Path(folder), None)
    if orphan is not None:
        orphan.stop(_PATIENCE)
    shutil.rmtree(folder, ignore_errors=True)
