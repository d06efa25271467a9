"""The memory of sealing and of verifying a file does not grow with the number of sealed artifacts."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog_graph import verify_seal
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.seals import parts
from tests.support.seals import PRIVATE, PUBLIC

FEW, MANY = 2_000, 5_000
"""Numbers of artifacts; the first fills each batch and each buffer once."""
GROWTH = 150
"""Bytes an artifact that the peak may grow by: buffers vary by two thirds of it, and what a seal says of one is 400."""


def history(size: int) -> list[CatalogEntry]:
    """Return artifacts in a lineage about ten wide, each with two parents."""
    return [
        CatalogEntry(f"a{n}", "rows", "Dataset", f"{n:064x}", parent_ids=[f"a{p}" for p in (n - 10, n - 11) if p >= 0])
        for n in range(size + 1)
    ]


def peak(action: Callable[[int], None], size: int) -> int:
    """Return the most bytes that Python allocated at once during an action."""
    tracemalloc.start()
    action(size)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest


@pytest.mark.parametrize("new_catalog", ["local", "remote"], indirect=True)
def test_sealing_and_verifying_take_the_same_memory_for_any_ancestry(
    backend: CatalogBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the service, this is the memory of the client and of the service together."""
    monkeypatch.setattr(parts, "PART_BYTES", 64 * 1024)
    entries = history(MANY)
    for start in range(0, len(entries), 1000):
        backend.register_many(entries[start : start + 1000])
    del entries

    def seal(size: int) -> None:
        with (tmp_path / f"{size}.json").open("wb") as file:
            card = backend.write_seal(f"a{size}", PRIVATE, file)
        assert card.artifacts > size - 100

    def verify(size: int) -> None:
        assert verify_seal(tmp_path / f"{size}.json", PUBLIC).holds

    for action in (seal, verify):
        action(FEW)
        assert peak(action, MANY) - peak(action, FEW) < (MANY - FEW) * GROWTH
