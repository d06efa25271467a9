"""`where` chooses what a lineage lists and counts, `without` what the walk does not enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, InvalidQuery, LimitExceeded, NotFound
from tests.support.entries import artifact, depths, ids, pages
from tests.support.kept import kept

HISTORY = [
    artifact("raw", artifact_type="Dataset", tags={"stage": "production"}, at=0),
    artifact("clean", "raw", artifact_type="Dataset", at=1),
    artifact("left", "clean", artifact_type="FeatureSet", tags={"team": "fraud"}, at=2),
    artifact("right", "clean", "stub", artifact_type="FeatureSet", tags={"team": "churn"}, at=3),
    artifact("old", "left", artifact_type="Model", tags={"stage": "production", "f1": 0.9}, at=4),
    artifact("new", "left", "right", artifact_type="Model", tags={"f1": 0.95}, at=5),
    artifact("report", "new", "old", artifact_type="Report", tags={"stage": "production"}, at=6),
]


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(HISTORY)
    return backend


@pytest.mark.parametrize(
    ("where", "upstream", "downstream"),
    [
        ("", ["new", "old", "left", "right", "clean", "stub", "raw"], HISTORY),
        ("type:Model", ["new", "old"], ["new", "old"]),
        ("stage:production", ["old", "raw"], ["old", "report"]),
        ("f1>0.92 OR team:fraud", ["new", "left"], ["left", "new"]),
        ("-stage:production", ["new", "left", "right", "clean", "stub"], ["clean", "left", "right", "new"]),
        ("state:unregistered", ["stub"], []),
        ("-state:registered", ["stub"], []),
        ("id:clean", ["clean"], ["clean"]),
        ("-id:clean type:Dataset", ["raw"], []),
        ("-id:stub -type:*", [], []),
        ("aft", [], []),
        ("lef", ["left"], ["left"]),
        ("created>2025", ["new", "old", "left", "right", "clean", "raw"], HISTORY),
        ("created<2025", [], []),
        ("type:Model OR type:Report", ["new", "old"], ["new", "old", "report"]),
        ("hash:*", [], []),
    ],
)  # fmt: skip
def test_what_is_listed(history: CatalogBackend, where: str, upstream: list[str], downstream: list[str]) -> None:
    if downstream is HISTORY:
        downstream = ["clean", "left", "right", "new", "old", "report"]
    for found, expected in (
        (history.upstream("report", where=where), upstream),
        (history.downstream("raw", where=where), downstream),
    ):
        assert ids(found.nodes) == expected
        assert (found.total, found.complete) == (len(expected), True)
        listed = {found.root.artifact_id, *expected}
        assert sorted(found.edges) == sorted(
            (e.artifact_id, p) for e in HISTORY for p in e.parent_ids if {e.artifact_id, p} <= listed
        )


def test_the_walk_passes_through_the_rest(history: CatalogBackend) -> None:
    found = history.downstream("raw", where="type:Report")
    assert depths(found) == {"report": 4}
    assert found.edges == []


def test_with_a_depth(history: CatalogBackend) -> None:
    found = history.downstream("raw", where="stage:production", depth=3)
    assert (ids(found.nodes), found.total, found.stopped_by) == (["old"], 1, "depth")
    assert history.downstream("raw", where="type:None", depth=4).stopped_by is None


def test_by_pages(history: CatalogBackend) -> None:
    answers = pages(history, "report", "upstream", 1, where="-type:Report")
    assert [ids(a.nodes) for a in answers] == [[i] for i in ("new", "old", "left", "right", "clean", "stub", "raw")]
    assert {a.total for a in answers} == {7}
    assert sorted(e for a in answers for e in a.edges) == sorted(
        (e.artifact_id, p) for e in HISTORY for p in e.parent_ids
    )
    two = pages(history, "raw", "downstream", 1, where="type:Model")
    assert [(ids(a.nodes), a.stopped_by) for a in two] == [(["new"], "limit"), (["old"], None)]


def test_deleted_artifacts_have_a_state_and_nothing_else(history: CatalogBackend) -> None:
    history.delete("old")
    assert ids(history.upstream("report", where="stage:production").nodes) == ["raw"]
    assert ids(history.upstream("report", where="type:Model").nodes) == ["new"]
    assert ids(history.upstream("report", where="state:deleted").nodes) == ["old"]
    assert ids(history.upstream("report", where="-type:Dataset -type:FeatureSet").nodes) == ["new", "old", "stub"]
    assert ids(history.upstream("report", where="created>2020 -type:Dataset -type:FeatureSet").nodes) == ["new"]


def test_without(history: CatalogBackend) -> None:
    assert ids(history.upstream("report", without=["left"]).nodes) == ["new", "old", "right", "clean", "stub", "raw"]
    assert ids(history.upstream("report", without=["left", "right"]).nodes) == ["new", "old"]
    assert depths(history.upstream("report", without=["new"])) == {"old": 1, "left": 2, "clean": 3, "raw": 4}
    found = history.downstream("raw", without=["left"])
    assert depths(found) == {"clean": 1, "right": 2, "new": 3, "report": 4}
    assert sorted(found.edges) == [("clean", "raw"), ("new", "right"), ("report", "new"), ("right", "clean")]
    assert history.downstream("raw", without="raw").total == 0
    assert history.downstream("raw", without=["stub", "report"]).total == 5
    assert ids(history.downstream("raw", without=["left"], where="type:Model").nodes) == ["new"]
    assert [ids(a.nodes) for a in pages(history, "raw", "downstream", 2, without=["left"])] == [
        ["clean", "right"],
        ["new", "report"],
    ]


def test_what_is_left_out_has_to_be_known(history: CatalogBackend) -> None:
    """A misspelt id would get the answer to another question."""
    questions: list[Callable[..., Any]] = [history.upstream, history.downstream, history.impact]
    for ask in questions:
        with pytest.raises(NotFound, match="'nobody' not found: no artifact has that id or that name") as caught:
            ask("raw", without=["left", "nobody"])
        assert caught.value.details["artifact_id"] == "nobody"
    history.delete("old")
    assert ids(history.upstream("report", without=["old", "new"]).nodes) == []


def test_questions_that_are_none(history: CatalogBackend) -> None:
    with pytest.raises(InvalidQuery):
        history.upstream("report", where="(a")
    with pytest.raises(LimitExceeded):
        history.upstream("report", where="a" * 2000)
    with pytest.raises(LimitExceeded):
        history.upstream("report", without=[f"a{n}" for n in range(101)])
    with pytest.raises(InvalidInput, match="without"):
        history.upstream("report", without=[""])
    with pytest.raises(InvalidInput, match="as_of"):
        history.upstream("report", as_of="yesterday")
    nothing: Any = None
    with pytest.raises(InvalidInput, match="where must be text, not null"):
        history.upstream("report", where=nothing)
    with pytest.raises(InvalidInput, match="without must be a list of texts, not null"):
        history.upstream("report", without=nothing)
    with pytest.raises(InvalidInput, match="query must be text, not null"):
        history.search(nothing)
