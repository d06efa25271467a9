"""Events: the change record as whoever follows a catalog reads it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import islice

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.changes.event import Event
from catalog_graph.errors import InvalidInput, InvalidQuery
from tests.support.entries import artifact
from tests.support.kept import kept


def brief(events: list[Event]) -> list[tuple[str, str | None]]:
    return [(each.kind, each.artifact_id) for each in events]


@kept
def busy(backend: CatalogBackend) -> CatalogBackend:
    """Return a catalog in which something of each kind has happened, in six transactions."""
    backend.register_many(
        [artifact("raw", name="raw"), artifact("m1", "raw", name="fraud", artifact_type="Model", tags={"stage": "x"})]
    )
    backend.register(artifact("m2", "raw", name="fraud", artifact_type="Model", tags={"stage": "production"}))
    backend.set_alias("fraud", "champion", "m1")
    backend.set_alias("fraud", "champion", "m2")
    backend.tag("raw", {"rows": 3})
    backend.delete("m1")
    return backend


def test_events_are_the_changes_with_their_artifacts(busy: CatalogBackend) -> None:
    """In order, each with a place behind which a reader gets exactly the rest."""
    events, changes = list(busy.events()), list(busy.changes())
    assert [(e.number, e.at, e.kind, e.artifact_id, e.details) for e in events] == [
        (c.number, c.at, c.kind, c.artifact_id, c.details) for c in changes
    ]
    assert len({each.id for each in events}) == len(events)
    for position, event in enumerate(events, 1):
        assert list(busy.events(event.id)) == events[position:]
    assert list(busy.events(2)) == [each for each in events if each.number > 2]
    m1 = next(each for each in events if each.artifact_id == "m1")
    assert m1.artifact == {
        **{"name": "fraud", "artifact_type": "Model", "version": "1"},
        **{"state": "deleted", "aliases": []},
    }


def test_filters(busy: CatalogBackend) -> None:
    """A query is about the artifact as it is now, a deleted one as it was, and both holders of an alias."""
    assert {i for _, i in brief(list(busy.events(query="type:Model")))} == {"m1", "m2"}
    assert brief(list(busy.events(query="stage:production"))) == [
        *(("registered", "m2"), ("edges_added", "m2")),
        ("alias_moved", "m2"),
    ]
    assert brief(list(busy.events(query="stage:x", kinds=["alias_moved", "deleted"]))) == [
        *(("alias_moved", "m1"), ("alias_moved", "m2")),
        ("deleted", "m1"),
    ]
    assert list(busy.events(query="type:Nothing")) == []
    busy.purge("m1")
    assert brief(list(busy.events(6, query="stage:x"))) == [("purged", "m1")]  # nothing is left to compare
    for after, query, kinds, error in (
        ("x", "", [], InvalidInput),
        (-1, "", [], InvalidInput),
        (99, "", [], InvalidInput),
        (0, "a:(", [], InvalidQuery),
        (0, "", ["other"], InvalidInput),
    ):
        with pytest.raises(error):
            list(busy.events(after, query=query, kinds=kinds))


def test_large_transactions_are_read_in_pages(backend: CatalogBackend) -> None:
    backend.register_many([artifact(f"a{n:03}") for n in range(450)])
    events = list(backend.events())
    assert [each.artifact_id for each in events] == [f"a{n:03}" for n in range(450)]
    assert [each.artifact_id for each in backend.events(events[299].id)] == [f"a{n:03}" for n in range(300, 450)]


def test_watching_eight_writers(backend: CatalogBackend) -> None:
    """Everything in order, each once, from the call on."""
    backend.register(artifact("before"))
    seen = backend.watch(kinds=["registered"])

    def write(writer: int) -> None:
        for n in range(10):
            backend.register(artifact(f"w{writer}-{n}"))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    events = list(islice(seen, 80))
    for thread in threads:
        thread.join()
    assert {each.artifact_id for each in events} == {f"w{writer}-{n}" for writer in range(8) for n in range(10)}
    for writer in range(8):
        own = [each.artifact_id for each in events if (each.artifact_id or "").startswith(f"w{writer}-")]
        assert own == [f"w{writer}-{n}" for n in range(10)]
    numbers = [each.number for each in events]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("new_catalog", ["local", "neo4j"], indirect=True)
def test_what_is_no_longer_recorded_is_told(new_catalog: Callable[[], CatalogBackend]) -> None:
    backend = new_catalog()
    assert isinstance(backend, StoreBackend)
    for n in range(4):
        backend.register(artifact(f"a{n}"))
    backend.drop_changes(2**62)
    for after, first in ((0, 1), ("2.0", 2), (2, 3)):
        gap, last = backend.events(after, query="type:Dataset", kinds=["registered"])
        assert (gap.kind, gap.details["first"], gap.details["last"]) == ("missing", first, 3)
        assert (last.kind, last.artifact_id) == ("registered", "a3")
        assert list(backend.events(gap.id)) == [last]
