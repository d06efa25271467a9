"""What lies within some edges of an artifact, whichever way they point."""

from __future__ import annotations

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, LimitExceeded, NotFound
from tests.support.entries import artifact, ids


def test_both_directions_at_once(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("raw", "stub"),
            artifact("other", "raw"),
            artifact("m", "raw"),
            artifact("r", "m"),
            artifact("s", "r"),
        ]
    )
    near = backend.neighbourhood("m", hops=1)
    assert (ids(near.nodes), near.total, near.complete) == (["r", "raw"], 2, True)
    assert near.edges == [["m", "raw"], ["r", "m"]]
    two = backend.neighbourhood("m")
    assert [(card.artifact_id, card.depth) for card in two.nodes] == [
        *(("r", 1), ("raw", 1), ("other", 2), ("s", 2), ("stub", 2))
    ]
    part = backend.neighbourhood("m", limit=3)
    assert (ids(part.nodes), part.total, part.complete) == (["r", "raw", "other"], 5, False)
    alone = backend.neighbourhood("m", hops=0)
    assert (alone.root.artifact_id, alone.nodes, alone.total, alone.complete) == ("m", [], 0, True)


def test_questions_that_are_none(backend: CatalogBackend) -> None:
    backend.register(artifact("a"))
    with pytest.raises(NotFound):
        backend.neighbourhood("unknown")
    with pytest.raises(LimitExceeded):
        backend.neighbourhood("a", hops=21)
    for hops in (-1, True, "x"):
        with pytest.raises(InvalidInput, match="hops"):
            backend.neighbourhood("a", hops=hops)  # type: ignore[arg-type]
