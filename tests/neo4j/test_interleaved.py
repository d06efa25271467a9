"""Two transactions at the same time about one artifact: the result is that of one after the other.

One of them is held before its commit while the other one runs, in threads of two replicas. An artifact without children
has sixty parents: Neo4j locks a node with few relationships when one is added, and one with many not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import permutations
from threading import Event, Thread
from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.errors import Conflict, NotFound
from tests.neo4j.threads import replicas
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings

Edit = Callable[[CatalogBackend, str], object]
"""A change of the artifact `p`, or of its children `old` and `new`; each id begins with the text."""
WAIT = 0.1
"""Seconds that an edit may take that need not wait for another."""
MANY = 60


def delete(catalog: CatalogBackend, at: str) -> None:
    catalog.delete(f"{at}p")


def purge(catalog: CatalogBackend, at: str) -> None:
    catalog.purge(f"{at}p")


def purge_anyway(catalog: CatalogBackend, at: str) -> None:
    catalog.purge(f"{at}p", force=True)


def undelete(catalog: CatalogBackend, at: str) -> None:
    catalog.undelete(f"{at}p")


def again(catalog: CatalogBackend, at: str) -> None:
    catalog.register(artifact(f"{at}p", f"{at}q"))


def comes(catalog: CatalogBackend, at: str) -> None:
    catalog.register(artifact(f"{at}new", f"{at}p"))


def is_copied(catalog: CatalogBackend, at: str) -> None:
    with LocalCatalogBackend(":memory:") as source:
        comes(source, at)
        catalog.import_records(source.export_records())


def leaves(catalog: CatalogBackend, at: str) -> None:
    catalog.remove_parents(f"{at}old", f"{at}p")


def is_deleted(catalog: CatalogBackend, at: str) -> None:
    catalog.delete(f"{at}old")


def childless(catalog: CatalogBackend, at: str, parents: int) -> None:
    catalog.register(artifact(f"{at}p", *(f"{at}parent{n}" for n in range(parents))))


def with_child(catalog: CatalogBackend, at: str, parents: int) -> None:
    childless(catalog, at, parents)
    catalog.register(artifact(f"{at}old", f"{at}p"))


def hidden(catalog: CatalogBackend, at: str, parents: int) -> None:
    childless(catalog, at, parents)
    delete(catalog, at)


def tombstone(catalog: CatalogBackend, at: str, parents: int) -> None:
    with_child(catalog, at, parents)
    delete(catalog, at)


Races = Sequence[tuple[Callable[[CatalogBackend, str, int], None], Edit, Edit]]
SOME: Races = (
    *((childless, purge, edit) for edit in (comes, is_copied)),
    (with_child, delete, is_deleted),
    *((tombstone, leaves, edit) for edit in (comes, again)),
)
OTHERS: Races = (
    *((childless, edit, comes) for edit in (delete, purge_anyway)),
    (childless, delete, is_copied),
    (with_child, delete, leaves),
    *((hidden, edit, comes) for edit in (purge, again, undelete)),
    *((tombstone, leaves, edit) for edit in (is_copied, purge_anyway, undelete)),
    (tombstone, is_deleted, comes),
)


@pytest.fixture
def two(neo4j_backend: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings) -> Iterator[list[Neo4jCatalogBackend]]:
    """Two replicas over one empty database."""
    with replicas(neo4j_settings, 2) as backends:
        yield backends


@pytest.mark.parametrize("races", [SOME, pytest.param(OTHERS, marks=pytest.mark.long)], ids=["some", "others"])
def test_the_result_is_that_of_one_after_the_other(two: list[Neo4jCatalogBackend], races: Races) -> None:
    wrong = []
    for number, (prepare, *edits) in enumerate(races):
        parents = MANY if prepare in (childless, hidden) else 1
        serial = [_serial(prepare, order, parents) for order in permutations(edits)]
        for order in permutations(edits):
            at = f"{number}-{order[0].__name__}-"
            prepare(two[0], at, parents)
            _held(two, order, at)
            if _answers(two[0], at, parents) not in serial:
                wrong.append(f"{prepare.__name__}: {order[1].__name__} while {order[0].__name__}")
    assert not wrong, "\n".join(wrong)


def _serial(prepare: Callable[[CatalogBackend, str, int], None], order: Sequence[Edit], parents: int) -> object:
    with LocalCatalogBackend(":memory:") as catalog:
        prepare(catalog, "", parents)
        for edit in order:
            _done(edit, catalog, "")
        return _answers(catalog, "", parents)


def _done(edit: Edit, catalog: CatalogBackend, at: str) -> None:
    # What must not be after the other is refused.
    with suppress(NotFound, Conflict):
        edit(catalog, at)


def _held(two: list[Neo4jCatalogBackend], order: Sequence[Edit], at: str) -> None:
    """Run the first edit up to its commit, then the second one as far as it comes, then both to their ends."""
    changed, go_on = Event(), Event()
    bolt = two[0]._bolt
    write = bolt.write

    def held(work: Callable[[BoltTransaction], Any]) -> Any:
        def and_wait(transaction: BoltTransaction) -> Any:
            answer = work(transaction)
            changed.set()
            go_on.wait()
            return answer

        return write(and_wait)

    bolt.write = held  # type: ignore[method-assign]
    first, second = (Thread(target=_done, args=(e, c, at)) for e, c in zip(order, two, strict=True))
    try:
        first.start()
        assert changed.wait(30)
        second.start()
        second.join(WAIT)
        go_on.set()
        first.join()
        second.join()
    finally:
        go_on.set()
        del bolt.write


def _answers(catalog: CatalogBackend, at: str, parents: int) -> object:
    """Return what there is of each artifact: its state, its parents and children."""
    found: dict[str, object] = {}
    for name in ("p", "q", "old", "new", *(f"parent{n}" for n in range(parents))):
        near = catalog.neighbours(f"{at}{name}", exact=True)
        if near is None:
            continue
        parts = ([near.artifact], near.parents, near.children)
        found[name] = [sorted((e.artifact_id.removeprefix(at), e.state) for e in part) for part in parts]
        found[name, "parents"] = sorted(p.removeprefix(at) for p in near.artifact.parent_ids)
    return found
