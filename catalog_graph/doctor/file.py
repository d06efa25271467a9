"""The local file: whether it can be read and written, is whole, has room, and is indexed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from catalog_graph.doctor.findings import Finding, good, noted, problem
from catalog_graph.errors import CatalogError

LITTLE_SPACE = 100_000_000
"""Bytes; a batch of 10,000 artifacts may take so much, its journal among it."""


def examined(path: Path) -> Iterator[Finding]:
    """What can be told of a file, or of the place where it would be made."""
    folder = _nearest_folder(path)
    if path.is_dir():
        yield problem("file", f"{path} is a folder", "name a file, by --db")
        return
    if not path.exists():
        yield from _missing(path, folder)
    else:
        yield from _access(path, folder)
        yield from _content(path)
    yield from _space(path, folder)


def _missing(path: Path, folder: Path) -> Iterator[Finding]:
    told = f"there is none yet at {path}: nothing is registered here"
    if os.access(folder, os.W_OK | os.X_OK):
        yield noted("file", told, "'catalog-graph register' makes it; --db or --endpoint names another catalog")
    else:
        yield problem("file", f"{told}, and {folder} cannot be written", "give write access to it, or choose --db")


def _access(path: Path, folder: Path) -> Iterator[Finding]:
    if not os.access(path, os.R_OK):
        yield problem("file", f"{path} cannot be read", "give read and write access to it")
    elif not os.access(path, os.W_OK):
        yield problem("file", f"{path} cannot be written", "give write access to it and to its folder")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield problem("file", f"the folder {folder} cannot be written, where SQLite keeps its journal", "give access")
    else:
        yield good("file", f"{path.stat().st_size / 1e6:,.1f} MB, can be read and written")


def _content(path: Path) -> Iterator[Finding]:
    from catalog_graph.backends.local.inspection import inspect_file
    from catalog_graph.backends.local.store.schema import VERSION

    try:
        found = inspect_file(path)
    except CatalogError as error:
        yield problem("content", error.message)
        return
    if found.damage:
        yield problem("content", f"the file is damaged: {found.damage}", "restore it from a copy")
    elif found.version > VERSION:
        yield problem("schema", f"a later catalog_graph made version {found.version} of its tables", "upgrade this one")
    elif found.rows is None:
        yield noted("content", "it has no table of artifacts", "is it the right file? Registering makes the table")
    elif found.version == 0:
        yield noted("content", f"{found.rows:,} artifacts, which the first command indexes, about 10,000 a second")
    elif found.unread:
        yield noted("content", f"{found.rows:,} artifacts; what FlowyML wrote last is indexed by the next command")
    elif found.indexed != found.rows:
        yield noted("content", f"{found.rows:,} rows, {found.indexed:,} of which can be read as artifacts")
    else:
        yield good("content", f"{found.rows:,} artifacts, all indexed")
    if 0 < found.version < VERSION:
        yield noted("schema", f"version {found.version} of our tables; the next command upgrades them to {VERSION}")


def _space(path: Path, folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < LITTLE_SPACE:
        yield problem("disk", f"{free / 1e6:,.0f} MB are free at {folder}", "make room, or choose --db on another disk")
    else:
        yield good("disk", f"{free / 1e9:,.1f} GB are free")


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in path.absolute().parents if folder.is_dir())
