"""The benchmarks' searches match what the query language matches in the same history."""

from __future__ import annotations

import pytest

from benchmarks.history import History
from benchmarks.questions.finding import SOUGHT, Sought
from catalog_graph.artifact import CatalogEntry
from catalog_graph.query.language import parse
from catalog_graph.query.match import matches, tier
from catalog_graph.query.text import search_index

ENTRIES = list(History(10_000).entries(0, 3_000))


@pytest.mark.parametrize("sought", SOUGHT, ids=lambda sought: sought.name)
def test_the_plain_reading_finds_what_the_query_does_and_none_fits_better(sought: Sought) -> None:
    query = parse(sought.text)
    entries = [CatalogEntry.from_dict(entry) for entry in ENTRIES]
    found = [entry for entry in entries if matches(query, entry)]
    assert found
    assert [e.artifact_id for e in found] == [e["artifact_id"] for e in ENTRIES if sought.holds(e)]
    assert len({tier(query, search_index(entry)) for entry in found}) == 1


def test_artifacts_are_created_in_their_order_so_that_the_newest_come_last() -> None:
    instants = [str(entry["created_at"]) for entry in ENTRIES]
    assert instants == sorted(set(instants))
