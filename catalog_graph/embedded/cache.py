"""The cache of Neo4j's jars, shared by all projects of a user: fetched once, checked against the lock.

The file `checked` holds the digest of the lock that the jars were checked against. It is written last, so a folder that
has it is complete. Jars are moved into place only after their check, so an interrupted fetch resumes where it stopped.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path

from catalog_graph.errors import ConfigurationError

from .classes import remove_archives
from .fetch import Fetcher, sha256_of
from .filelock import FileLock
from .lock import Lock, LockedJar, load_lock
from .progress import Progress, progress_display
from .releases import NEWEST, Release

CACHE_VARIABLE = "CATALOG_GRAPH_CACHE_DIR"
_SPARE_SPACE = 50_000_000  # bytes


def cache_dir() -> Path:
    """Return the folder of this user's caches: CATALOG_GRAPH_CACHE_DIR, else the platform's default."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "catalog_graph"
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base).expanduser().absolute() / "catalog_graph"


def ensure_jars(progress: Progress | None = None, lock: Lock | None = None, release: Release = NEWEST) -> list[Path]:
    """Return the paths of Neo4j's checked jars, after fetching those that are missing (180 MB the first time).

    Raises `ConfigurationError` if they cannot be fetched: no network, no space, no right to write, or a jar that
    differs from the lock.
    """
    lock = lock or load_lock(release)
    folder = cache_dir() / f"neo4j-{release.version}"
    if os.pathsep in str(folder):
        raise ConfigurationError(
            f"Java cannot read jars in {folder}, since {os.pathsep!r} separates paths: "
            f"set {CACHE_VARIABLE} to a folder without {os.pathsep!r}."
        )
    if not _is_whole(folder, lock):
        try:
            _fill(folder, lock, progress)
        except OSError as error:
            raise _cannot_write(folder, error) from error
    return [folder / jar.file_name for jar in lock.jars]


def _is_whole(folder: Path, lock: Lock) -> bool:
    try:
        if (folder / "checked").read_text(encoding="ascii") != lock.digest:
            return False
        return all((folder / jar.file_name).stat().st_size == jar.size for jar in lock.jars)
    except OSError:
        return False


def _fill(folder: Path, lock: Lock, progress: Progress | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "fetch.lock"):
        if _is_whole(folder, lock):
            return
        (folder / "checked").unlink(missing_ok=True)
        missing = [jar for jar in lock.jars if not _is_good(folder / jar.file_name, jar)]
        if missing:
            _check_space(folder, missing)
            title = folder.name.replace("neo4j-", "Neo4j ")
            label = f"Fetching {title} (once, {sum(jar.size for jar in missing) / 1e6:.0f} MB)"
            with progress_display(progress, label) as report:
                Fetcher(folder, report).fetch(missing)
            remove_archives(folder)
        _write_marker(folder / "checked", lock.digest)


def _is_good(path: Path, jar: LockedJar) -> bool:
    return path.is_file() and path.stat().st_size == jar.size and sha256_of(path) == jar.sha256


def _check_space(folder: Path, missing: list[LockedJar]) -> None:
    need = sum(jar.size for jar in missing) + _SPARE_SPACE
    free = shutil.disk_usage(folder).free
    if free < need:
        raise ConfigurationError(
            f"Neo4j needs {need / 1e6:.0f} MB in {folder}, but only {free / 1e6:.0f} MB are free: make room, or set "
            f"{CACHE_VARIABLE} to a folder on another disk."
        )


def _write_marker(path: Path, digest: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(digest, encoding="ascii")
    part.replace(path)


def _cannot_write(folder: Path, error: OSError) -> ConfigurationError:
    remedy = "Make room" if error.errno == errno.ENOSPC else "Make it writable"
    return ConfigurationError(
        f"Neo4j's files cannot be written to {folder}: {error.strerror or error}. {remedy}, or set {CACHE_VARIABLE} to "
        "another folder."
    )
