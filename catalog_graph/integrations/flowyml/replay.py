"""Delivery of records that ended processes left unsent, on demand."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.integrations.flowyml.destination import Destination
from catalog_graph.integrations.flowyml.outbox import append_refusal, send_orphan
from catalog_graph.integrations.flowyml.spool import adopt_orphan, spool_files


@dataclass
class ReplayResult:
    """The counts and refusals of one replay."""

    records: int = 0
    """Records sent."""
    held: int = 0
    """Files of processes that still run and send their records themselves."""
    refused: list[tuple[CatalogEntry, str]] = field(default_factory=list)
    """Entries that a catalog refused, each with the reason."""


def replay(folder: Path, endpoint: str | None = None, api_key: str | None = None) -> ReplayResult:
    """Send each spool file in `folder` to `endpoint`, else to the catalog it was recorded for, and remove it.

    If a catalog does not answer, the backend's error is raised; files sent before that are already removed.
    """
    result = ReplayResult()

    def report(entry: CatalogEntry, reason: str) -> None:
        result.refused.append((entry, reason))
        append_refusal(folder, entry, reason)

    with ExitStack() as stack:
        backends: dict[str, CatalogBackend] = {}
        for path in spool_files(folder):
            with adopt_orphan(path) as orphan:
                if orphan is None:
                    result.held += path.exists()
                    continue
                address = endpoint or orphan.address
                if address and address not in backends:
                    backends[address] = stack.enter_context(Destination(address, folder, api_key).open())
                if address:
                    result.records += send_orphan(orphan, backends[address], report)
                else:
                    orphan.remove()
    return result
