"""Our two contenders: the service, called through its client, and the local backend."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from benchmarks.processes import free_port
from catalog_graph.artifact import CatalogEntry, Neighbours
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.remote.backend import PREFIX, RemoteCatalogBackend
from catalog_graph.checks import MAX_PAGE
from catalog_graph.embedded.bolt import ConnectionSettings
from catalog_graph.lineage import Lineage
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection

NEAREST = 1000
PATIENCE = 600.0
"""Seconds to wait for the service's start, and for a response, even on a busy machine."""


class Ours:
    """One of our backends, behind the methods of all contenders."""

    def __init__(self, backend: CatalogBackend) -> None:
        self.backend = backend

    def cone(self, artifact_id: str) -> Lineage:
        """Return the whole cone in columns, from which `.nodes` and `.edges` are built on first access."""
        return self.backend.upstream(artifact_id, limit=None)

    def nearest(self, artifact_id: str) -> Lineage:
        """Return the nearest 1,000 artifacts of the cone, with the total."""
        return self.backend.upstream(artifact_id, limit=NEAREST)

    def hop(self, artifact_id: str) -> Neighbours | None:
        """Return the direct parents and children."""
        return self.backend.neighbours(artifact_id)

    def get(self, artifact_id: str) -> CatalogEntry | None:
        """Return an artifact by its id."""
        return self.backend.get(artifact_id)

    def by_hash(self, content_hash: str) -> CatalogEntry | None:
        """Return an artifact by its content hash."""
        return self.backend.find_by_content_hash(content_hash)

    def find(self, selection: Selection, limit: int, cursor: str | None = None) -> list[CatalogEntry]:
        """Return one page of the selected artifacts."""
        return self.backend.find(selection, limit=limit, cursor=cursor).items

    def with_facets(self, selection: Selection, limit: int, facets: Iterable[str]) -> Page:
        """Return the first page of the selected artifacts, with facets."""
        return self.backend.find(selection, limit=limit, facets=facets)

    def cursor_after(self, count: int) -> str:
        """Return the cursor after the first `count` artifacts of a list of everything."""
        cursor, left = None, count
        while left:
            page = self.backend.find(Selection(), limit=min(left, MAX_PAGE), cursor=cursor)
            cursor, left = page.cursor, left - len(page.items)
        assert cursor
        return cursor

    def tag(self, artifact_id: str, tags: dict[str, Any]) -> None:
        """Set tags of an artifact."""
        self.backend.tag(artifact_id, tags)

    def register_many(self, entries: list[CatalogEntry]) -> int:
        """Register a batch, and return its number of artifacts."""
        return len(self.backend.register_many(entries))


def our_entries(entries: Iterable[dict[str, Any]]) -> list[CatalogEntry]:
    """Convert entries of the history to our type."""
    return [CatalogEntry.from_dict(entry) for entry in entries]


class ServiceProcess:
    """The process of `catalog-graph serve`, on a Neo4j that already runs."""

    def __init__(self, neo4j: ConnectionSettings, log: Path, **settings: str) -> None:
        self._port = free_port()
        self.endpoint = f"http://127.0.0.1:{self._port}{PREFIX}"
        self._log = log
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "CATALOG_GRAPH_"))},
            "NEO4J_URI": neo4j.uri,
            "NEO4J_USERNAME": neo4j.username,
            "NEO4J_PASSWORD": neo4j.password,
            **settings,
        }
        command = [str(Path(sys.executable).with_name("catalog-graph")), "serve", "--port", str(self._port)]
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def client(self) -> RemoteCatalogBackend:
        """Return a client with its own connections."""
        return RemoteCatalogBackend(self.endpoint, timeout=PATIENCE)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise RuntimeError(f"the service did not start: {self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return httpx.get(self.endpoint.replace(PREFIX, "/readyz"), timeout=5).is_success
        except httpx.HTTPError:
            return False
