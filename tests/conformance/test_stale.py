"""What is stale: inputs with a newer version or an alias that has moved on, and the least to make again."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, InvalidQuery, NotFound
from catalog_graph.promotion.report import RuleResult
from tests.support.entries import artifact, ids
from tests.support.kept import kept


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    for number, parents in enumerate([[], ["raw-1"], ["clean-1"], ["features-1"]]):
        name = ("raw", "clean", "features", "model")[number]
        backend.register(artifact(f"{name}-1", *parents, name=name, at=number))
    return backend


def test_newer_versions_at_any_depth(history: CatalogBackend) -> None:
    assert history.stale("model-1").total == 0
    history.register(artifact("raw-2", "raw-1", name="raw", at=43_200))
    history.register(artifact("raw-3", "raw-2", name="raw", at=86_400))
    answer = history.stale("model:latest")
    [raw] = answer.inputs
    assert (raw.artifact.artifact_id, raw.artifact.depth, raw.newer, raw.days) == ("raw-1", 3, 2, 1.0)
    assert raw.newest is not None
    assert raw.newest.artifact_id == "raw-3"
    assert ids(raw.path) == ["model-1", "features-1", "clean-1", "raw-1"]
    assert ids(each.artifact for each in answer.remake) == ["clean-1", "features-1", "model-1"]
    assert answer.remake[0].instead == {"raw-1": "raw-3"}
    assert answer.complete


def test_a_version_does_not_wait_for_itself(history: CatalogBackend) -> None:
    history.register_many([artifact("model-2", "model-1", name="model"), artifact("model-3", "model-2", name="model")])
    history.register(artifact("features-2", name="features"))
    assert (history.stale("model-2").total, history.stale("model-2").newer) == (0, 1)
    assert ids(each.artifact for each in history.stale("model-1").inputs) == ["features-1"]


def test_versions_go_by_number_where_the_last_one_does(backend: CatalogBackend) -> None:
    backend.register(artifact("b", name="data", version="dev"))
    backend.register(artifact("c", name="data", version="v9"))
    backend.register(artifact("d", name="data", version="3"))
    backend.register_many([artifact(f"of-{i}", i) for i in "bcd"])
    counts = {i: [each.newer for each in backend.stale(f"of-{i}").inputs] for i in "bcd"}
    assert counts == {"b": [2], "c": [], "d": [1]}
    backend.register(artifact("e", name="data", version="main"))
    counts = {i: [each.newer for each in backend.stale(f"of-{i}").inputs] for i in "bcd"}
    assert counts == {"b": [3], "c": [2], "d": [1]}


def test_an_alias_that_has_moved_on(history: CatalogBackend) -> None:
    history.register(artifact("raw-2", name="raw"))
    history.register(artifact("of-2", "raw-2"))
    history.set_alias("raw", "golden", "raw-2")
    assert history.stale("of-2").total == 0
    history.set_alias("raw", "golden", "raw-1")
    [raw] = history.stale("of-2").inputs
    assert (raw.artifact.artifact_id, raw.newest, raw.newer, raw.aliases) == ("raw-2", None, 0, {"golden": "raw-1"})
    assert history.stale("of-2").remake[0].instead == {"raw-2": "raw-1"}
    history.unset_alias("raw", "golden")
    assert history.stale("of-2").total == 0


def test_what_is_deleted_is_outdated_too(history: CatalogBackend) -> None:
    history.register(artifact("raw-2", "raw-1", name="raw"))
    history.delete("raw-1")
    assert [(each.artifact.state, each.newer) for each in history.stale("model-1").inputs] == [("deleted", 1)]
    history.register(artifact("of-2", "raw-2"))
    history.undelete("raw-1")
    history.delete("raw-2")
    assert history.stale("of-2").total == 0  # version 1 is not newer than version 2
    history.register(artifact("raw-3", name="raw"))
    assert [each.newer for each in history.stale("of-2").inputs] == [1]


def test_what_is_stale_in_the_catalog(history: CatalogBackend) -> None:
    history.register(artifact("clean-2", "raw-1", name="clean", at=9))
    history.tag("model-1", {"stage": "production"})
    answer = history.stale()
    assert [ids(each.path) for each in answer.artifacts] == [["model-1", "features-1", "clean-1"]]
    assert (answer.total, answer.examined, answer.complete) == (1, 1, True)
    every = history.stale(where="", limit=1)
    assert (every.total, every.examined, every.complete) == (2, 5, False)
    assert ids(each.path[0] for each in every.artifacts) == ["model-1"]


def test_questions_that_are_none(history: CatalogBackend) -> None:
    with pytest.raises(NotFound):
        history.stale("unknown")
    with pytest.raises(InvalidQuery):
        history.stale(where="(")
    with pytest.raises(InvalidInput, match="not both"):
        history.stale("model-1", where="type:Model")  # type: ignore[call-overload]


def test_the_gate_finds_what_is_stale(history: CatalogBackend) -> None:
    def check(**rule: Any) -> RuleResult:
        [result] = history.check_promotion("model-1", {"rules": [{"rule": "stale", **rule}]}).results
        return result

    assert check().outcome == "pass"
    history.register(artifact("raw-2", name="raw"))
    history.set_alias("raw", "golden", "raw-1")
    found = check()
    assert (found.outcome, found.total, found.complete) == ("fail", 1, True)
    assert [ids(each.path) for each in found.offenders] == [["model-1", "features-1", "clean-1", "raw-1"]]
    assert found.reason == "1 in the ancestry has a newer version, or an alias that has moved on"
    assert check(where="name:clean").outcome == check(max_versions=1).outcome == "pass"
    history.set_alias("raw", "golden", "raw-2")
    assert (check(max_versions=1).outcome, check(max_versions=1, aliases=False).outcome) == ("fail", "pass")
    history.register(artifact("raw-3", name="raw"))
    assert check(max_versions=1, aliases=False).outcome == "fail"
    part = {"max_artifacts": 1, "rules": [{"rule": "stale"}]}
    assert history.check_promotion("model-1", part).outcome == "undecided"
