"""Lists: filters, the newest first, and as many as were asked for."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput
from tests.support.backends import stores
from tests.support.entries import artifact, ids, instant, numbered


def register_mixed(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("m1", at=1, artifact_type="Model", source_pipeline="fraud", source_step="train", tags={"s": "p"}),
            artifact("m2", at=2, artifact_type="Model", source_pipeline="churn", source_step="train", tags={"s": "d"}),
            artifact("d1", at=3, source_pipeline="fraud", source_step="load", tags={"s": "p", "t": 1}),
            artifact("x1", at=4, artifact_type="model", source_pipeline="Fraud"),
        ]
    )


def test_nothing_to_list(backend: CatalogBackend) -> None:
    assert backend.list_artifacts() == []
    assert backend.find_by_content_hash("h") is None
    assert backend.search("anything") == []


def test_all_filters_must_match_exactly(backend: CatalogBackend) -> None:
    register_mixed(backend)
    assert ids(backend.list_artifacts()) == ["x1", "d1", "m2", "m1"]
    assert ids(backend.list_artifacts(artifact_type="Model")) == ["m2", "m1"]
    assert ids(backend.list_artifacts(source_pipeline="fraud")) == ["d1", "m1"]
    assert ids(backend.list_artifacts(source_step="train")) == ["m2", "m1"]
    assert ids(backend.list_artifacts(tags={"s": "p"})) == ["d1", "m1"]
    assert ids(backend.list_artifacts(tags={"s": "p", "t": 1})) == ["d1"]
    assert ids(backend.list_artifacts(artifact_type="Model", source_pipeline="fraud")) == ["m1"]
    everything = {"artifact_type": "Model", "source_pipeline": "churn", "source_step": "train", "tags": {"s": "d"}}
    assert ids(backend.list_artifacts(**everything)) == ["m2"]
    assert backend.list_artifacts(artifact_type="Model", source_step="load") == []
    assert backend.list_artifacts(artifact_type="Mode") == []


def test_a_query_narrows_a_list(backend: CatalogBackend) -> None:
    register_mixed(backend)
    assert ids(backend.list_artifacts(query="s:p", artifact_type="Model")) == ["m1"]
    assert ids(backend.list_artifacts(query="fraud", tags={"s": "p"})) == ["d1", "m1"]


def test_empty_filters_do_not_count(backend: CatalogBackend) -> None:
    register_mixed(backend)
    everything = backend.list_artifacts()
    assert backend.list_artifacts(artifact_type="", source_pipeline="", source_step="", tags={}) == everything
    assert backend.list_artifacts(None, None, None, None) == everything
    assert backend.list() == everything
    assert ids(backend.list(artifact_type="Model", limit=1)) == ["m2"]


def test_the_newest_come_first_and_equal_ages_by_id_backwards(backend: CatalogBackend) -> None:
    names = ["b", "a", "B", "é", "z", "\uffee", "\U0001f600", "aa", "10", "9"]
    backend.register_many([artifact(i, at=5) for i in names] + [artifact("older", at=4), artifact("newer", at=6)])
    assert ids(backend.list_artifacts()) == ["newer", *sorted(names, reverse=True), "older"]


def test_a_microsecond_decides(backend: CatalogBackend) -> None:
    stamps = ["2026-01-01T00:00:00.000001", "2026-01-01T00:00:00.000002", "2026-01-01T00:00:00"]
    backend.register_many(artifact(f"a{n}", created_at=f"{s}+00:00") for n, s in enumerate(stamps))
    assert ids(backend.list_artifacts()) == ["a1", "a0", "a2"]


def test_order_is_by_instant_not_by_its_text(backend: CatalogBackend) -> None:
    backend.register(artifact("late", created_at="2026-01-01T00:30:00-10:00"))
    backend.register(artifact("early", created_at="2026-01-01T09:00:00+00:00"))
    assert ids(backend.list_artifacts()) == ["late", "early"]


def test_limits(backend: CatalogBackend) -> None:
    backend.register_many(numbered(150))
    assert len(backend.list_artifacts()) == 100
    assert len(backend.search("dataset")) == 50
    assert ids(backend.list_artifacts(limit=2)) == ["a0149", "a0148"]
    assert len(backend.list_artifacts(limit=1_000_000)) == 150
    assert len(backend.search("dataset", limit=149)) == 149


@pytest.mark.parametrize("limit", [0, -1, 1.5, "many", None, True, "", "-3", "1e3"])
def test_limits_that_are_none(backend: CatalogBackend, limit: object) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        backend.list_artifacts(limit=limit)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="limit"):
        backend.search("x", limit=limit)  # type: ignore[arg-type]


def test_a_tag_filter_is_not_cut_short_by_the_limit(backend: CatalogBackend) -> None:
    backend.register_many(artifact(f"rare{n}", at=n, tags={"rare": True}) for n in range(3))
    backend.register_many(numbered(400, first=10, tags={"rare": False}))
    assert ids(backend.list_artifacts(tags={"rare": True}, limit=3)) == ["rare2", "rare1", "rare0"]
    assert ids(backend.list_artifacts(tags={"rare": True}, limit=2)) == ["rare2", "rare1"]
    assert ids(backend.search("rare:true", limit=10)) == ["rare2", "rare1", "rare0"]


@pytest.mark.long
@stores
def test_more_than_a_page_is_listed(backend: CatalogBackend) -> None:
    backend.register_many(numbered(10_000))
    backend.register_many(numbered(50, first=10_000))
    listed = ids(backend.list_artifacts(limit=10_025))
    assert listed == [f"a{n:04}" for n in range(10_049, 24, -1)]


def test_unregistered_and_deleted_artifacts_are_not_listed(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", "stub", "gone"), artifact("gone", content_hash="h", tags={"x": 1})])
    backend.delete("gone")
    assert ids(backend.list_artifacts()) == ["a"]
    assert backend.list_artifacts(tags={"x": 1}) == []
    assert backend.search("gone") == []
    assert backend.search("stub") == []


@pytest.mark.parametrize("value", ["x\0y", "\ud800", "v" * 100_000, "' OR 1=1 --", "%", "_", "*", "\\", '"'])
def test_filters_take_any_text(backend: CatalogBackend, value: str) -> None:
    backend.register(artifact("a", at=1, source_pipeline="p", source_step="s", tags={"k": "v"}))
    for filters in ({"artifact_type": value}, {"source_pipeline": value}, {"source_step": value}):
        assert backend.list_artifacts(**filters) == []
    assert backend.list_artifacts(tags={"k": value}) == []
    assert backend.list_artifacts(tags={value: "v"}) == []
    assert instant(1) == backend.list_artifacts()[0].created_at
