"""Random questions about one catalog: every backend finds the same in the same order as plain Python does."""

import random
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.query.selection import Selection
from tests.support import strategies as draw
from tests.support.backends import stores
from tests.support.entries import ids, instant
from tests.support.kept import kept
from tests.support.model import ModelBackend

pytestmark = stores


def random_entries(count: int) -> list[CatalogEntry]:
    """Return random entries, many of which share names, ages and tags."""
    chance = random.Random(20260301)
    return [
        CatalogEntry(
            artifact_id=f"{chance.choice(draw.IDS)}{n}",
            name=" ".join(chance.choices(draw.NAMES, k=chance.choice([1, 1, 2]))),
            artifact_type=chance.choice(draw.TYPES),
            content_hash=chance.choice(draw.HASHES),
            source_step=chance.choice(draw.STEPS),
            source_run_id=chance.choice(["", "run-1", "Run-1"]),
            source_pipeline=chance.choice(draw.PIPELINES),
            tags={key: chance.choice(draw.VALUES) for key in chance.sample(draw.KEYS, k=chance.randrange(4))},
            uri=chance.choice(["", "s3://b/k"]),
            created_at=instant(chance.randrange(9) * 40_000),
            version=chance.choice(draw.VERSIONS),
        )
        for n in range(count)
    ]


@cache
def model() -> ModelBackend:
    """Return the model, filled once: tests only read it."""
    backend = ModelBackend()
    backend.register_many(random_entries(200))
    return backend


@cache
def whole_answer(query: str) -> list[str]:
    """Return the ids that the model finds, computed once for all backends."""
    return ids(model().search(query, 1000))


@kept
def catalog(backend: CatalogBackend) -> CatalogBackend:
    """Return a store with the entries of the model."""
    backend.register_many(random_entries(200))
    return backend


@given(query=draw.queries, limit=st.sampled_from([1, 5, 50, 1000]))
def test_searches(catalog: CatalogBackend, query: str, limit: int) -> None:
    assert ids(catalog.search(query, limit)) == whole_answer(query)[:limit]


@given(filters=draw.filters, query=st.one_of(st.just(""), draw.queries), limit=st.sampled_from([1, 20, 1000]))
def test_lists(catalog: CatalogBackend, filters: dict[str, Any], query: str, limit: int) -> None:
    expected = ids(model().list_artifacts(**filters, query=query, limit=limit))
    assert ids(catalog.list_artifacts(**filters, query=query, limit=limit)) == expected


@given(query=draw.queries, limit=st.sampled_from([1, 7, 60]))
def test_pages(catalog: CatalogBackend, query: str, limit: int) -> None:
    """The first pages, each begun where the one before it ended."""
    whole = whole_answer(query)
    cursor, count = None, 0
    for _ in range(4):
        page = catalog.find(Selection(text=query), limit=limit, cursor=cursor)
        assert ids(page.items) == whole[count : count + limit]
        count += len(page.items)
        assert page.complete == (count == len(whole))
        cursor = page.cursor
        if cursor is None:
            break
