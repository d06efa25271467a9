"""Checks of a catalog and of serving from this machine; each finding says what to do about it."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from catalog_graph.doctor.findings import Finding, good
from catalog_graph.version import __version__

if TYPE_CHECKING:
    from catalog_graph.backends.default import Choice

__all__ = ["Finding", "examine"]


def examine(choice: Choice, *, write: bool = False) -> Iterator[Finding]:
    """Yield every finding about the catalog of `choice` and about serving here, each as soon as it is known.

    Nothing is changed, unless `write` registers an artifact and deletes it again.
    """
    from catalog_graph.doctor import file, service, serving, writing

    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    yield good("client", f"catalog_graph {__version__}, Python {python}, SQLite {sqlite}")
    if choice.endpoint is not None:
        yield good("catalog", f"the service at {choice.endpoint}: {choice.decided_by}")
        findings = service.examine(choice)
    else:
        yield good("catalog", f"the file {choice.db_path}: {choice.decided_by}")
        findings = file.examine(choice.db_path)
    usable = True
    for finding in findings:
        usable = usable and finding.level != "problem"
        yield finding
    if write and usable and (choice.endpoint is not None or choice.db_path.exists()):
        yield writing.examine(choice)
    yield from serving.examine()
