"""Everything in turn: nothing twice, nothing left out, also while others write."""

from itertools import islice
from threading import Thread

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput, InvalidQuery
from tests.support.entries import artifact, ids, numbered


@pytest.mark.parametrize("page_size", [1, 3, 10, 11, 1000])
def test_everything_comes_once_and_newest_first(backend: CatalogBackend, page_size: int) -> None:
    backend.register_many(numbered(10))
    assert ids(backend.iterate(page_size=page_size)) == [f"a{n:04}" for n in range(9, -1, -1)]


def test_words_do_not_change_the_order(backend: CatalogBackend) -> None:
    backend.register_many(
        [artifact("exact", at=1, name="fraud"), artifact("part", at=3, name="xfraud"), artifact("no", at=2)]
    )
    assert ids(backend.search("fraud")) == ["exact", "part"]
    assert ids(backend.iterate("fraud", page_size=1)) == ["part", "exact"]


def test_filters(backend: CatalogBackend) -> None:
    backend.register_many(
        artifact(f"a{n}", at=n, artifact_type="AB"[n % 2], tags={"n": n % 3}, source_pipeline="p", source_step="s")
        for n in range(9)
    )
    catalog = ArtifactCatalog(backend)
    assert ids(catalog.iterate("type:A", page_size=2)) == ["a8", "a6", "a4", "a2", "a0"]
    found = catalog.iterate("n:*", artifact_type="B", source_pipeline="p", source_step="s", tags={"n": 1}, page_size=1)
    assert ids(found) == ["a7", "a1"]


def test_nothing_is_read_before_it_is_used(backend: CatalogBackend) -> None:
    backend.register_many(numbered(5))
    found = backend.iterate(page_size=2)
    backend.delete("a0004")
    assert ids(islice(found, 1)) == ["a0003"]
    backend.delete("a0001")
    backend.delete("a0002")
    assert ids(found) == ["a0002", "a0000"]  # a0002 was on the page that was read already


def test_while_others_write(backend: CatalogBackend) -> None:
    """Registered, tagged and deleted meanwhile: what is there all the time comes once, in order, and nothing twice."""
    backend.register_many(numbered(60, tags={"kept": "yes"}))
    backend.register_many(artifact(f"gone{n}", at=n) for n in range(0, 60, 3))

    def write() -> None:
        for n in range(40):
            backend.register(artifact(f"new{n}", at=1000 + n, tags={"kept": "yes"}))
            backend.tag(f"a{n:04}", {"seen": n})
            if n % 3 == 0:
                backend.delete(f"gone{n}")

    writer = Thread(target=write)
    found = backend.iterate(page_size=4)
    seen = ids(islice(found, 5))
    writer.start()
    seen += ids(found)
    again = ids(backend.iterate("kept:yes", page_size=7))
    writer.join()
    for listed in (seen, again):
        assert len(set(listed)) == len(listed)
        assert [i for i in listed if i.startswith("a")] == [f"a{n:04}" for n in range(59, -1, -1)]


def test_what_cannot_be_read(backend: CatalogBackend) -> None:
    with pytest.raises(InvalidQuery, match="column 6"):
        next(backend.iterate("team:"))
    for size in (0, -1, True):
        with pytest.raises(InvalidInput, match="page_size"):
            backend.iterate(page_size=size)
