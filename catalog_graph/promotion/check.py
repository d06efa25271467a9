"""Decide each rule of a policy. A rule that cannot be decided for certain is undecided; it never passes."""

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
from catalog_graph.promotion.ancestry import MAX_OFFENDERS, Ancestry, Offending
from catalog_graph.promotion.comparison import lineage_change, no_worse
from catalog_graph.promotion.fields import in_language
from catalog_graph.promotion.numbers import approvers, number_of
from catalog_graph.promotion.policy import Policy
from catalog_graph.promotion.report import RuleResult, rule_result
from catalog_graph.promotion.sealed import sealed
from catalog_graph.promotion.stale import stale_inputs
from catalog_graph.query.language import parse
from catalog_graph.query.match import matches

if TYPE_CHECKING:
    from catalog_graph.promotion.catalog import CatalogReader

_INCOMPLETE = "the ancestry could not be read whole: raise max_artifacts, or check again if the lineage is changing"
_NO_SOURCE = "the ancestry has no source: each artifact in it lies on a cycle or above one"
_NO_ALIAS = "no alias is named to compare with: name one in the policy (alias: champion) or by --alias champion"
_FREE = "there is no artifact to compare with: the alias is free"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An artifact that is to be promoted, and the artifact that it is compared with."""

    entry: CatalogEntry
    aliases: tuple[str, ...]
    """Aliases that the artifact holds already."""
    ancestry: Ancestry
    alias: str | None
    """Alias whose holder it is compared with; `None` if neither the request nor the policy names one."""
    holder: CatalogEntry | None
    holder_ancestry: Ancestry | None
    catalog: CatalogReader
    now: datetime
    language: int = 2
    """Version of the query language of the policy."""


def check(candidate: Candidate, policy: Policy) -> list[RuleResult]:
    """Return the result of each rule, in the order of the policy."""
    return [_result(candidate, rule) for rule in policy.rules]


def _result(candidate: Candidate, rule: Any) -> RuleResult:
    try:
        result: RuleResult = _CHECKS[type(rule)](candidate, rule)
    except TimeLimitReached as error:
        result = rule_result("undecided", f"the store reached its time limit: {error.message}")
    reason = f"{result.reason} ({rule.why})" if rule.why and result.outcome != "pass" else result.reason
    return replace(result, rule=rule.rule, name=rule.name or _default_name(rule), reason=reason)


def _default_name(rule: Any) -> str:
    """Return the name in reports of a rule that the policy gives none."""
    subject = getattr(rule, "query", None) or getattr(rule, "key", None) or getattr(rule, "tag", None)
    return f"{rule.rule}: {subject}" if subject else str(rule.rule)


def _with_offenders(result: RuleResult, offending: Offending) -> RuleResult:
    return replace(result, offenders=offending.offenders, total=offending.total, complete=offending.complete)


def _none_of(offending: Offending, description: str) -> RuleResult:
    """Fail if there are offenders, complete or not; pass only if there are certainly none."""
    reason = _counted(offending.total, description)
    if offending.total:
        return _with_offenders(rule_result("fail", reason if offending.complete else f"at least {reason}"), offending)
    if not offending.complete:
        return _with_offenders(rule_result("undecided", _INCOMPLETE), offending)
    return rule_result("pass", reason)


_OF_ONE = {"are": "is", "have": "has", "lack": "lacks", "match": "matches", "were": "was"}


def _counted(total: int, description: str) -> str:
    """Return "2 in the ancestry match …" or "1 in the ancestry matches …"."""
    verb, _, rest = description.partition(" ")
    return f"{total:,} in the ancestry {_OF_ONE[verb] if total == 1 else verb} {rest}"


def _unknown_sources(ancestry: Ancestry) -> str:
    """Return the reason why the sources are not known; an empty text if they are."""
    if not ancestry.complete:
        return _INCOMPLETE
    return _NO_SOURCE if len(ancestry.lineage.columns) and not ancestry.sources else ""


# ---- rules about the artifact


def _matches(candidate: Candidate, rule: rules.Matches) -> RuleResult:
    query = parse(in_language(rule.query, candidate.language), candidate.now)
    if matches(query, candidate.entry, candidate.aliases):
        return rule_result("pass", "the artifact matches")
    return rule_result("fail", f"the artifact does not match {rule.query}")


def _metric(candidate: Candidate, rule: rules.Metric) -> RuleResult:
    number = number_of(candidate.entry, rule)
    if number is None:
        return rule_result(rule.when_missing, f"the artifact has no number as {rule.key}")
    if rule.min is not None and number < Decimal(str(rule.min)):
        return rule_result("fail", f"{rule.key} is {number}, below {rule.min:g}")
    if rule.max is not None and number > Decimal(str(rule.max)):
        return rule_result("fail", f"{rule.key} is {number}, above {rule.max:g}")
    return rule_result("pass", f"{rule.key} is {number}")


def _approved(candidate: Candidate, rule: rules.Approved) -> RuleResult:
    people = f" by {' or '.join(rule.by)}" if rule.by else ""
    if rule.of == "artifact":
        approvals = approvers(candidate.entry.tags, rule.tag, rule.by)
        if len(approvals) < rule.at_least:
            return rule_result("fail", f"{len(approvals)} of {rule.at_least} approvals as tag {rule.tag}{people}")
        return rule_result("pass", f"approved by {', '.join(sorted(approvals))}")
    lack = f"lack {rule.at_least} approval{'' if rule.at_least == 1 else 's'} as tag {rule.tag}{people}"
    if rule.ancestry_query is not None:
        return _none_of(candidate.ancestry.matching(rule.ancestry_query), lack)
    return _approved_sources(candidate.ancestry, rule, lack)


def _approved_sources(ancestry: Ancestry, rule: rules.Approved, lack: str) -> RuleResult:
    if unknown := _unknown_sources(ancestry):
        return rule_result("undecided", unknown)
    selected = ancestry.ids_matching(rule.where)
    if selected is None:
        return rule_result("undecided", _INCOMPLETE)
    sources = [position for position in ancestry.sources if ancestry.id_at(position) in selected]
    tags = [entry.tags if entry is not None else {} for entry in ancestry.entries(sources)]
    lacking = {
        position
        for position, own in zip(sources, tags, strict=True)
        if len(approvers(own, rule.tag, rule.by)) < rule.at_least
    }
    return _none_of(ancestry.offending(lacking.__contains__, sources), lack)


def _sealed(candidate: Candidate, rule: rules.Sealed) -> RuleResult:
    return sealed(candidate.catalog, candidate.entry.artifact_id, rule)


# ---- rules about the ancestry


def _forbid(candidate: Candidate, rule: rules.Forbid) -> RuleResult:
    return _none_of(candidate.ancestry.matching(rule.ancestry_query), f"match {rule.query}")


def _require(candidate: Candidate, rule: rules.Require) -> RuleResult:
    matching = candidate.ancestry.matching(rule.ancestry_query)
    if matching.total >= rule.at_least:
        return rule_result("pass", _counted(matching.total, f"match {rule.query}"))
    if not matching.complete:
        return rule_result("undecided", _INCOMPLETE)
    return rule_result("fail", f"{_counted(matching.total, f'match {rule.query}')}, {rule.at_least:,} must")


def _every(candidate: Candidate, rule: rules.Every) -> RuleResult:
    return _none_of(candidate.ancestry.matching(rule.ancestry_query), f"match {rule.of} and not {rule.query}")


def _registered(candidate: Candidate, _: rules.Registered) -> RuleResult:
    return _none_in_state(candidate.ancestry, "unregistered", "are not registered")


def _not_deleted(candidate: Candidate, _: rules.NotDeleted) -> RuleResult:
    return _none_in_state(candidate.ancestry, "deleted", "were deleted")


def _none_in_state(ancestry: Ancestry, state: str, description: str) -> RuleResult:
    states = ancestry.lineage.columns.state
    return _none_of(ancestry.offending(lambda position: states[position - 1] == state), description)


def _hashed(candidate: Candidate, rule: rules.Hashed) -> RuleResult:
    return _none_of(candidate.ancestry.matching(rule.ancestry_query), "have no content hash")


def _fresh(candidate: Candidate, rule: rules.Fresh) -> RuleResult:
    ancestry = candidate.ancestry
    if rule.of == "sources" and (unknown := _unknown_sources(ancestry)):
        return rule_result("undecided", unknown)
    among = ancestry.sources if rule.of == "sources" else None
    created = ancestry.lineage.columns.created_at
    oldest = rule.oldest(candidate.now)
    old = ancestry.offending(lambda i: bool(created[i - 1]) and microseconds(created[i - 1]) < oldest, among)
    result = _none_of(
        old, f"are older than {rule.max_age}" if rule.max_age else f"were not created after {rule.created_after}"
    )
    undated = ancestry.offending(lambda i: not created[i - 1], among)
    if result.outcome == "fail" or not undated.total or rule.when_missing == "pass":
        return result
    return _with_offenders(rule_result(rule.when_missing, _counted(undated.total, "have no date")), undated)


def _stale(candidate: Candidate, rule: rules.Stale) -> RuleResult:
    selected = candidate.ancestry.ids_matching(rule.where)
    if selected is None:
        return rule_result("undecided", _INCOMPLETE)
    inputs = stale_inputs(candidate.catalog, candidate.ancestry.lineage, rule, selected)
    offending = Offending(inputs[:MAX_OFFENDERS], len(inputs), candidate.ancestry.complete)
    allowed = f"more than {rule.max_versions:,} newer versions" if rule.max_versions else "a newer version"
    return _none_of(offending, f"have {allowed}{', or an alias that has moved on' if rule.aliases else ''}")


def _types(candidate: Candidate, rule: rules.Types) -> RuleResult:
    types = set(candidate.ancestry.lineage.columns.artifact_type)
    missing = [artifact_type for artifact_type in rule.required if artifact_type not in types]
    if not missing:
        return rule_result("pass", f"the ancestry has {', '.join(rule.required)}")
    if not candidate.ancestry.complete:
        return rule_result("undecided", _INCOMPLETE)
    return rule_result("fail", f"the ancestry has no {', no '.join(missing)}")


# ---- rules that compare with the holder of the alias


def _no_worse(candidate: Candidate, rule: rules.NoWorse) -> RuleResult:
    if candidate.holder is None:
        return _without_holder(candidate, rule)
    return no_worse(rule, number_of(candidate.entry, rule), number_of(candidate.holder, rule))


def _lineage_change(candidate: Candidate, rule: rules.LineageChange) -> RuleResult:
    if candidate.holder_ancestry is None:
        return _without_holder(candidate, rule)
    if unknown := _unknown_sources(candidate.ancestry) or _unknown_sources(candidate.holder_ancestry):
        return rule_result("undecided", unknown)
    return lineage_change(rule, candidate.ancestry, candidate.holder_ancestry, candidate.catalog)


def _without_holder(candidate: Candidate, rule: rules.NoWorse | rules.LineageChange) -> RuleResult:
    """Return `if_none` for a free alias; without an alias to compare with, the rule is undecided."""
    return rule_result("undecided", _NO_ALIAS) if candidate.alias is None else rule_result(rule.if_none, _FREE)


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
    rules.Stale: _stale,
    rules.Sealed: _sealed,
    rules.Types: _types,
    rules.NoWorse: _no_worse,
    rules.LineageChange: _lineage_change,
}
