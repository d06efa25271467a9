"""The lock of a Neo4j release: each jar's Maven coordinates, size and SHA-256, without a host name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from .releases import NEWEST, Release

_HEADER = """\
# Neo4j Community {version}: each jar's Maven coordinates, its size in bytes and its SHA-256.
# Written by `python -m catalog_graph.embedded.relock`; a jar that differs is not used.
"""
_LINE = re.compile(r"(?P<coordinates>[\w.\-]+(?::[\w.\-]+){2,3}) (?P<size>\d+) (?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class LockedJar:
    """One jar: `group:artifact:version` with an optional `:classifier`; `size` in bytes."""

    group: str
    artifact: str
    version: str
    classifier: str
    size: int
    sha256: str

    @property
    def coordinates(self) -> str:
        """The jar's name in Maven repositories."""
        parts = (self.group, self.artifact, self.version, self.classifier)
        return ":".join(part for part in parts if part)

    @property
    def file_name(self) -> str:
        """The jar's file name, unique in its lock."""
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{suffix}.jar"


@dataclass(frozen=True, slots=True)
class Lock:
    """The jars in class-path order, and the SHA-256 of the lock's text as `digest`."""

    jars: tuple[LockedJar, ...]
    digest: str

    @property
    def size(self) -> int:
        """Total size of all jars in bytes."""
        return sum(jar.size for jar in self.jars)


def load_lock(release: Release = NEWEST) -> Lock:
    """Load the lock of a release from the package."""
    return parse_lock(files(__package__).joinpath(release.lock_name).read_text(encoding="utf-8"))


def parse_lock(text: str) -> Lock:
    """Parse a lock; raise `ValueError` if a line is not `coordinates size sha256` or a file name occurs twice."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    jars = tuple(_parse_line(line) for line in lines)
    names = {jar.file_name for jar in jars}
    if len(names) != len(jars):
        raise ValueError("two jars of the lock have the same file name")
    return Lock(jars, hashlib.sha256(text.encode()).hexdigest())


def format_lock(jars: Iterable[LockedJar], release: Release = NEWEST) -> str:
    """Return the text of a release's lock, sorted by coordinates, so that two locks can be compared line by line."""
    ordered = sorted(jars, key=lambda jar: jar.coordinates)
    return _HEADER.format(version=release.version) + "".join(
        f"{jar.coordinates} {jar.size} {jar.sha256}\n" for jar in ordered
    )


def _parse_line(line: str) -> LockedJar:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not a line of a lock: {line!r}; write GROUP:ARTIFACT:VERSION[:CLASSIFIER] SIZE SHA256")
    group, artifact, version, *classifier = match["coordinates"].split(":")
    return LockedJar(group, artifact, version, "".join(classifier), int(match["size"]), match["sha256"])
