"""The promotion gate: every rule, what offends it and the way to it, and that what was checked is what is promoted."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from catalog_graph.aliases import MoveRequest, Stamp
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import AliasConflict, InvalidInput, InvalidPolicy, NotFound
from catalog_graph.promotion.report import PromotionReport, RuleResult
from tests.neo4j.threads import at_once
from tests.support.entries import artifact, ids
from tests.support.kept import kept

REGISTERED = {"rules": [{"rule": "registered"}]}


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    """raw, labels <- clean <- features <- new; raw <- old, which is the champion; `pay` was never registered."""
    backend.register_many(
        [
            artifact("raw", at=0, content_hash="r", tags={"license": "open", "approved_by": ["Ann", "bob"]}),
            artifact("labels", at=86_400, content_hash="l", tags={"license": "restricted"}),
            artifact("clean", "raw", "labels", at=2 * 86_400, content_hash="c", tags={"checked": True}),
            artifact("features", "clean", at=3 * 86_400, artifact_type="FeatureSet"),
            artifact("new", "features", name="model", at=4 * 86_400, artifact_type="Model"),
            artifact("old", "raw", name="model", at=86_400, artifact_type="Model"),
            artifact("paid", "pay", "raw", name="model", artifact_type="Model"),
        ]
    )
    backend.tag("new", {"f1": 0.93, "loss": "0.5", "approved_by": "ann", "stage": "staging"})
    backend.register(artifact("new", name="model", artifact_type="Model", metadata={"metrics": {"auc": 0.9, "a.b": 2}}))
    backend.tag("old", {"f1": 0.94, "loss": 0.4})
    backend.set_alias("model", "champion", "old")
    return backend


def asked(backend: CatalogBackend, artifact_id: str = "new", /, rule: str = "", **given: Any) -> RuleResult:
    [result] = backend.check_promotion(artifact_id, {"alias": "champion", "rules": [{"rule": rule, **given}]}).results
    assert result.rule == rule
    return result


def outcome(backend: CatalogBackend, artifact_id: str = "new", /, rule: str = "", **given: Any) -> str:
    return asked(backend, artifact_id, rule=rule, **given).outcome


def test_rules_about_the_artifact(history: CatalogBackend) -> None:
    ask = partial(outcome, history, "new")
    assert ask(rule="matches", query="type:Model stage:staging f1>=0.93") == "pass"
    assert ask(rule="matches", query="stage:production") == "fail"
    assert outcome(history, "old", rule="matches", query="alias:champion") == "pass"
    assert ask(rule="metric", tag="f1", min=0.93, max=0.93) == "pass"
    assert ask(rule="metric", tag="f1", min=0.931) == ask(rule="metric", tag="f1", max=0.92) == "fail"
    assert ask(rule="metric", tag="loss", max=0.5) == "pass"
    assert ask(rule="metric", metadata="metrics.auc", min=0.9) == "pass"
    assert ask(rule="metric", metadata="metrics.a.b", min=2) == "pass"
    for where in ({"tag": "never"}, {"tag": "stage"}, {"metadata": "metrics"}, {"metadata": "metrics.x"}):
        assert ask(rule="metric", **where, min=0) == "fail"
        assert ask(rule="metric", **where, min=0, when_missing="undecided") == "undecided"
        assert ask(rule="metric", **where, min=0, when_missing="pass") == "pass"
    history.tag("new", {"odd": "1E-99999999999999999999"})
    assert ask(rule="metric", tag="odd", min=0) == "fail"
    assert asked(history, rule="metric", tag="f1", min=1, why="the bank asks for it").reason == (
        "tag f1 is 0.93, below 1 (the bank asks for it)"
    )


def test_approvals(history: CatalogBackend) -> None:
    ask = partial(outcome, history, "new", rule="approved", tag="approved_by")
    assert ask() == ask(by=["ANN", "eve"]) == "pass"
    assert ask(by=["bob"]) == ask(at_least=2) == "fail"
    assert outcome(history, rule="approved", tag="never") == "fail"
    assert ask(of="sources", at_least=2, where="-license:restricted") == "pass"
    found = asked(history, rule="approved", tag="approved_by", of="sources")
    assert ([each.card.artifact_id for each in found.offenders], found.total) == (["labels"], 1)
    found = asked(history, rule="approved", tag="approved_by", of="ancestors", by=["ann"], where="type:Dataset")
    assert [each.card.artifact_id for each in found.offenders] == ["clean", "labels"]
    assert ask(of="ancestors", by=["bob"], where="license:open") == "pass"
    history.tag("new", {"approved_by": False})
    assert ask() == "fail"


def test_queries_over_the_ancestry(history: CatalogBackend) -> None:
    ask = partial(outcome, history, "new")
    assert ask(rule="forbid", query="deprecated:true") == "pass"
    found = asked(history, rule="forbid", query="license:restricted", name="licences")
    assert (found.outcome, found.total, found.complete, found.name) == ("fail", 1, True, "licences")
    [offender] = found.offenders
    assert ids(offender.path) == ["new", "features", "clean", "labels"]
    assert (offender.card.artifact_id, offender.card.depth) == ("labels", 3)
    # The artifact itself is no part of its ancestry.
    assert ask(rule="forbid", query="type:Model") == "pass"
    assert ask(rule="require", query="checked:true") == ask(rule="require", query="type:Dataset", at_least=3) == "pass"
    assert ask(rule="require", query="type:Dataset", at_least=4) == "fail"
    assert ask(rule="every", of="type:Dataset", query="hash:*") == "pass"
    assert ask(rule="every", of="type:Dataset", query="license:* OR checked:true") == "pass"
    assert ask(rule="every", of="type:Dataset", query="license:open") == "fail"
    assert ask(rule="types", required=["Dataset", "FeatureSet"]) == "pass"
    found = asked(history, rule="types", required=["Dataset", "Report", "Model"])
    assert (found.outcome, found.reason) == ("fail", "the ancestry has no Report, no Model")


def test_states_hashes_and_ages(history: CatalogBackend) -> None:
    ask = partial(outcome, history, "new")
    assert ask(rule="registered") == ask(rule="not_deleted") == "pass"
    found = asked(history, "paid", rule="registered")
    assert [ids(each.path) for each in found.offenders] == [["paid", "pay"]]
    assert outcome(history, "paid", rule="hashed") == "pass"
    assert [each.card.artifact_id for each in asked(history, rule="hashed").offenders] == ["features"]
    assert ask(rule="hashed", where="type:Dataset") == "pass"
    history.delete("labels")
    found = asked(history, rule="not_deleted")
    assert [each.card.artifact_id for each in found.offenders] == ["labels"]
    assert ask(rule="fresh", created_after="2025-12-31") == ask(rule="fresh", max_age="100y") == "pass"
    found = asked(history, rule="fresh", created_after="2026-01-02")
    assert [each.card.artifact_id for each in found.offenders] == ["labels", "raw"]
    assert ask(rule="fresh", max_age="1min") == "fail"
    old = asked(history, rule="fresh", created_after="2026-01-03", of="sources")
    assert [each.card.artifact_id for each in old.offenders] == ["labels", "raw"]
    assert outcome(history, "paid", rule="fresh", max_age="100y") == "fail"
    assert outcome(history, "paid", rule="fresh", max_age="100y", when_missing="undecided") == "undecided"
    assert outcome(history, "paid", rule="fresh", max_age="100y", when_missing="pass") == "pass"


def test_compared_with_what_holds_the_alias(history: CatalogBackend) -> None:
    ask = partial(outcome, history, "new", rule="no_worse")
    # 0.94 - 0.93 is 0.0099999999999999 in binary.
    assert ask(tag="f1", margin=0.01) == ask(tag="f1", margin_percent=1.1) == "pass"
    assert ask(tag="f1") == ask(tag="f1", margin=0.009) == ask(tag="f1", margin_percent=1) == "fail"
    assert ask(tag="f1", better="lower") == "pass"
    assert ask(tag="loss", better="lower") == "fail"
    assert ask(tag="loss", better="lower", margin=0.1) == ask(tag="loss", better="lower", margin_percent=25) == "pass"
    assert ask(tag="never") == "fail"
    assert ask(metadata="metrics.auc", when_missing="undecided") == "undecided"
    change = partial(outcome, history, "new", rule="lineage_change")
    assert change(max_added=1, max_removed=0) == "pass"
    found = asked(history, rule="lineage_change", max_added=0)
    assert (found.outcome, [each.card.artifact_id for each in found.offenders]) == ("fail", ["labels"])
    assert asked(history, "paid", rule="lineage_change", max_added=0).outcome == "fail"
    history.set_alias("model", "champion", "new")
    assert outcome(history, "old", rule="lineage_change", max_removed=0) == "fail"
    assert "labels" in asked(history, "old", rule="lineage_change", max_removed=0).reason
    history.unset_alias("model", "champion")
    for rule in ({"rule": "no_worse", "tag": "f1"}, {"rule": "lineage_change", "max_added": 0}):
        assert outcome(history, **rule) == "pass"
        assert outcome(history, **rule, if_none="fail") == "fail"
        assert outcome(history, **rule, if_none="undecided") == "undecided"


def test_what_makes_two_sources_the_same(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("a1", name="a", content_hash="x"),
            artifact("a2", name="a", content_hash="y"),
            artifact("copy", name="other", content_hash="x"),
            artifact("m1", "a1", name="m"),
            artifact("m2", "a2", name="m"),
            artifact("m3", "copy", name="m"),
        ]
    )
    backend.set_alias("m", "champion", "m1")
    expected = {("m2", "id"): "fail", ("m2", "content"): "fail", ("m2", "name"): "pass", ("m3", "id"): "fail"}
    for (model, same), told in {**expected, ("m3", "content"): "pass", ("m3", "name"): "fail"}.items():
        assert outcome(backend, model, rule="lineage_change", max_added=0, max_removed=0, same=same) == told


def test_an_ancestry_that_is_not_read_whole_is_not_taken_for_whole(history: CatalogBackend) -> None:
    """Of five ancestors two are read: what was seen to be wrong fails, what was not seen is undecided."""
    every = [
        {"rule": "registered"},
        {"rule": "not_deleted"},
        {"rule": "types", "required": ["FeatureSet"]},
        {"rule": "types", "required": ["Report"]},
        {"rule": "fresh", "max_age": "100y"},
        {"rule": "fresh", "created_after": "2026-01-04", "of": "ancestors"},
        {"rule": "fresh", "max_age": "100y", "of": "sources"},
        {"rule": "approved", "tag": "approved_by", "of": "sources"},
        {"rule": "lineage_change", "max_added": 100},
        {"rule": "forbid", "query": "license:restricted"},
        {"rule": "forbid", "query": "license:unknown"},
        {"rule": "require", "query": "license:restricted"},
        {"rule": "hashed"},
    ]
    report = history.check_promotion("new", {"alias": "champion", "max_artifacts": 2, "rules": every})
    assert [result.outcome for result in report.results] == [
        *("undecided", "undecided", "pass", "undecided", "undecided", "fail", "undecided", "undecided", "undecided"),
        *("fail", "pass", "pass", "fail"),
    ]
    assert report.outcome == "fail"
    seen = report.results[5]
    assert ("at least 2" in seen.reason, seen.complete) == (True, False)
    part = history.check_promotion("new", {"max_artifacts": 2, "rules": [{"rule": "registered"}]})
    assert (part.outcome, part.passed) == ("undecided", False)
    assert not history.promote("new", "champion", {"max_artifacts": 2, "rules": [{"rule": "registered"}]}).promoted
    assert history.alias("model", "champion") == "old"


def test_many_offenders_are_counted_and_the_nearest_listed(backend: CatalogBackend) -> None:
    backend.register_many([artifact(f"a{n:02}", at=n, tags={"bad": True}) for n in range(25)])
    backend.register(artifact("m", *(f"a{n:02}" for n in range(25))))
    for rule in ({"rule": "forbid", "query": "bad:true"}, {"rule": "fresh", "created_after": "2030"}):
        found = asked(backend, "m", **rule)
        assert (len(found.offenders), found.total) == (10, 25)
        assert [each.card.artifact_id for each in found.offenders] == [f"a{n:02}" for n in range(10)]


def test_an_artifact_without_parents(backend: CatalogBackend) -> None:
    backend.register(artifact("m"))
    assert backend.check_promotion("m", {"rules": [{"rule": "hashed"}, {"rule": "fresh", "max_age": "1d"}]}).passed
    assert not backend.check_promotion("m", {"rules": [{"rule": "types", "required": ["Dataset"]}]}).passed


def test_promote_moves_the_alias_where_every_rule_holds(history: CatalogBackend) -> None:
    refused = history.promote("new", "champion", {"rules": [{"rule": "no_worse", "tag": "f1"}]}, by="ann")
    assert (refused.outcome, refused.move) == ("fail", None)
    assert history.alias("model", "champion") == "old"
    done = history.promote("new", "champion", REGISTERED, by="ann")
    assert done.promoted
    assert done.move is not None
    assert (done.move.before, done.move.after, done.move.by) == ("old", "new", "ann")
    assert history.alias_history("model")[0] == done.move
    assert (done.holder is not None and done.holder.artifact_id, done.alias) == ("old", "champion")
    assert history.promote("new", "champion", REGISTERED).promoted
    assert history.promote("paid", "shadow", {"rules": [{"rule": "hashed"}]}).promoted
    assert PromotionReport.from_dict(done.to_dict()) == done


def test_references_and_policies_of_every_form(history: CatalogBackend) -> None:
    text = "policy: strict\nalias: champion\nrules:\n  - rule: no_worse\n    tag: f1\n"
    report = history.check_promotion("model:v1", text)
    assert (report.artifact.artifact_id, report.policy, report.outcome) == ("new", "strict", "fail")
    assert history.check_promotion("model@champion", text).passed
    assert history.check_promotion("new", text, alias="shadow").holder is None
    assert history.promote("model@champion", "shadow", REGISTERED).promoted
    assert history.alias("model", "shadow") == "old"


def test_questions_that_are_none(history: CatalogBackend) -> None:
    for unknown in ("never", "pay"):
        with pytest.raises(NotFound):
            history.check_promotion(unknown, REGISTERED)
        with pytest.raises(NotFound):
            history.promote(unknown, "champion", REGISTERED)
    with pytest.raises(InvalidPolicy) as caught:
        history.check_promotion("new", {"rules": [{"rule": "forbid", "query": "x", "qery": 1}]})
    assert caught.value.details == {"key": "rules[0].qery"}
    with pytest.raises(InvalidInput, match="alias"):
        history.promote("new", "latest", REGISTERED)
    with pytest.raises(InvalidInput, match="by"):
        history.promote("new", "champion", REGISTERED, by="x" * 257)


STORES = pytest.mark.parametrize("new_catalog", ["model", "local", "neo4j"], indirect=True)
"""A client has its service promote."""


@STORES
@pytest.mark.parametrize("change", ["tag", "parent", "delete", "register", "rename", "holder", "metadata", "ancestor"])
def test_what_changes_while_it_is_checked_is_not_promoted(
    history: CatalogBackend, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [features] = history.get_many(["features"])
    assert features is not None
    changes = {
        "tag": partial(history.tag, "raw", {"license": "none"}),
        "parent": partial(history.add_parents, "clean", "pay"),
        "delete": partial(history.delete, "labels"),
        "register": partial(history.register, artifact("pay")),
        "rename": partial(history.register, artifact("new", name="renamed")),
        "holder": partial(history.set_alias, "model", "champion", "paid"),
        "metadata": partial(history.register, artifact("new", name="model", metadata={"m": 1})),
        "ancestor": partial(history.register, replace(features, metadata={"pii": "yes"})),
    }
    check = history._report

    def checked_then_changed(*given: Any) -> PromotionReport:
        report = check(*given)
        changes[change]()
        return report

    candidate = "paid" if change == "register" else "new"
    holder = "paid" if change == "holder" else "old"
    monkeypatch.setattr(history, "_report", checked_then_changed)
    report = history.promote(candidate, "champion", {"rules": [{"rule": "forbid", "query": "never:true"}]})
    assert (report.outcome, report.promoted) == ("undecided", False)
    assert (report.results[-1].rule, report.results[-1].outcome) == ("unchanged", "undecided")
    assert history.alias("model", "champion") == holder
    assert len(history.alias_history("model")) == 1 + (change == "holder")


@STORES
def test_an_alias_that_moves_there_and_back_while_it_is_compared(
    backend: CatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is compared is what the move replaces."""
    for artifact_id, f1 in (("good", 0.95), ("bad", 0.5), ("new", 0.6)):
        backend.register(artifact(artifact_id, name="model", tags={"f1": f1}))
    backend.set_alias("model", "champion", "good")
    check = backend._report

    def moved_while_checked(*given: Any) -> PromotionReport:
        backend.set_alias("model", "champion", "bad")
        report = check(*given)
        backend.set_alias("model", "champion", "good")
        return report

    monkeypatch.setattr(backend, "_report", moved_while_checked)
    report = backend.promote("new", "champion", {"language": 2, "rules": [{"rule": "no_worse", "tag": "f1"}]})
    assert (report.outcome, report.promoted) == ("fail", False)
    assert report.holder is not None
    assert report.holder.artifact_id == "good"


