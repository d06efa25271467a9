"""Registering one artifact: what is kept, what the store adds, what registering again does."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput
from tests.support.entries import artifact, ids, instant, without_clock

FULL = CatalogEntry(
    artifact_id="fraud-features-7",
    name="fraud_features",
    artifact_type="FeatureSet",
    content_hash="9f86d081",
    source_step="build_features",
    source_run_id="run-41",
    source_pipeline="fraud",
    parent_ids=["raw-1", "raw-2"],
    tags={"stage": "production", "rows": 120_000},
    metadata={"schema": [{"name": "amount", "dtype": "float64"}], "note": "naïve café ☕"},
    uri="s3://bucket/fraud features.parquet?v=1#part",
    created_at="2026-03-01T12:00:00.123456+00:00",
    version="7",
)


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the local time zone to nine hours ahead of UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def test_every_field_is_kept(backend: CatalogBackend) -> None:
    assert backend.register(FULL) == "fraud-features-7"
    kept = backend.get("fraud-features-7")
    assert kept is not None
    assert {name: kept[name] for name in CONTRACT_FIELDS} == {name: FULL[name] for name in CONTRACT_FIELDS}
    assert kept.state == "registered"


def test_what_is_not_sent_is_empty(backend: CatalogBackend) -> None:
    artifact_id = backend.register(CatalogEntry(name="report", artifact_type="Report"))
    kept = backend.get(artifact_id)
    assert kept is not None
    assert (kept.content_hash, kept.source_step, kept.source_run_id, kept.source_pipeline, kept.uri) == ("",) * 5
    assert (kept.parent_ids, kept.tags, kept.metadata) == ([], {}, {})


def test_an_id_and_an_instant_are_made_where_none_are_sent(backend: CatalogBackend) -> None:
    before = datetime.now(UTC)
    first, second = (backend.register(CatalogEntry(name="n", artifact_type="T")) for _ in range(2))
    kept = backend.get(first)
    assert kept is not None
    assert first
    assert second
    assert first != second
    assert before <= datetime.fromisoformat(kept.created_at) <= datetime.now(UTC)
    assert kept.created_at.endswith("+00:00")
    assert len(kept.created_at) == len("2026-03-01T12:00:00.000000+00:00")


def test_the_stores_clock_is_kept_beside_the_sent_instant(backend: CatalogBackend) -> None:
    before = datetime.now(UTC)
    backend.register(artifact("a", at=1, recorded_at="1999-01-01T00:00:00.000000+00:00"))
    kept = backend.get("a")
    assert kept is not None
    assert kept.created_at == instant(1)
    assert before <= datetime.fromisoformat(kept.recorded_at) <= datetime.now(UTC)


def test_an_offset_is_turned_into_utc(backend: CatalogBackend) -> None:
    backend.register(artifact("a", created_at="2026-03-01T21:00:00+09:00"))
    backend.register(artifact("z", created_at="2026-03-01T12:00:00Z"))
    backend.register(artifact("d", created_at="2026-03-01"))
    kept = {e.artifact_id: e.created_at for e in backend.list_artifacts()}
    assert kept["a"] == kept["z"] == "2026-03-01T12:00:00.000000+00:00"


@pytest.mark.usefixtures("tokyo")
def test_an_instant_without_an_offset_is_in_utc(backend: CatalogBackend) -> None:
    backend.register(artifact("a", created_at="2026-03-01T02:00:00.5"))
    backend.register_many([artifact("b", created_at="2026-03-01T02:00:00.5")])
    kept = backend.get_many(["a", "b"])
    assert [e.created_at for e in kept if e] == ["2026-03-01T02:00:00.500000+00:00"] * 2
    assert backend.search("created:2026-03-01") == kept[::-1]
    assert backend.search("created:2026-02-28") == []


@pytest.mark.usefixtures("tokyo")
def test_a_datetime_needs_a_time_zone(backend: CatalogBackend) -> None:
    naive: Any = datetime(2026, 3, 1, 21)
    with pytest.raises(InvalidInput, match=r"created_at .* has no time zone; use datetime.now\(UTC\)"):
        backend.register(artifact("a", created_at=naive))
    backend.register(artifact("a", created_at=naive.astimezone()))
    assert backend.get("a").created_at == "2026-03-01T12:00:00.000000+00:00"  # type: ignore[union-attr]


@pytest.mark.parametrize("year", ["0001-01-02", "1969-12-31", "9999-12-30"])
def test_far_instants_are_kept_and_sorted(backend: CatalogBackend, year: str) -> None:
    backend.register(artifact("far", created_at=f"{year}T00:00:00.000001+00:00"))
    backend.register(artifact("near", at=1))
    kept = backend.get("far")
    assert kept is not None
    assert kept.created_at == f"{year}T00:00:00.000001+00:00"
    assert ids(backend.list_artifacts()) == (["far", "near"] if year.startswith("9") else ["near", "far"])


def test_registering_again_takes_nothing_away(backend: CatalogBackend) -> None:
    backend.register(FULL)
    before = backend.get("fraud-features-7")
    backend.register(CatalogEntry(artifact_id="fraud-features-7", name="fraud_features", artifact_type="FeatureSet"))
    assert backend.get("fraud-features-7") == before


def test_what_is_sent_again_wins_and_what_adds_up_adds_up(backend: CatalogBackend) -> None:
    backend.register(FULL)
    first = backend.get("fraud-features-7")
    again = artifact(
        "fraud-features-7",
        "raw-2",
        "raw-3",
        name="features",
        artifact_type="Features",
        content_hash="aa",
        source_step="step",
        source_run_id="run",
        source_pipeline="pipe",
        uri="file:///x",
        version="8",
        tags={"stage": {"is": "draft"}, "owner": "ada"},
        metadata={"schema": None},
        created_at=instant(5),
    )
    backend.register(again)
    kept = backend.get("fraud-features-7")
    assert first is not None
    assert kept is not None
    expected = without_clock(again) | {
        "parent_ids": ["raw-1", "raw-2", "raw-3"],
        "tags": {"stage": {"is": "draft"}, "rows": 120_000, "owner": "ada"},
        "metadata": {"schema": None, "note": "naïve café ☕"},
        "created_at": FULL.created_at,
    }
    assert without_clock(kept) == expected
    assert kept.recorded_at == first.recorded_at


def test_the_answer_says_what_was_created(backend: CatalogBackend) -> None:
    first = backend.register_many([artifact("a", "stub"), artifact("b", version="v5")])
    again = backend.register_many([artifact("a"), artifact("stub")])
    assert [(r.artifact_id, r.created, r.version, r.duplicate_of) for r in first] == [
        ("a", True, "1", None),
        ("b", True, "v5", None),
    ]
    assert [(r.artifact_id, r.created, r.version) for r in again] == [("a", False, "1"), ("stub", True, "1")]


def test_parents_keep_their_order_and_are_counted_once(backend: CatalogBackend) -> None:
    backend.register(artifact("c", "z", "a", "z", "m", "a"))
    kept = backend.get("c")
    assert kept is not None
    assert kept.parent_ids == ["z", "a", "m"]


def test_a_moment_between_two_registrations_is_seen(backend: CatalogBackend) -> None:
    for artifact_id in ("older", "newer"):
        backend.register(CatalogEntry(artifact_id=artifact_id, name="n", artifact_type="T"))
        time.sleep(0.002)
    older, newer = backend.get("older"), backend.get("newer")
    assert older is not None
    assert newer is not None
    apart = datetime.fromisoformat(newer.created_at) - datetime.fromisoformat(older.created_at)
    assert timedelta() < apart < timedelta(seconds=10)
    assert ids(backend.list_artifacts()) == ["newer", "older"]


def test_get_many_answers_in_order_with_gaps(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", "stub"), artifact("b")])
    found = backend.get_many(["b", "nothing", "a", "stub", "b"])
    assert [e and e.artifact_id for e in found] == ["b", None, "a", None, "b"]
    assert backend.get_many([]) == []


def test_what_is_answered_is_the_callers_own(backend: CatalogBackend) -> None:
    sent = artifact("a", tags={"list": [1]})
    backend.register(sent)
    sent.tags["list"].append(2)
    found = backend.get("a")
    assert found is not None
    found.tags["list"].append(3)
    found.parent_ids.append("x")
    again = backend.get("a")
    assert again is not None
    assert (again.tags, again.parent_ids) == ({"list": [1]}, [])
