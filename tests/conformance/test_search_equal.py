"""Random questions about one catalog: every backend finds the same in the same order as plain Python does."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.query.selection import Selection
from tests.support import strategies as draw
from tests.support.entries import ids, instant
from tests.support.model import ModelBackend


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


@pytest.fixture
def both(backend: CatalogBackend) -> tuple[CatalogBackend, CatalogBackend]:
    """Return the backend and the model, filled with the same entries."""
    model = ModelBackend()
    for catalog in (backend, model):
        catalog.register_many(random_entries(200))
    return backend, model


@given(query=draw.queries, limit=st.sampled_from([1, 5, 50, 1000]))
def test_searches(both: tuple[CatalogBackend, CatalogBackend], query: str, limit: int) -> None:
    backend, model = both
    assert ids(backend.search(query, limit)) == ids(model.search(query, limit))


@given(filters=draw.filters, query=st.one_of(st.just(""), draw.queries), limit=st.sampled_from([1, 20, 1000]))
def test_lists(both: tuple[CatalogBackend, CatalogBackend], filters: dict[str, Any], query: str, limit: int) -> None:
    backend, model = both
    assert ids(backend.list_artifacts(**filters, query=query, limit=limit)) == ids(
        model.list_artifacts(**filters, query=query, limit=limit)
    )


@given(query=draw.queries, limit=st.sampled_from([1, 7, 60]))
def test_pages(both: tuple[CatalogBackend, CatalogBackend], query: str, limit: int) -> None:
    """The first pages, each begun where the one before it ended."""
    backend, model = both
    whole = ids(model.search(query, 1000))
    cursor, seen = None, 0
    for _ in range(4):
        page = backend.find(Selection(text=query), limit=limit, cursor=cursor)
        assert ids(page.items) == whole[seen : seen + limit]
        seen += len(page.items)
        assert page.complete == (seen == len(whole))
        cursor = page.cursor
        if cursor is None:
            break