@STORES
def test_a_mark_tells_a_change_of_the_ancestry_from_one_elsewhere(history: CatalogBackend) -> None:
    stamp = Stamp(("new", "old"), history._mark(["new", "old"]))
    history.register(artifact("report", "new"))
    history.tag("paid", {"x": 1})
    assert history._mark(["new", "old"]) == stamp.mark
    history.remove_parents("clean", "labels")
    assert history._mark(["new", "old"]) != stamp.mark
    with pytest.raises(AliasConflict, match="changed while it was checked"):
        history._move_alias(MoveRequest("model", "champion", "new", stamp=stamp))
    assert history._mark(["old"]) != history._mark(["new"])
    assert history._mark(["never"]) == history._mark([])


def test_promotions_that_race(history: CatalogBackend) -> None:
    """All pass and were compared with the same artifact: the alias moves once, and the others are told."""
    jobs = [partial(history.promote, model, "champion", REGISTERED, by=model) for model in ("new", "old", "new")]
    reports = [report for report in at_once(jobs) if isinstance(report, PromotionReport)]
    assert len(reports) == 3
    moves = [m for m in history.alias_history("model") if m.by]
    assert [m.before for m in moves[:-1]] == [m.after for m in moves[1:]]
    told = [report.move for report in reports if report.move is not None]
    assert sorted(m.at for m in told) == sorted(m.at for m in moves)
