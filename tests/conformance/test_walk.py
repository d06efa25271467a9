"""Walks that selectors write, on every backend."""

from __future__ import annotations

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, InvalidQuery, NotFound
from tests.support.entries import artifact, ids
from tests.support.kept import kept


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    """raw <- clean <- m1, m2 (fraud) <- report; m1 <- old; `pay` was never registered."""
    entries = [
        artifact("raw", "pay", at=0),
        artifact("clean", "raw", at=1),
        artifact("m1", "clean", name="fraud", artifact_type="Model", at=2),
        artifact("m2", "clean", name="fraud", artifact_type="Model", at=3),
        artifact("old", "m1", artifact_type="Report", at=4),
        artifact("report", "m2", artifact_type="Report", at=5),
    ]
    backend.register_many(entries)
    backend.set_alias("fraud", "champion", "m1")
    return backend


def test_references_and_queries(history: CatalogBackend) -> None:
    assert ids(history.walk("fraud@champion").nodes) == ["m1"]
    assert ids(history.walk("+fraud@champion+1").nodes) == ["pay", "raw", "clean", "m1", "old"]
    assert ids(history.walk("1+fraud:latest").nodes) == ["clean", "m2"]
    assert ids(history.walk("@clean", exclude="'type:Report'").nodes) == ["pay", "raw", "clean", "m1", "m2"]
    assert ids(history.walk('"type:Model"+').nodes) == ["m1", "m2", "old", "report"]
    assert ids(history.walk('1+"type:Report",2+"type:Report" "name:raw"').nodes) == ["raw", "m1", "m2", "old", "report"]
    assert ids(history.walk("+old,+report").nodes) == ["pay", "raw", "clean"]
    answer = history.walk("m1+ m2+", limit=2)
    assert (ids(answer.nodes), answer.total, answer.edges, answer.complete) == (["m1", "m2"], 4, [], False)
    assert history.walk("m1+ m2+").edges == [["old", "m1"], ["report", "m2"]]
    assert {card.depth for card in history.walk("+report").nodes} == {0}


def test_deleted_artifacts_are_passed(history: CatalogBackend) -> None:
    history.delete("m2")
    cards = history.walk("+report 'type:Model'").nodes
    assert ids(cards) == ["pay", "raw", "clean", "m1", "m2", "report"]
    assert [card.state for card in cards[-2:]] == ["deleted", "registered"]


def test_with_exact_every_reference_is_an_id(history: CatalogBackend) -> None:
    assert ids(history.walk("m1", exact=True).nodes) == ["m1"]
    with pytest.raises(NotFound):
        history.walk("fraud@champion", exact=True)


def test_questions_that_are_none(history: CatalogBackend) -> None:
    with pytest.raises(InvalidInput, match="select"):
        history.walk(" ")
    for select, exclude in (("a,", ""), ("'(' ", ""), ("m1", "+")):
        with pytest.raises(InvalidQuery):
            history.walk(select, exclude=exclude)
    with pytest.raises(NotFound):
        history.walk("raw unknown")
