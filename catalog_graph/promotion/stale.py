"""The rule about inputs that have a newer version, or an alias that has moved on."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from catalog_graph.answers.renewal import Inputs, Standings
from catalog_graph.lineage import Lineage
from catalog_graph.promotion.report import Offender
from catalog_graph.promotion.rules import Stale

if TYPE_CHECKING:
    from catalog_graph.promotion.catalog import CatalogReader


def stale_inputs(catalog: CatalogReader, upstream: Lineage, rule: Stale, selected: Collection[str]) -> list[Offender]:
    """Return the inputs, of those selected, that lie further behind than the rule allows, nearest first."""
    inputs, standings = Inputs(upstream), Standings(catalog)
    positions = {position: inputs.card(position) for position in inputs.outdated(standings)}
    cards = {position: card for position, card in positions.items() if card.artifact_id in selected}
    if rule.max_versions:
        standings.count(cards.values())

    def is_behind(position: int) -> bool:
        card = cards[position]
        if rule.aliases and standings.moved(card):
            return True
        return standings.newest(card) is not None and (
            not rule.max_versions or standings.newer(card) > rule.max_versions
        )

    return [Offender(cards[position], inputs.path(position)) for position in cards if is_behind(position)]
