"""Decides each rule of a policy; what cannot be known is undecided, and never taken for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import TimeLimitReached
from catalog_graph.instants import microseconds
from catalog_graph.promotion import rules
from catalog_graph.promotion.ancestry import Ancestry, Offending
from catalog_graph.promotion.comparison import lineage_change, no_worse
from catalog_graph.promotion.numbers import approvers, number_of
from catalog_graph.promotion.report import Outcome, RuleResult
from catalog_graph.query.language import parse
from catalog_graph.query.match import matches

if TYPE_CHECKING:
    from catalog_graph.backends.answers import LineageAnswers

_NOT_WHOLE = "the ancestry could not be read whole"
_NO_SOURCE = "an ancestry has no source: all of it runs in a circle"
_NO_ALIAS = "no alias is named to compare with: name one in the policy (alias: champion) or by --alias champion"
_FREE = "there is none to compare with: the alias is free"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is to be promoted, and what it is compared with."""

    entry: CatalogEntry
    aliases: tuple[str, ...]
    """Those that it carries already."""
    ancestry: Ancestry
    alias: str | None
    """Whose holder it is compared with; `None` where nobody has said."""
    holder: CatalogEntry | None
    holder_ancestry: Ancestry | None
    backend: LineageAnswers
    now: datetime


def check(candidate: Candidate, policy: rules.Policy) -> list[RuleResult]:
    """What becomes of each rule, in the order of the policy."""
    return [_decided(candidate, rule) for rule in policy.rules]


def _decided(candidate: Candidate, rule: Any) -> RuleResult:
    try:
        result: RuleResult = _CHECKS[type(rule)](candidate, rule)
    except TimeLimitReached as error:
        result = undecided(f"the store gave up on it: {error.message}")
    reason = f"{result.reason} ({rule.why})" if rule.why and result.outcome != "pass" else result.reason
    return replace(result, rule=rule.rule, name=rule.name or _named(rule), reason=reason)


def _named(rule: Any) -> str:
    """What a rule is called that has no name of its own."""
    about = getattr(rule, "query", None) or getattr(rule, "key", None) or getattr(rule, "tag", None)
    return f"{rule.rule}: {about}" if about else str(rule.rule)


def passes(reason: str) -> RuleResult:
    """A rule that holds."""
    return RuleResult("", "", "pass", reason)


def undecided(reason: str) -> RuleResult:
    """A rule of which nobody can say whether it holds."""
    return RuleResult("", "", "undecided", reason)


def _told(outcome: Outcome, reason: str, offending: Offending | None = None) -> RuleResult:
    if offending is None:
        return RuleResult("", "", outcome, reason)
    return RuleResult("", "", outcome, reason, offending.offenders, offending.total, offending.whole)


def _none_of(offending: Offending, what: str) -> RuleResult:
    """Fails by what offends, however much else there is; passes only where that is all."""
    if offending.total:
        count = f"{offending.total:,}" if offending.whole else f"at least {offending.total:,}"
        return _told("fail", f"{count} in the ancestry {what}", offending)
    if not offending.whole:
        return _told("undecided", _NOT_WHOLE, offending)
    return passes(f"0 in the ancestry {what}")


def _unknown_sources(ancestry: Ancestry) -> str:
    """Why nobody can say what the sources are; empty where they are known."""
    if not ancestry.whole:
        return _NOT_WHOLE
    return _NO_SOURCE if len(ancestry.lineage.columns) and not ancestry.sources else ""


# ---- the artifact


def _matches(candidate: Candidate, rule: rules.Matches) -> RuleResult:
    holds = matches(parse(rule.query, candidate.now), candidate.entry, candidate.aliases)
    return (
        _told("pass", "the artifact matches") if holds else _told("fail", f"the artifact does not match {rule.query}")
    )


def _metric(candidate: Candidate, rule: rules.Metric) -> RuleResult:
    number = number_of(candidate.entry, rule)
    if number is None:
        return _told(rule.when_missing, f"the artifact has no number as {rule.key}")
    if rule.min is not None and number < Decimal(str(rule.min)):
        return _told("fail", f"{rule.key} is {number}, below {rule.min:g}")
    if rule.max is not None and number > Decimal(str(rule.max)):
        return _told("fail", f"{rule.key} is {number}, above {rule.max:g}")
    return passes(f"{rule.key} is {number}")


def _approved(candidate: Candidate, rule: rules.Approved) -> RuleResult:
    people = f" by {' or '.join(rule.by)}" if rule.by else ""
    missing = f"lack {rule.at_least} approval{'' if rule.at_least == 1 else 's'} as tag {rule.tag}{people}"
    if rule.of == "artifact":
        found = approvers(candidate.entry.tags, rule.tag, rule.by)
        if len(found) < rule.at_least:
            return _told("fail", f"{len(found)} of {rule.at_least} approvals as tag {rule.tag}{people}")
        return passes(f"approved by {', '.join(sorted(found))}")
    if rule.asked is not None:
        return _none_of(candidate.ancestry.matching(rule.asked), missing)
    return _approved_sources(candidate, rule, missing)


