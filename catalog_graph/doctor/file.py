"""Check the local file: access, damage, index and free disk space."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from catalog_graph.doctor.findings import Finding, good, noted, problem
from catalog_graph.errors import CatalogError

MIN_SPACE = 100_000_000
"""Bytes that a batch of 10,000 artifacts may take, with SQLite's journal."""


def examine(path: Path) -> Iterator[Finding]:
    """Yield the findings about a file, or about the place where it would be created."""
    if path.is_dir():
        yield problem("file", f"{path} is a folder, not a file", "choose a file with --db FILE")
        return
    folder = _nearest_folder(path)
    if not path.exists():
        yield from _missing(path, folder)
    else:
        yield from _access(path, folder)
        yield from _content(path)
    yield from _space(path, folder)


def _missing(path: Path, folder: Path) -> Iterator[Finding]:
    message = f"there is no file {path} yet: nothing is registered here"
    if os.access(folder, os.W_OK | os.X_OK):
        yield noted(
            "file",
            message,
            "'catalog-graph register' creates it; --db FILE or --endpoint URL chooses another catalog",
        )
    else:
        yield problem(
            "file", f"{message}, and the folder {folder} cannot be written", "allow writing to it, or choose --db FILE"
        )


def _access(path: Path, folder: Path) -> Iterator[Finding]:
    if not os.access(path, os.R_OK):
        yield problem("file", f"{path} cannot be read", "allow reading and writing it")
    elif not os.access(path, os.W_OK):
        yield problem("file", f"{path} cannot be written", "allow writing to it and to its folder")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield problem("file", f"the folder {folder} cannot be written", "allow it: SQLite keeps its journal there")
    else:
        yield good("file", f"{path.stat().st_size / 1e6:,.1f} MB, readable and writable")


def _content(path: Path) -> Iterator[Finding]:
    from catalog_graph.backends.local.inspection import inspect_file
    from catalog_graph.backends.local.store.schema import VERSION

    try:
        inspection = inspect_file(path)
    except CatalogError as error:
        yield problem("content", error.message)
        return
    if inspection.damage:
        yield problem("content", f"the file is damaged: {inspection.damage}", "restore it from a copy")
    elif inspection.version > VERSION:
        yield problem(
            "schema",
            f"version {inspection.version} of its tables is of a later catalog_graph",
            "upgrade this catalog_graph",
        )
    elif inspection.rows is None:
        yield noted(
            "content", "it has no table of artifacts", "check that it is the right file; registering creates the table"
        )
    elif inspection.version == 0:
        yield noted("content", f"{inspection.rows:,} artifacts; the first command indexes them, about 10,000 a second")
    elif inspection.unread:
        yield noted("content", f"{inspection.rows:,} artifacts; the next command indexes the latest writes of FlowyML")
    elif inspection.differing:
        yield problem(
            "content",
            f"{_differ(inspection.differing)} between our tables and FlowyML's, such as "
            f"{' and '.join(map(repr, inspection.differing[:2]))}",
            "restore the file from a copy, or register those artifacts again",
        )
    elif inspection.indexed != inspection.rows:
        yield noted("content", f"{inspection.rows:,} rows, of which {inspection.indexed:,} are valid artifacts")
    else:
        yield good("content", f"{inspection.rows:,} artifacts, all indexed")
    if 0 < inspection.version < VERSION:
        yield noted(
            "schema", f"version {inspection.version} of its tables; the next command upgrades them to version {VERSION}"
        )


def _differ(artifact_ids: Sequence[str]) -> str:
    return "1 artifact differs" if len(artifact_ids) == 1 else f"{len(artifact_ids):,} artifacts differ"


def _space(path: Path, folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < MIN_SPACE:
        yield problem(
            "disk",
            f"only {free / 1e6:,.0f} MB are free at {folder}",
            "free some space, or choose --db FILE on another disk",
        )
    else:
        yield good("disk", f"{free / 1e9:,.1f} GB are free")


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in path.absolute().parents if folder.is_dir())
