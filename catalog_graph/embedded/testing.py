"""A Neo4j for tests: small, on a folder that goes with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .bolt import ConnectionSettings
from .server import EmbeddedNeo4j


@contextmanager
def temporary_data_dir() -> Iterator[Path]:
    """A data folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="catalog-graph-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def temporary_neo4j(*, heap: str = "512m", page_cache: str = "128m") -> Iterator[ConnectionSettings]:
    """An empty Neo4j, up in seconds, gone without a trace at the end. Share one among many tests."""
    with (
        temporary_data_dir() as folder,
        EmbeddedNeo4j(folder, heap=heap, page_cache=page_cache, for_tests=True) as neo4j,
    ):
        yield neo4j.connection
