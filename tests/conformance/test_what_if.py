"""The artifacts that would be lost without some others."""

from __future__ import annotations

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, NotFound
from tests.support.entries import artifact, ids
from tests.support.kept import kept


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(
        [
            artifact("s1"),
            artifact("s2"),
            artifact("s3"),
            artifact("mid", "s1"),
            artifact("root", "mid", "s2"),
            artifact("a", "root"),
            artifact("b", "a"),
            artifact("c", "a", "s3"),
            artifact("d", "root", "c"),
        ]
    )
    return backend


def test_what_would_be_lost_above(history: CatalogBackend) -> None:
    found = history.what_if("root", ["mid"])
    assert (found.root.artifact_id, ids(found.without)) == ("root", ["mid"])
    assert (ids(found.lost.cards), found.sources, found.sources_left) == (["s1"], 2, 1)
    assert (found.cut_off.total, found.sourceless.total) == (0, 0)
    assert found.complete


def test_what_would_be_cut_off_below(history: CatalogBackend) -> None:
    found = history.what_if("root", ["a"])
    assert (found.lost.total, found.sources_left) == (0, 2)
    assert ids(found.cut_off.cards) == ["b", "c"]
    assert ids(found.sourceless.cards) == ["b"]


def test_what_would_have_no_source_left(history: CatalogBackend) -> None:
    both = history.what_if("root", ["s1", "s2"])
    assert (both.sources_left, ids(both.lost.cards)) == (0, [])
    assert both.cut_off.total == 0
    assert ids(both.sourceless.cards) == ["root", "a", "b"]
    alone = history.what_if("root", ["root"])
    assert ids(alone.cut_off.cards) == ["a", "d", "b", "c"]
    assert ids(alone.sourceless.cards) == ["a", "b"]
    every = history.what_if("root", ["s1", "s2", "s3"])
    assert ids(every.sourceless.cards) == ["root", "a", "d", "b", "c"]
    assert ids(history.what_if("a", ["s3"]).sourceless.cards) == []


def test_a_part_says_that_it_is_one(history: CatalogBackend) -> None:
    found = history.what_if("root", ["root"], limit=2)
    assert (ids(found.cut_off.cards), found.cut_off.total, found.cut_off.complete) == (["a", "d"], 4, False)
    assert not found.complete


def test_questions_that_are_none(history: CatalogBackend) -> None:
    with pytest.raises(NotFound):
        history.what_if("unknown", ["a"])
    with pytest.raises(NotFound):
        history.what_if("a", ["unknown"])
    with pytest.raises(InvalidInput, match="at least one"):
        history.what_if("a", [])
