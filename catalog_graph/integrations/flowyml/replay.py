"""Sends what ended processes left behind, on demand."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.integrations.flowyml.destination import Destination
from catalog_graph.integrations.flowyml.outbox import note_refused, send_left_behind
from catalog_graph.integrations.flowyml.spool import left_behind, taken_over


@dataclass
class Replayed:
    """What a replay came to."""

    records: int = 0
    """Records sent."""
    held: int = 0
    """Files of processes that still live, and send them by themselves."""
    refused: list[tuple[CatalogEntry, str]] = field(default_factory=list)
    """What a catalog did not take, and why."""


def replay(folder: Path, endpoint: str | None = None, api_key: str | None = None) -> Replayed:
    """Send every file in `folder` to the catalog that it is for, or to `endpoint`, and remove it.

    Raises what a backend raises where its catalog does not answer; the files that are sent by then are gone.
    """
    done = Replayed()

    def report(entry: CatalogEntry, reason: str) -> None:
        done.refused.append((entry, reason))
        note_refused(folder, entry, reason)

    with ExitStack() as opened:
        backends: dict[str, CatalogBackend] = {}
        for path in left_behind(folder):
            with taken_over(path) as left:
                if left is None:
                    done.held += path.exists()
                    continue
                address = endpoint or left.address
                if address and address not in backends:
                    backends[address] = opened.enter_context(Destination(address, folder, api_key).open())
                if address:
                    done.records += send_left_behind(left, backends[address], report)
                else:
                    left.remove()
    return done
