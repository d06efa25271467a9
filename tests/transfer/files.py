"""Catalog files as FlowyML writes them, with valid and invalid rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from flowyml.storage.catalog import LocalCatalogBackend

COLUMNS = 13


def flowyml_file(path: Path) -> Path:
    """Create an empty FlowyML catalog."""
    LocalCatalogBackend(str(path))
    return path


def row(artifact_id: Any, *parent_ids: str, **columns: Any) -> Sequence[Any]:
    """Return a row of FlowyML's table; `columns` replace its default values."""
    usual = {
        "artifact_id": artifact_id,
        "name": f"name of {artifact_id}",
        "artifact_type": "Dataset",
        "content_hash": "",
        "source_step": "load",
        "source_run_id": "run-1",
        "source_pipeline": "nightly",
        "parent_ids": json.dumps(parent_ids),
        "tags": "{}",
        "metadata": "{}",
        "uri": "",
        "created_at": "2026-03-01T12:00:00+00:00",
        "version": None,
    }
    return list({**usual, **columns}.values())


def add_rows(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows directly by SQL, without any check."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(f"INSERT INTO artifacts VALUES ({', '.join('?' * COLUMNS)})", rows)
