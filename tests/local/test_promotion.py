"""The gate over a cycle that FlowyML wrote: what has no source is not taken for good."""

from __future__ import annotations

from typing import Any

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from tests.local.file import entry

OF_SOURCES: list[dict[str, Any]] = [
    {"rule": "approved", "tag": "approved_by", "of": "sources"},
    {"rule": "fresh", "created_after": "2000", "of": "sources"},
    {"rule": "lineage_change", "max_added": 0, "max_removed": 0},
]


@pytest.fixture
def ours(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> LocalCatalogBackend:
    """Register a and b, made from each other; d, made from b; e, from b and raw; plain, from raw alone."""
    parents = {"a": ["b"], "b": ["a"], "raw": [], "d": ["b"], "e": ["b", "raw"], "plain": ["raw"]}
    for artifact_id, made_from in parents.items():
        theirs.register(entry(artifact_id, *made_from, name="m"))
    return ours


@pytest.mark.parametrize("rule", OF_SOURCES)
@pytest.mark.parametrize("artifact_id", ["a", "d"])
def test_an_ancestry_without_any_source_is_undecided(
    ours: LocalCatalogBackend, rule: dict[str, Any], artifact_id: str
) -> None:
    ours.set_alias("m", "champion", "d")
    [result] = ours.check_promotion(artifact_id, {"alias": "champion", "rules": [rule]}).results
    assert (result.outcome, result.reason) == (
        "undecided",
        "the ancestry has no source: each artifact in it lies on a cycle or above one",
    )


def test_a_comparison_with_it_is_undecided(ours: LocalCatalogBackend) -> None:
    ours.set_alias("m", "champion", "d")
    policy = {"alias": "champion", "rules": [{"rule": "lineage_change", "max_removed": 0}]}
    assert ours.check_promotion("plain", policy).outcome == "undecided"


def test_sources_outside_a_cycle_and_an_empty_ancestry_are_decided(ours: LocalCatalogBackend) -> None:
    ours.set_alias("m", "champion", "plain")
    report = ours.check_promotion("e", {"alias": "champion", "rules": OF_SOURCES})
    assert [result.outcome for result in report.results] == ["fail", "pass", "pass"]
    assert ours.check_promotion("raw", {"rules": OF_SOURCES[:2]}).passed
