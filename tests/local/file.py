"""Helpers to write rows as FlowyML does, and to read the tables of the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from flowyml.storage.catalog.backend import CatalogEntry as FlowymlEntry

COLUMNS = (
    "artifact_id",
    "name",
    "artifact_type",
    "content_hash",
    "source_step",
    "source_run_id",
    "source_pipeline",
    "parent_ids",
    "tags",
    "metadata",
    "uri",
    "created_at",
    "version",
)
GOOD_ROW: dict[str, Any] = {
    "artifact_id": "good",
    "name": "good",
    "artifact_type": "Dataset",
    "content_hash": "",
    "source_step": "",
    "source_run_id": "",
    "source_pipeline": "",
    "parent_ids": "[]",
    "tags": "{}",
    "metadata": "{}",
    "uri": "",
    "created_at": "2026-01-01T00:00:00",
    "version": None,
}


def entry(artifact_id: str, *parent_ids: str, **fields: Any) -> FlowymlEntry:
    """Return an entry as a user of FlowyML registers it."""
    values = {"name": artifact_id, "artifact_type": "Dataset", **fields}
    return FlowymlEntry(artifact_id=artifact_id, parent_ids=list(parent_ids), **values)


def sql(path: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement as another program does, and return its rows."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def insert(path: Path, *rows: dict[str, Any]) -> None:
    """Write rows as FlowyML does; columns that a row lacks are taken from `GOOD_ROW`."""
    insert_many(path, ({**GOOD_ROW, **row} for row in rows))


def insert_many(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write whole rows as FlowyML does, in one transaction."""
    marks = ", ".join("?" * len(COLUMNS))
    with closing(sqlite3.connect(path)) as connection, connection:
        values = ([row[name] for name in COLUMNS] for row in rows)
        connection.executemany(f"INSERT OR REPLACE INTO artifacts VALUES ({marks})", values)


def present_edges(path: Path) -> set[tuple[str, str]]:
    """Return the edges as pairs of ids, child first."""
    return set(sql(path, _EDGES.format(table="cg_edge")))


def past_edges(path: Path) -> list[tuple[str, str]]:
    """Return the removed edges likewise, in the order of their removal."""
    return sql(path, _EDGES.format(table="cg_was_edge") + " ORDER BY e.removed, e.rowid")


_EDGES = (
    "SELECT c.artifact_id, p.artifact_id FROM {table} e "
    "JOIN cg_node c ON c.node = e.child JOIN cg_node p ON p.node = e.parent"
)
