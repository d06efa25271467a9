"""The artificial history on which all figures are measured."""

from __future__ import annotations

import tracemalloc
from collections import Counter

from benchmarks.answers import depths_from
from benchmarks.history import MODEL, PER_RUN, History, in_batches

HISTORY = History(10_000)


def ids_and_edges(history: History) -> tuple[list[str], list[tuple[str, str]]]:
    entries = list(history.entries())
    return [e["artifact_id"] for e in entries], [(e["artifact_id"], p) for e in entries for p in e["parent_ids"]]


def test_a_seed_gives_the_same_history_and_another_seed_another() -> None:
    again = History(10_000)
    assert [HISTORY.entry(n) for n in (0, 77, 9_999)] == [again.entry(n) for n in (0, 77, 9_999)]
    assert HISTORY.entry(77) != History(10_000, seed=8).entry(77)


def test_ids_are_unique_and_parents_stand_before_their_children() -> None:
    ids, edges = ids_and_edges(HISTORY)
    assert len(set(ids)) == len(ids) == HISTORY.size
    at = {artifact_id: position for position, artifact_id in enumerate(ids)}
    assert all(at[parent] < at[child] for child, parent in edges)
    assert len(set(edges)) == len(edges)


def test_some_seventy_percent_are_upstream_of_the_last_artifact() -> None:
    ids, edges = ids_and_edges(HISTORY)
    share = len(depths_from(ids[-1], edges)) / HISTORY.size
    assert 0.65 < share < 0.78


def test_edges_are_as_many_at_every_size() -> None:
    for size in (10_000, 100_000):
        assert 1.7 < sum(1 for _ in History(size).edges()) / size < 1.8


def test_there_are_long_chains_of_retrained_models() -> None:
    longest: dict[int, int] = {}
    for position in range(MODEL, HISTORY.size, PER_RUN):
        parents = [p for p in HISTORY.parents_of(position) if p % PER_RUN == MODEL]
        longest[position] = 1 + max((longest[p] for p in parents), default=0)
    assert max(longest.values()) > 150


def test_data_sets_are_reused_by_other_pipelines() -> None:
    pipeline_of = {e["artifact_id"]: e["source_pipeline"] for e in HISTORY.entries()}
    crossing = Counter(pipeline_of[p] != e["source_pipeline"] for e in HISTORY.entries() for p in e["parent_ids"])
    assert crossing[True] > HISTORY.size / 10


def test_tags_are_spread_as_stated() -> None:
    tags = [e["tags"] for e in HISTORY.entries()]
    assert 0.27 < sum(t["stage"] == "production" for t in tags) / len(tags) < 0.33
    assert len({t["team"] for t in tags}) == 20
    assert len({t["owner"] for t in tags}) == 200
    assert all(isinstance(t["f1_score"], float) for t in tags)


def test_a_history_goes_on_after_its_end() -> None:
    [entry] = HISTORY.entries(HISTORY.size, HISTORY.size + 1)
    assert entry["artifact_id"] not in {e["artifact_id"] for e in HISTORY.entries()}


def test_a_long_history_takes_no_memory() -> None:
    tracemalloc.start()
    try:
        for batch in in_batches(History(1_000_000).entries(0, 5_000), 500):
            assert len(batch) == 500
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
