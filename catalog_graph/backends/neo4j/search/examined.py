"""Searches by metadata that no index has: what matches the rest of a query is read, and its metadata compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from catalog_graph import facets
from catalog_graph.backends.neo4j.search import finding
from catalog_graph.backends.neo4j.search.conditions import conjunctions
from catalog_graph.backends.neo4j.search.finding import Hit
from catalog_graph.backends.neo4j.search.recent import Recent
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import entry_from
from catalog_graph.facets import FacetKey, Tally
from catalog_graph.query.match import matches
from catalog_graph.query.metadata import ExaminedMetadata, holds
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Query

CHUNK, LARGEST_CHUNK = 200, 5_000
"""Artifacts to read together: the number doubles as long as there are too few matches."""


def find(bolt: Bolt, recent: Recent, selection: Selection, limit: int, cursor: str | None) -> list[Hit]:
    """Return up to `limit` matches after the cursor."""
    return list(islice(_hits(bolt, recent, selection, cursor), limit))


def tally(bolt: Bolt, recent: Recent, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
    """Count the values of some keys in all matches, or in the newest `most` of them."""
    hits = list(islice(_hits(bolt, recent, selection, None), None if most is None else most + 1))
    return facets.tally([hit.entry for hit in hits[:most]], keys, most is None or len(hits) <= most)


def _hits(bolt: Bolt, recent: Recent, selection: Selection, cursor: str | None) -> Iterator[Hit]:
    indexed = selection.by(selection.query.without_metadata(), selection.order)
    examined, size = ExaminedMetadata(), CHUNK
    while True:
        hits = finding.find(bolt, recent, indexed, size, cursor)
        for hit in hits:
            examined.count(selection.query)
            if matches(selection.query, hit.entry, hit.entry.aliases):
                yield hit
        if len(hits) < size:
            return
        cursor = hits[-1].position.cursor()
        size = min(2 * size, LARGEST_CHUNK)


def conditions_in_lineage(bolt: Bolt, query: Query, artifact_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the conjunctions of a query as parameters, each with the ids of those artifacts whose metadata meets it.

    The artifacts, in any state, are all that may match.
    """
    examined = ExaminedMetadata()
    ids: list[list[str] | None] = [None if part.metadata is None else [] for part in query.any_of]
    for start in range(0, len(artifact_ids), LARGEST_CHUNK):
        [row] = bolt.read("artifacts/read", ids=list(artifact_ids[start : start + LARGEST_CHUNK]))
        for entry in map(entry_from, row["artifacts"]):
            examined.count(query)
            for part, held in zip(query.any_of, ids, strict=True):
                if held is not None and part.metadata is not None and holds(part.metadata, entry):
                    held.append(entry.artifact_id)
    parts = conjunctions(query)
    return [{**part, "ids": held} for part, held in zip(parts, ids, strict=True)]
