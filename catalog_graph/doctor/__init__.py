"""Checks of a catalog and of serving from this machine; each finding says what to do about it."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from catalog_graph.doctor.findings import Finding, good
from catalog_graph.version import __version__

if TYPE_CHECKING:
    from catalog_graph.backends.default import CatalogTarget

__all__ = ["Finding", "examine"]


def examine(target: CatalogTarget, *, write: bool = False) -> Iterator[Finding]:
    """Yield every finding about the catalog of `target` and about serving here, each as soon as it is known.

    Nothing is changed, unless `write` registers an artifact and deletes it again.
    """
    from catalog_graph.doctor import file, seals, service, serving, writing

    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    yield good("client", f"catalog_graph {__version__}, Python {python}, SQLite {sqlite}")
    if target.endpoint is not None:
        yield good("catalog", f"the service at {target.endpoint}: {target.decided_by}")
        findings = service.examine(target)
    else:
        yield good("catalog", f"the file {target.db_path}: {target.decided_by}")
        findings = file.examine(target.db_path)
    usable = settled = True
    for finding in findings:
        usable = usable and finding.level != "problem"
        # Opening a file that is not up to date would change it.
        settled = settled and (target.endpoint is not None or finding.level == "good")
        yield finding
    if usable and settled:
        yield from seals.examine(target)
    if write and usable and (target.endpoint is not None or target.db_path.exists()):
        yield writing.examine(target)
    yield from serving.examine()
