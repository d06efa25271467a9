"""The searches of the benchmarks: their conditions agree with the query language on the same history."""

from __future__ import annotations

import pytest

from benchmarks.history import History
from benchmarks.questions.finding import SEARCHES, Search
from catalog_graph.artifact import CatalogEntry
from catalog_graph.query.index import search_index
from catalog_graph.query.language import parse
from catalog_graph.query.match import matches, tier

ENTRIES = list(History(10_000).entries(0, 3_000))


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: search.name)
def test_a_plain_scan_has_the_same_hits_as_the_query_and_all_match_equally_well(search: Search) -> None:
    query = parse(search.text)
    entries = [CatalogEntry.from_dict(entry) for entry in ENTRIES]
    hits = [entry for entry in entries if matches(query, entry)]
    assert hits
    assert [e.artifact_id for e in hits] == [e["artifact_id"] for e in ENTRIES if search.holds(e)]
    assert len({tier(query, search_index(entry)) for entry in hits}) == 1


def test_artifacts_are_created_in_their_order_so_that_the_newest_come_last() -> None:
    instants = [str(entry["created_at"]) for entry in ENTRIES]
    assert instants == sorted(set(instants))
