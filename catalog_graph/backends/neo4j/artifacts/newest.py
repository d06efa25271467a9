"""The newest artifacts of names, and the numbers of newer versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from catalog_graph.answers.facts import Newest
from catalog_graph.artifact import version_number
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import cards, sort_id
from catalog_graph.lineage import Card
from catalog_graph.query.text import compact_name


def newest(bolt: Bolt, names: Sequence[str]) -> dict[str, Newest]:
    """Return the newest artifact of each name that has one; see `StoreAnswers.newest`."""
    [row] = bolt.read("artifacts/newest", names=[[compact_name(name), name, sort_id(name)] for name in names])
    answers: dict[str, Newest] = {}
    for name, card, by_number, moves in row["newest"]:
        moved: dict[str, dict[str, Card]] = {}
        for before, alias, holder in moves:
            moved.setdefault(before, {})[alias] = _cards([holder])[0]
        answers[name] = Newest(_cards([card])[0], by_number, moved)
    return answers


def newer(bolt: Bolt, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
    """Count the newer versions of each artifact; see `StoreAnswers.newer`."""
    rows = [[card.artifact_id, compact_name(card.name), _number(card, by_number)] for card in artifacts]
    [row] = bolt.read("artifacts/newer", rows=rows)
    return dict(row["counts"])


def _number(card: Card, by_number: Collection[str]) -> int | None:
    if card.name not in by_number:
        return None
    number = version_number(card.version)
    return -1 if number is None else number


def _cards(texts: list[str]) -> list[Card]:
    return cards(texts, [0] * len(texts)).cards()
