"""A cursor continues one question: elsewhere it is refused, and ages count back from the instant of the first page."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import from_microseconds, now
from catalog_graph.query.selection import Selection
from tests.support.entries import artifact, ids
from tests.support.kept import kept

Read = Callable[[CatalogBackend, str | None, int], Any]
"""Read a page at a cursor, of a size."""

AS_OF = "2100-01-01T00:00:00+00:00"


def lineage(artifact_id: str, direction: Any = "upstream", **parameters: Any) -> Read:
    return lambda b, cursor, limit: b.lineage(artifact_id, direction, limit=limit, cursor=cursor, **parameters)


def found(**parameters: Any) -> Read:
    return lambda b, cursor, limit: b.find(Selection(**parameters), limit=limit, cursor=cursor)


def versions(name: str) -> Read:
    return lambda b, cursor, limit: b.versions(name, limit=limit, cursor=cursor)


def aliases(*names: str | None, **parameters: Any) -> Read:
    return lambda b, cursor, limit: b.alias_page(*names, limit=limit, cursor=cursor, **parameters)


def moves(*names: str) -> Read:
    return lambda b, cursor, limit: b.alias_history_page(*names, limit=limit, cursor=cursor)


QUESTIONS: dict[str, Read] = {
    "upstream of m": lineage("m"),
    "upstream of n": lineage("n"),
    "downstream of s": lineage("s", "downstream"),
    "up to a depth": lineage("m", depth=9),
    "where": lineage("m", where="name:x"),
    "where an age": lineage("m", where="created>1000y"),
    "as of": lineage("m", as_of=AS_OF),
    "without": lineage("m", without=["s"]),
    "until": lineage("m", until="name:s"),
    "list": found(),
    "newest first": found(order="newest"),
    "search": found(text="x"),
    "search of an age": found(text="created>1000y"),
    "type": found(artifact_type="Dataset"),
    "pipeline": found(source_pipeline="p"),
    "step": found(source_step="fit"),
    "tags": found(tags={"t": 1}),
    "versions of x": versions("x"),
    "versions of y": versions("y"),
    "aliases": aliases(),
    "aliases of x": aliases("x"),
    "aliases of an artifact": aliases(artifact_id="x0"),
    "moves of x": moves("x"),
    "moves of x@a": moves("x", "a"),
    "moves of y": moves("y"),
}


@kept
def catalog(backend: CatalogBackend) -> CatalogBackend:
    fields = {"source_pipeline": "p", "source_step": "fit", "tags": {"t": 1}}
    entries = [artifact("s", at=0)]
    for name in ("x", "y"):
        entries += [artifact(f"{name}{n}", "s", at=n, name=name, **fields) for n in range(3)]
    entries += [artifact("m", "s", "x0", "x1", "x2"), artifact("n", "s", "x0", "x1", "x2")]
    backend.register_many(entries)
    for artifact_id, alias in itertools.product(("x0", "x1", "x0"), ("a", "b", "c")):
        backend.set_alias("x", alias, artifact_id)
    for alias in ("a", "b"):
        for artifact_id in ("y0", "y1"):
            backend.set_alias("y", alias, artifact_id)
    return backend


def test_a_cursor_continues_its_own_question_and_no_other(catalog: CatalogBackend) -> None:
    cursors = {name: read(catalog, None, 1).cursor for name, read in QUESTIONS.items()}
    assert [name for name, cursor in cursors.items() if not cursor] == []
    for (own, cursor), (name, read) in itertools.product(cursors.items(), QUESTIONS.items()):
        if own == name:
            read(catalog, cursor, 2)
        else:
            with pytest.raises(InvalidInput, match=r"cursor .* (continues another question|cannot be read)"):
                read(catalog, cursor, 1)


def test_pages_of_any_size_together_are_the_whole(catalog: CatalogBackend) -> None:
    for name, read in QUESTIONS.items():
        page = read(catalog, None, 1)
        listed = [*items(page)]
        for limit in itertools.count(1):
            if not page.cursor:
                break
            page = read(catalog, page.cursor, limit)
            listed += items(page)
        assert listed == items(read(catalog, None, 1000)), name


def items(page: Any) -> list[Any]:
    return (
        list(page.nodes if hasattr(page, "nodes") else page.items)
        if not hasattr(page, "name")
        else [version.artifact for version in page.items]
    )


def test_a_reference_is_what_it_was(catalog: CatalogBackend) -> None:
    """A name continues as long as it means the same; the id continues always."""
    cursor = catalog.upstream("m:latest", limit=1).cursor
    assert ids(catalog.lineage("m:latest", "upstream", limit=1, cursor=cursor).nodes) == ["x0"]
    catalog.register(artifact("m2", "s", name="m"))
    with pytest.raises(InvalidInput, match="continues another question"):
        catalog.lineage("m:latest", "upstream", limit=1, cursor=cursor)
    assert ids(catalog.lineage("m", "upstream", limit=1, cursor=cursor, exact=True).nodes) == ["x0"]


def test_an_impact_continues_as_downstream(catalog: CatalogBackend) -> None:
    impact = catalog.impact("s", limit=2).lineage
    rest = catalog.lineage("s", "downstream", cursor=impact.cursor)
    assert ids([*impact.nodes, *rest.nodes]) == ids(catalog.downstream("s").nodes)
    with pytest.raises(InvalidInput):
        catalog.lineage("s", "downstream", cursor=impact.cursor, where="name:x")


def test_ages_count_back_from_the_first_page(backend: CatalogBackend) -> None:
    """Artifacts of almost a minute ago are on every page, also when a minute has passed."""
    oldest = time.time() - 58
    edge = int(oldest * 1_000_000)
    backend.register_many(
        [CatalogEntry(f"a{n}", "a", "T", parent_ids=[], created_at=from_microseconds(edge + n)) for n in range(4)]
    )
    backend.register(CatalogEntry("root", "r", "T", parent_ids=["a0", "a1", "a2", "a3"], created_at=now()))
    search = found(text="name:a created>1min")
    upstream = lineage("root", where="created>1min")
    first, above = search(backend, None, 2), upstream(backend, None, 2)
    assert (ids(first.items), ids(above.nodes)) == (["a3", "a2"], ["a0", "a1"])
    time.sleep(max(0, oldest + 60.1 - time.time()))
    assert ids(search(backend, None, 4).items) == []
    assert ids(search(backend, first.cursor, 4).items) == ["a1", "a0"]
    assert ids(upstream(backend, above.cursor, 4).nodes) == ["a2", "a3"]


def test_other_texts_are_no_cursors(catalog: CatalogBackend) -> None:
    for cursor in ("x", "a.b", "a.b.c", ".", "..", "a.1.", "WzFd", "é.1.x", f"a.{'f' * 40}.x"):
        for read in QUESTIONS.values():
            with pytest.raises(InvalidInput, match="cursor"):
                read(catalog, cursor, 1)
