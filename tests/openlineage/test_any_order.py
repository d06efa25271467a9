"""Events in any order, in batches of any size: every store has what a plain model reads out of all of them at once."""

from __future__ import annotations

import random

import pytest

from catalog_graph.backends.base import CatalogBackend
from tests.conftest import NewCatalog
from tests.openlineage.events import Event, random_events
from tests.openlineage.plain import Edges, meaning
from tests.support.backends import stores


def lineage_of(backend: CatalogBackend) -> Edges:
    """Return all registered artifacts, with the rules of their edges."""
    edges: Edges = {}
    for entry in backend.iterate():
        edges[entry.artifact_id] = entry.metadata.get("how", {})
        assert sorted(entry.parent_ids) == sorted(edges[entry.artifact_id])
    return edges


def sent(backend: CatalogBackend, events: list[Event], seed: int) -> Edges:
    """Send events in batches of random sizes."""
    choose, rest = random.Random(seed), list(events)
    while rest:
        size = choose.choice([1, 7, 200])
        assert not backend.take_events(rest[:size]).refused
        rest = rest[size:]
    return lineage_of(backend)


@stores
@pytest.mark.parametrize("seed", range(3))
def test_interleaved_events(new_catalog: NewCatalog, seed: int) -> None:
    events = random_events(100, seed)
    expected = meaning(events)
    assert sum(map(len, expected.values())) > 10
    assert sent(new_catalog(), events, seed) == expected


@stores
@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_thousand_events(new_catalog: NewCatalog) -> None:
    events = random_events(10_000, 1)
    assert sent(new_catalog(), events, 1) == meaning(events)
