"""FlowyML's own catalog, on a SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from flowyml.storage.catalog.backend import CatalogEntry
from flowyml.storage.catalog.local_backend import LocalCatalogBackend

from benchmarks.answers import Cone
from benchmarks.history import History

COLUMNS = (
    "artifact_id, name, artifact_type, content_hash, source_step, source_run_id, source_pipeline, "
    "parent_ids, tags, metadata, uri, created_at, version"
)
_JSON = {"parent_ids", "tags", "metadata"}


def write_file(path: Path, history: History) -> None:
    """Write the same file as FlowyML would, but all artifacts in one transaction."""
    LocalCatalogBackend(str(path))
    with closing(sqlite3.connect(path)) as connection, connection:
        marks = ", ".join("?" * len(COLUMNS.split(",")))
        connection.executemany(f"INSERT INTO artifacts ({COLUMNS}) VALUES ({marks})", map(_row, history.entries()))


class FlowyML:
    """FlowyML's local backend; for an answer that it lacks, the loop that a client would write."""

    def __init__(self, path: Path) -> None:
        self.backend = LocalCatalogBackend(str(path))

    def cone(self, artifact_id: str) -> Cone:
        """Return the cone by a loop over `get`; `get_lineage` would scan the whole table for each artifact."""
        depths: dict[str, int] = {}
        edges: list[tuple[str, str]] = []
        level, depth = [artifact_id], 0
        while level:
            depth += 1
            next_level = []
            for child in level:
                entry = self.backend.get(child)
                for parent in entry.parent_ids if entry else []:
                    edges.append((child, parent))
                    if parent not in depths and parent != artifact_id:
                        depths[parent] = depth
                        next_level.append(parent)
            level = next_level
        return Cone(depths, edges)

    def hop(self, artifact_id: str) -> dict[str, Any]:
        """Call `get_lineage`."""
        return dict(self.backend.get_lineage(artifact_id))

    def get(self, artifact_id: str) -> dict[str, Any]:
        """Call `get`."""
        entry = self.backend.get(artifact_id)
        assert entry is not None
        return dict(entry.to_dict())

    def by_hash(self, content_hash: str) -> dict[str, Any]:
        """Call `find_by_content_hash`."""
        entry = self.backend.find_by_content_hash(content_hash)
        assert entry is not None
        return dict(entry.to_dict())

    def search(self, text: str, limit: int) -> list[CatalogEntry]:
        """Call `search`."""
        return list(self.backend.search(text, limit))

    def of_type(self, artifact_type: str, limit: int) -> list[CatalogEntry]:
        """Call `list_artifacts` for one type."""
        return list(self.backend.list_artifacts(artifact_type=artifact_type, limit=limit))

    def tag(self, artifact_id: str, tags: dict[str, Any]) -> None:
        """Call `tag`."""
        self.backend.tag(artifact_id, tags)

    def register(self, entries: Iterable[CatalogEntry]) -> int:
        """Call `register` for each entry, and return their number."""
        return len([self.backend.register(entry) for entry in entries])

    def count(self) -> int:
        """Return the number of artifacts in the file."""
        with closing(sqlite3.connect(self.backend.db_path)) as connection:
            return int(connection.execute("SELECT count(*) FROM artifacts").fetchone()[0])


def flowyml_entries(entries: Iterable[dict[str, Any]]) -> list[CatalogEntry]:
    """Convert entries of the history to FlowyML's type."""
    return [CatalogEntry(**entry) for entry in entries]


def _row(entry: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(json.dumps(value) if name in _JSON else value for name, value in entry.items())
