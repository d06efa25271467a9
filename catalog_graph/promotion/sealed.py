"""The rule about seals: one that was made with a known key, and still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.errors import CatalogError, ConfigurationError
from catalog_graph.promotion.report import RuleResult, rule_result

if TYPE_CHECKING:
    from catalog_graph.promotion.catalog import CatalogReader
    from catalog_graph.promotion.rules import Sealed

MAX_SEALS = 20
"""Seals that are verified, the newest first."""


def sealed(catalog: CatalogReader, artifact_id: str, rule: Sealed) -> RuleResult:
    """Return the result of the rule for an artifact."""
    cards = catalog.seals(artifact_id, limit=MAX_SEALS, exact=True)
    if not cards:
        return rule_result("fail", "the artifact has no seal")
    reasons = []
    for card in cards:
        try:
            verification = catalog.verify(catalog.seal_file(artifact_id, card.digest, exact=True), rule.keys)
        except ConfigurationError as error:
            return rule_result("undecided", error.message)
        except CatalogError as error:
            return rule_result("undecided", f"the seal of {card.sealed_at} could not be verified: {error.message}")
        claims = len(verification.claims_changed) if rule.claims else 0
        if verification.holds and not claims:
            who = f" by {card.sealed_by}" if card.sealed_by else ""
            return rule_result("pass", f"sealed{who} at {card.sealed_at} with the key {str(verification.keyid)[:12]}")
        failed = next((check.reason for check in verification.checks if check.outcome != "pass"), "")
        reasons.append(failed or f"tags or metadata of {verification.claims_changed[0]!r} changed since")
    return rule_result("fail", f"no seal holds; the newest: {reasons[0]}")
