"""A Neo4j for tests: small, on a folder that goes with it, even if the tests are killed."""

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
    """An empty Neo4j, up in seconds, gone without a trace at the end. Share one among many tests."""
    with (
        temporary_data_dir() as folder,
        EmbeddedNeo4j(folder, heap=heap, page_cache=page_cache, for_tests=True, release=release) as neo4j,
    ):
        yield neo4j.connection


@contextmanager
def temporary_data_dir() -> Iterator[Path]:
    """A data folder that is removed at the end, and with it the Neo4j on it if one is left.

    A process of its own sees to that, since nobody would ever look for the orphan of a killed test run: its standard
    input ends when this process does, however it does.
    """
    folder = Path(tempfile.mkdtemp(prefix="catalog-graph-")).resolve()
    program = _GUARD.format(path=sys.path, folder=str(folder))
    with subprocess.Popen(  # noqa: S603 - no word of it is a user's
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