def _approved_sources(candidate: Candidate, rule: rules.Approved, missing: str) -> RuleResult:
    ancestry = candidate.ancestry
    if unknown := _unknown_sources(ancestry):
        return undecided(unknown)
    chosen = ancestry.chosen(rule.where)
    if chosen is None:
        return undecided(_NOT_WHOLE)
    sources = [at for at in ancestry.sources if ancestry.id_at(at) in chosen]
    tags = [entry.tags if entry is not None else {} for entry in ancestry.entries(sources)]
    lacking = {
        at for at, own in zip(sources, tags, strict=True) if len(approvers(own, rule.tag, rule.by)) < rule.at_least
    }
    return _none_of(ancestry.those(lacking.__contains__, sources), missing)


# ---- the ancestry


def _forbid(candidate: Candidate, rule: rules.Forbid) -> RuleResult:
    return _none_of(candidate.ancestry.matching(rule.asked), f"match {rule.query}")


def _require(candidate: Candidate, rule: rules.Require) -> RuleResult:
    found = candidate.ancestry.matching(rule.asked)
    if found.total >= rule.at_least:
        return passes(f"{found.total:,} in the ancestry match {rule.query}")
    if not found.whole:
        return undecided(_NOT_WHOLE)
    return _told("fail", f"{found.total:,} in the ancestry match {rule.query}, {rule.at_least:,} must")


def _every(candidate: Candidate, rule: rules.Every) -> RuleResult:
    return _none_of(candidate.ancestry.matching(rule.asked), f"match {rule.of} and not {rule.query}")


def _registered(candidate: Candidate, _: rules.Registered) -> RuleResult:
    return _in_state(candidate, "unregistered", "are not registered")


def _not_deleted(candidate: Candidate, _: rules.NotDeleted) -> RuleResult:
    return _in_state(candidate, "deleted", "were deleted")


def _in_state(candidate: Candidate, state: str, what: str) -> RuleResult:
    states = candidate.ancestry.lineage.columns.state
    return _none_of(candidate.ancestry.those(lambda at: states[at - 1] == state), what)


def _hashed(candidate: Candidate, rule: rules.Hashed) -> RuleResult:
    return _none_of(candidate.ancestry.matching(rule.asked), "have no content hash")


def _fresh(candidate: Candidate, rule: rules.Fresh) -> RuleResult:
    ancestry = candidate.ancestry
    if rule.of == "sources" and (unknown := _unknown_sources(ancestry)):
        return undecided(unknown)
    among = ancestry.sources if rule.of == "sources" else None
    created = ancestry.lineage.columns.created_at
    bound = rule.oldest(candidate.now)
    dated = ancestry.those(lambda at: bool(created[at - 1]) and microseconds(created[at - 1]) < bound, among)
    older = f"are older than {rule.max_age}" if rule.max_age else f"were not created after {rule.created_after}"
    result = _none_of(dated, older)
    undated = ancestry.those(lambda at: not created[at - 1], among)
    if result.outcome == "fail" or not undated.total or rule.when_missing == "pass":
        return result
    return _told(rule.when_missing, f"{undated.total:,} in the ancestry have no date", undated)


def _types(candidate: Candidate, rule: rules.Types) -> RuleResult:
    found = set(candidate.ancestry.lineage.columns.artifact_type)
    missing = [kind for kind in rule.required if kind not in found]
    if not missing:
        return passes(f"the ancestry has {', '.join(rule.required)}")
    if not candidate.ancestry.whole:
        return undecided(_NOT_WHOLE)
    return _told("fail", f"the ancestry has no {', no '.join(missing)}")


# ---- the artifact that holds the alias


def _no_worse(candidate: Candidate, rule: rules.NoWorse) -> RuleResult:
    if candidate.holder is None:
        return _without_holder(candidate, rule)
    return _told(*no_worse(rule, number_of(candidate.entry, rule), number_of(candidate.holder, rule)))


def _lineage_change(candidate: Candidate, rule: rules.LineageChange) -> RuleResult:
    if candidate.holder_ancestry is None:
        return _without_holder(candidate, rule)
    if unknown := _unknown_sources(candidate.ancestry) or _unknown_sources(candidate.holder_ancestry):
        return undecided(unknown)
    return lineage_change(rule, candidate.ancestry, candidate.holder_ancestry, candidate.backend)


def _without_holder(candidate: Candidate, rule: rules.NoWorse | rules.LineageChange) -> RuleResult:
    """Only an alias that is named can be free."""
    return undecided(_NO_ALIAS) if candidate.alias is None else _told(rule.if_none, _FREE)


_CHECKS: dict[type, Callable[[Candidate, Any], RuleResult]] = {
    rules.Matches: _matches,
    rules.Metric: _metric,
    rules.Approved: _approved,
    rules.Forbid: _forbid,
    rules.Require: _require,
    rules.Every: _every,
    rules.Registered: _registered,
    rules.NotDeleted: _not_deleted,
    rules.Hashed: _hashed,
    rules.Fresh: _fresh,
    rules.Types: _types,
    rules.NoWorse: _no_worse,
    rules.LineageChange: _lineage_change,
}
