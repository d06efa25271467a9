"""Outputs that FlowyML takes from its cache keep the lineage of the run that made them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flowyml import Dataset
from flowyml.core.cache import CacheStore

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.integrations import flowyml as lineage
from tests.support.pipelines import a_step, edges, only, run

CHAIN = {"load_output:1", "clean_output:1 <- load_output:1", "fit_output:1 <- clean_output:1"}


class Unhashable:
    """A model of a type without a content hash."""

    def __init__(self, weight: int) -> None:
        self.weight = weight


def load() -> list[int]:
    return [3, 1, 2]


def clean(rows: list[int]) -> list[int]:
    return sorted(rows)


def clean_better(rows: list[int]) -> list[int]:
    return sorted(set(rows), reverse=True)


def fit(rows: list[int]) -> Unhashable:
    return Unhashable(rows[0])


def report(model: Unhashable) -> str:
    return f"weight {model.weight}"


def chain(
    clean: Callable[..., Any] = clean, *more: Any, cache: str | bool = "code_hash", name: str = "training"
) -> tuple[bool, ...]:
    """Run load, clean and fit; return for each step whether it came from the cache."""
    result = run(
        name,
        a_step(load, outputs=["rows"], cache=cache),
        a_step(clean, name="clean", inputs=["rows"], outputs=["clean rows"], cache=cache),
        a_step(fit, inputs=["clean rows"], outputs=["model"], cache=cache),
        *more,
    )
    assert result.success
    return tuple(step.cached for step in result.step_results.values())


def versionless(edges: set[str]) -> set[str]:
    """Return the edges without version numbers, which deleted artifacts use up."""
    return {re.sub(r":\d+", "", edge) for edge in edges}


def another_process() -> None:
    """Make recording forget all earlier runs, as a new process would."""
    lineage.disable()
    lineage.enable()


@pytest.mark.parametrize("between", [lambda: None, another_process], ids=["same process", "next process"])
def test_hits_register_nothing_and_lead_to_what_the_first_run_made(
    recorded: CatalogBackend, between: Callable[[], None]
) -> None:
    assert chain() == (False, False, False)
    between()
    assert chain(clean, a_step(report, inputs=["model"], outputs=["report"])) == (True, True, True, False)

    assert edges(recorded) == {*CHAIN, "report_output:1 <- fit_output:1"}


def test_details_that_a_user_has_replaced_are_no_details(recorded: CatalogBackend) -> None:
    assert chain() == (False, False, False)
    for entry in recorded.list_artifacts():
        recorded.register(replace(entry, metadata={"flowyml": 5}))
    another_process()
    assert chain(clean, a_step(report, inputs=["model"], outputs=["report"])) == (True, True, True, False)

    assert any(edge.startswith("report_output:1") for edge in edges(recorded))


def test_a_changed_step_begins_a_new_branch(recorded: CatalogBackend) -> None:
    chain(cache="input_hash")
    another_process()
    assert chain(clean_better, cache="input_hash") == (True, True, True)

    # FlowyML's input_hash does not look at the code of a step; with the inputs changed it does run again.
    assert edges(recorded) == CHAIN


def test_by_default_a_hit_may_be_older_than_what_it_would_read(recorded: CatalogBackend) -> None:
    assert chain() == (False, False, False)
    another_process()
    assert chain(clean_better) == (True, False, True)

    # The model comes from the cache, and was never fitted on the rows that the changed step made.
    assert edges(recorded) == {*CHAIN, "clean_output:2 <- load_output:1"}


def test_a_step_of_two_pipelines_is_cached_for_both(recorded: CatalogBackend) -> None:
    chain()
    another_process()
    assert chain(name="nightly") == (True, True, True)

    assert edges(recorded) == CHAIN


def test_without_a_cache_every_run_has_artifacts_of_its_own(recorded: CatalogBackend) -> None:
    chain(cache=False)
    chain(cache=False)

    again = {edge.replace(":1", ":2") for edge in CHAIN}
    assert edges(recorded) == CHAIN | again


def test_a_new_catalog_gets_the_lineage_that_the_cache_proves(recorded: CatalogBackend, folder: Path) -> None:
    lineage.disable()
    chain()
    for entry in recorded.list_artifacts():
        recorded.delete(entry.artifact_id)
    lineage.enable()
    assert chain() == (True, True, True)

    # Each step's cached output is its newest, and older than the output made from it.
    assert versionless(edges(recorded)) == versionless(CHAIN)


def test_a_new_catalog_gets_no_edge_that_the_cache_does_not_prove(recorded: CatalogBackend) -> None:
    lineage.disable()
    chain()
    chain(clean_better)
    for entry in recorded.list_artifacts():
        recorded.delete(entry.artifact_id)
    lineage.enable()
    assert chain(clean_better) == (True, True, True)

    assert versionless(edges(recorded)) == {"load_output", "clean_output <- load_output", "fit_output"}


def test_what_was_registered_without_lineage_is_completed(recorded: CatalogBackend) -> None:
    lineage.disable()
    steps = (
        a_step(load, outputs=["rows"]),
        a_step(clean, inputs=["rows"], outputs=["clean rows"]),
        a_step(lambda rows: sum(rows), name="total", inputs=["clean rows"], outputs=["total"]),
    )
    run("summing", *steps)
    before = {entry.artifact_id: entry.parent_ids for entry in recorded.list_artifacts()}
    assert list(before.values()) == [[], [], []]
    lineage.enable()
    run("summing", *steps)

    after = {entry.artifact_id for entry in recorded.list_artifacts()}
    assert after == set(before)
    names = {entry.artifact_id: entry.name for entry in recorded.list_artifacts()}
    parents = {entry.name: [names[parent] for parent in entry.parent_ids] for entry in recorded.list_artifacts()}
    assert parents == {"load_output": [], "clean_output": ["load_output"], "total_output": ["clean_output"]}


def test_another_cache_at_the_same_key_is_another_artifact(recorded: CatalogBackend, folder: Path) -> None:
    chain()
    first = only(recorded, "fit_output").metadata["flowyml"]["cache_key"]
    shutil.move(folder / ".flowyml" / "cache", folder / "elsewhere")
    chain()

    assert only(recorded, "fit_output", "2").metadata["flowyml"]["cache_key"] == first
    assert CacheStore(str(folder / "elsewhere")).metadata


def make_rows() -> Dataset:
    return Dataset.create(data=[3, 1, 2], name="rows", properties={"source": "test"})


def count(rows: Dataset) -> dict[str, int]:
    return {"rows": len(rows.data)}


def test_runs_that_made_the_same_show_no_difference(recorded: CatalogBackend) -> None:
    for cache in ("code_hash", False):
        make = a_step(make_rows, outputs=["rows"], cache=False)
        assert run("counting", make, a_step(count, inputs=["rows"], outputs=["counts"], cache=cache)).success
    first, second = only(recorded, "count_output"), only(recorded, "count_output", "2")
    assert first.metadata["flowyml"] != second.metadata["flowyml"]

    difference = recorded.diff(first.artifact_id, second.artifact_id)
    assert [(pair.same_content, pair.tags, pair.metadata) for pair in difference.pairs] == [(True, {}, {})] * 2
    assert "flowyml" not in difference.text()
    [changes, _] = [version.changes for version in recorded.versions("count_output").items]
    assert changes is not None
    assert (changes.metadata_added, changes.metadata_removed, changes.metadata_changed) == ([], [], [])
