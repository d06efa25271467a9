"""The gate and what holds the alias: where there is none to compare with, and where that is the artifact itself."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.promotion.report import PromotionReport
from tests.support.entries import artifact
from tests.support.kept import kept

COMPARED: list[dict[str, Any]] = [
    {"rule": "no_worse", "tag": "f1"},
    {"rule": "lineage_change", "max_added": 0, "max_removed": 0},
]
REGISTERED = {"rules": [{"rule": "registered"}]}


@kept
def models(backend: CatalogBackend) -> CatalogBackend:
    """Two of one name; `new` is the worse one, from other data. No alias is set."""
    backend.register_many(
        [
            artifact("old", "raw", name="model", tags={"f1": 0.9}),
            artifact("new", "other", name="model", tags={"f1": 0.8}),
        ]
    )
    return backend


@pytest.mark.parametrize("rule", COMPARED)
def test_without_an_alias_nobody_can_say_whether_it_is_free(models: CatalogBackend, rule: dict[str, Any]) -> None:
    models.set_alias("model", "champion", "old")
    for if_none in ("pass", "fail", "undecided"):
        report = models.check_promotion("new", {"rules": [{**rule, "if_none": if_none}]})
        assert (report.outcome, report.alias, report.holder) == ("undecided", None, None)
        assert report.results[0].reason == (
            "no alias is named to compare with: name one in the policy (alias: champion) or by --alias champion"
        )
        free = models.check_promotion("new", {"rules": [{**rule, "if_none": if_none}]}, alias="free")
        assert (free.outcome, "the alias is free" in free.results[0].reason) == (if_none, True)
    assert models.check_promotion("new", {"rules": [rule]}, alias="champion").outcome == "fail"
    assert models.check_promotion("new", {"alias": "champion", "rules": [rule]}).outcome == "fail"


def test_where_the_artifact_holds_the_alias_nothing_moves(models: CatalogBackend) -> None:
    first = models.promote("old", "champion", {"rules": COMPARED}, by="ann")
    assert (first.promoted, first.held, first.move is not None) == (True, False, True)
    again = models.promote("old", "champion", {"rules": COMPARED}, by="bob")
    assert (again.outcome, again.promoted, again.held, again.move) == ("pass", True, True, None)
    assert again.to_dict()["move"] is None
    assert PromotionReport.from_dict(again.to_dict()) == again
    assert models.alias_history("model") == [first.move]


def test_what_does_not_pass_is_not_promoted_even_if_it_holds_the_alias(models: CatalogBackend) -> None:
    models.set_alias("model", "champion", "old")
    report = models.promote("old", "champion", REGISTERED)
    assert (report.outcome, report.promoted, report.held, report.move) == ("fail", False, False, None)
    assert models.alias("model", "champion") == "old"


def test_a_check_of_another_one_is_no_promotion(models: CatalogBackend) -> None:
    models.set_alias("model", "champion", "old")
    report = models.check_promotion("new", {"rules": [{"rule": "not_deleted"}]}, alias="champion")
    assert (report.outcome, report.promoted, report.held) == ("pass", False, False)
