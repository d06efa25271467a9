"""Rules that compare an artifact with the holder of the alias."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from catalog_graph.answers.facts import Details
from catalog_graph.promotion.ancestry import Ancestry
from catalog_graph.promotion.report import RuleResult, rule_result
from catalog_graph.promotion.rules import LineageChange, NoWorse

if TYPE_CHECKING:
    from catalog_graph.promotion.catalog import CatalogReader

_MAX_NAMES = 5
"""Names of sources that a reason lists."""


def no_worse(rule: NoWorse, own: Decimal | None, holders: Decimal | None) -> RuleResult:
    """Compare a number with the holder's, in decimal arithmetic, so that 0.94 - 0.93 is exactly 0.01."""
    if own is None:
        return rule_result(rule.when_missing, f"the artifact has no number as {rule.key}")
    if holders is None:
        return rule_result(rule.when_missing, f"the artifact that holds the alias has no number as {rule.key}")
    worse = holders - own if rule.better == "higher" else own - holders
    margin = _margin(rule, holders)
    numbers = f"{rule.key} is {own}, that of the alias {holders}"
    if worse <= margin:
        return rule_result("pass", numbers)
    return rule_result("fail", f"{numbers}: worse by {_plain(worse)}, at most {_plain(margin)} is allowed")


def lineage_change(rule: LineageChange, ancestry: Ancestry, holders: Ancestry, catalog: CatalogReader) -> RuleResult:
    """Count the sources that were added and removed; both ancestries must be complete."""
    own, theirs = _sources(ancestry), _sources(holders)
    details = catalog.details([*own, *theirs]) if rule.same == "content" else {}
    own_keys = {i: _shared_key(rule, i, source, details) for i, source in own.items()}
    their_keys = {i: _shared_key(rule, i, source, details) for i, source in theirs.items()}
    added = _difference(own_keys, their_keys)
    removed = _difference(their_keys, own_keys)
    counts = f"sources compared with the alias: {len(added):,} added, {len(removed):,} removed"
    too_many_added = rule.max_added is not None and len(added) > rule.max_added
    too_many_removed = rule.max_removed is not None and len(removed) > rule.max_removed
    if not too_many_added and not too_many_removed:
        return rule_result("pass", counts)
    ids = ancestry.lineage.columns.artifact_id
    offending = ancestry.offending(lambda i: ids[i - 1] in added, ancestry.sources if too_many_added else ())
    gone = f"; gone: {_listed([theirs[i][1] or i for i in removed])}" if too_many_removed else ""
    reason = f"{counts}; {_limits(rule)} allowed{gone}"
    return RuleResult("", "", "fail", reason, offending.offenders, offending.total)


def _margin(rule: NoWorse, holders: Decimal) -> Decimal:
    if rule.margin_percent is not None:
        return abs(holders) * Decimal(str(rule.margin_percent)) / 100
    return Decimal(str(rule.margin or 0))


def _plain(number: Decimal) -> str:
    return f"{float(number):.6g}"


def _sources(ancestry: Ancestry) -> dict[str, tuple[str, str]]:
    """Return type and name of each source, by id."""
    columns = ancestry.lineage.columns
    return {columns.artifact_id[i - 1]: (columns.artifact_type[i - 1], columns.name[i - 1]) for i in ancestry.sources}


def _shared_key(
    rule: LineageChange, artifact_id: str, type_and_name: tuple[str, str], details: Mapping[str, Details]
) -> object:
    """Return the key that another source must share to count as the same one; `None` if only the id counts."""
    if rule.same == "name" and type_and_name[1]:
        return type_and_name
    own = details.get(artifact_id)
    return own.content_hash or None if own is not None else None


def _difference(keys: Mapping[str, object], other_keys: Mapping[str, object]) -> set[str]:
    """Return the ids whose source is not among the others, neither by id nor by key."""
    others = set(other_keys.values()) - {None}
    return {i for i, key in keys.items() if i not in other_keys and key not in others}


def _limits(rule: LineageChange) -> str:
    limits = [("added", rule.max_added), ("removed", rule.max_removed)]
    return " and ".join(f"{limit:,} {kind}" for kind, limit in limits if limit is not None) + " are"


def _listed(names: list[str]) -> str:
    first = ", ".join(sorted(names)[:_MAX_NAMES])
    return first + (f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else "")
