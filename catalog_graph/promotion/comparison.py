"""Rules that compare an artifact with the one that holds the alias."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from catalog_graph.answers.facts import Details
from catalog_graph.promotion.ancestry import Ancestry
from catalog_graph.promotion.report import Outcome, RuleResult
from catalog_graph.promotion.rules import LineageChange, NoWorse

if TYPE_CHECKING:
    from catalog_graph.backends.answers import LineageAnswers

_NAMED = 5
"""Sources that the reason names."""


def no_worse(rule: NoWorse, own: Decimal | None, holders: Decimal | None) -> tuple[Outcome, str]:
    """Whether a number is no worse than the holder's; in decimal arithmetic, so that 0.94 - 0.93 is 0.01."""
    if own is None:
        return rule.when_missing, f"the artifact has no number as {rule.key}"
    if holders is None:
        return rule.when_missing, f"the artifact that holds the alias has no number as {rule.key}"
    worse = holders - own if rule.better == "higher" else own - holders
    allowed = _allowed(rule, holders)
    told = f"{rule.key} is {own}, that of the alias {holders}"
    if worse <= allowed:
        return "pass", told
    return "fail", f"{told}: worse by {_plain(worse)}, at most {_plain(allowed)} is allowed"


def lineage_change(rule: LineageChange, ancestry: Ancestry, holders: Ancestry, backend: LineageAnswers) -> RuleResult:
    """Whether few enough sources came and went; both ancestries are whole."""
    own, theirs = _sources(ancestry), _sources(holders)
    details = backend._details([*own, *theirs]) if rule.same == "content" else {}
    own_keys = {i: _key(rule, i, card, details) for i, card in own.items()}
    their_keys = {i: _key(rule, i, card, details) for i, card in theirs.items()}
    added = _without(own_keys, their_keys)
    removed = _without(their_keys, own_keys)
    told = f"sources compared with the alias: {len(added):,} added, {len(removed):,} removed"
    too_many = rule.max_added is not None and len(added) > rule.max_added
    too_few = rule.max_removed is not None and len(removed) > rule.max_removed
    if not too_many and not too_few:
        return RuleResult("", "", "pass", told)
    ids = ancestry.lineage.columns.artifact_id
    offending = ancestry.those(lambda at: ids[at - 1] in added, ancestry.sources if too_many else ())
    gone = f"; gone: {_listed([theirs[i][1] or i for i in removed])}" if too_few else ""
    reason = f"{told}; {_allowed_changes(rule)} allowed{gone}"
    return RuleResult("", "", "fail", reason, offending.offenders, offending.total)


def _allowed(rule: NoWorse, holders: Decimal) -> Decimal:
    if rule.margin_percent is not None:
        return abs(holders) * Decimal(str(rule.margin_percent)) / 100
    return Decimal(str(rule.margin or 0))


def _plain(number: Decimal) -> str:
    return f"{float(number):.6g}"


def _sources(ancestry: Ancestry) -> dict[str, tuple[str, str]]:
    """Type and name of each source, by id."""
    columns = ancestry.lineage.columns
    return {
        columns.artifact_id[at - 1]: (columns.artifact_type[at - 1], columns.name[at - 1]) for at in ancestry.sources
    }


def _key(rule: LineageChange, artifact_id: str, card: tuple[str, str], details: Mapping[str, Details]) -> object:
    """What another source has to share to be the same; the id alone where there is nothing else."""
    if rule.same == "name" and card[1]:
        return card
    found = details.get(artifact_id)
    return found.content_hash or None if found is not None else None


def _without(these: Mapping[str, object], others: Mapping[str, object]) -> set[str]:
    """Those that are not among the others, neither by id nor by what they share."""
    keys = set(others.values()) - {None}
    return {i for i, key in these.items() if i not in others and key not in keys}


def _allowed_changes(rule: LineageChange) -> str:
    parts = [("added", rule.max_added), ("removed", rule.max_removed)]
    return " and ".join(f"{most:,} {what}" for what, most in parts if most is not None) + " are"


def _listed(names: list[str]) -> str:
    shown = sorted(names)[:_NAMED]
    return ", ".join(shown) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
