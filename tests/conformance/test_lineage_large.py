"""Long chains and wide fans: as quick and as exact as small ones."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CycleRefused
from tests.support.backends import stores
from tests.support.entries import artifact, chain, ids

COUNT = 10_000
NAMES = [f"n{n:05}" for n in range(COUNT)]


@pytest.mark.long
@stores
def test_a_long_chain(backend: CatalogBackend) -> None:
    backend.register_many(chain(*NAMES))
    up = backend.upstream(NAMES[-1], limit=None)
    assert (up.total, up.complete, len(up.edges)) == (COUNT - 1, True, COUNT - 1)
    assert up.columns.artifact_id == NAMES[-2::-1]
    assert up.columns.depth == list(range(1, COUNT))
    down = backend.downstream(NAMES[0], limit=None)
    assert down.columns.artifact_id == NAMES[1:]
    some = backend.upstream(NAMES[-1], limit=3)
    assert (ids(some.nodes), some.total, some.stopped_by) == (NAMES[-2:-5:-1], COUNT - 1, "limit")
    deep = backend.downstream(NAMES[0], depth=9_000, limit=None)
    assert (deep.total, deep.stopped_by, deep.columns.depth[-1]) == (9_000, "depth", 9_000)
    assert ids(backend.register_many([artifact("after", NAMES[-1])])) == ["after"]
    with pytest.raises(CycleRefused) as caught:
        backend.add_parents(NAMES[0], "after")
    assert caught.value.details["path"] == [NAMES[0], "after", *reversed(NAMES)]
    backend.add_parents(NAMES[-1], NAMES[0])
    assert backend.upstream(NAMES[-1], depth=1).total == 2


@pytest.mark.long
@stores
def test_a_wide_fan(backend: CatalogBackend) -> None:
    backend.register_many([artifact("source", at=0), *(artifact(i, "source", at=1) for i in NAMES[:-1])])
    backend.register(artifact("sink", *NAMES[:-1]))
    down = backend.downstream("source", limit=None)
    assert (down.total, down.complete, len(down.edges)) == (COUNT, True, 2 * (COUNT - 1))
    assert down.columns.artifact_id == [*NAMES[:-1], "sink"]
    up = backend.upstream("sink", limit=None)
    assert up.columns.artifact_id == [*NAMES[:-1], "source"]
    near = backend.upstream("sink", depth=1)
    assert (len(near.nodes), near.total, near.stopped_by) == (1000, COUNT - 1, "limit")
    neighbours = backend.neighbours("source")
    assert neighbours is not None
    assert ids(neighbours.children) == NAMES[:-1]
    sink = backend.get("sink")
    assert sink is not None
    assert sink.parent_ids == NAMES[:-1]
    with pytest.raises(CycleRefused):
        backend.add_parents("source", "sink")
