"""Direct parents or children of many artifacts."""

from __future__ import annotations

from collections.abc import Sequence

from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import cards
from catalog_graph.lineage import Card, Direction

_QUERIES = {"upstream": "lineage/parents", "downstream": "lineage/children"}


def adjacent(bolt: Bolt, artifact_ids: Sequence[str], direction: Direction) -> dict[str, list[Card]]:
    """Return the direct parents or children of each artifact that has any; see `StoreAnswers.adjacent`."""
    [row] = bolt.read(_QUERIES[direction], ids=list(artifact_ids))
    return {artifact_id: cards(texts, [0] * len(texts)).cards() for artifact_id, texts in row["adjacent"]}
