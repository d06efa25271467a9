"""Metadata that no index has is compared beside a condition that has one, and within a lineage."""

import random
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import NotFound
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidQuery
from catalog_graph.query import metadata
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Query
from tests.support import strategies as draw
from tests.support.backends import stores
from tests.support.entries import artifact, ids, instant
from tests.support.kept import kept
from tests.support.model import ModelBackend

METADATA: dict[str, dict[str, Any]] = {
    "large": {"rows": 2_000, "schema": {"format": "Parquet", "columns": ["id", "amount"]}},
    "small": {"rows": "10", "schema": {"format": "csv"}, "note": "ten rows"},
    "list": {"rows": [1, 5000], "schema": []},
    "dotted": {"schema.format": "parquet"},
    "plain": {},
}


@kept
def catalog(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(
        [
            artifact("root", at=0, artifact_type="Source", metadata={"rows": 1}),
            *(
                artifact(key, "root", at=n, artifact_type="Dataset", source_pipeline="daily", metadata=each)
                for n, (key, each) in enumerate(METADATA.items(), 1)
            ),
            artifact("tagged", "small", "stub", at=9, artifact_type="Dataset", tags={"metadata.rows": 3}),
        ]
    )
    return backend


ANSWERS: dict[str, list[str]] = {
    "metadata.rows>1000": ["list", "large"],
    "metadata.rows<=10": ["tagged", "list", "small"],
    "metadata.rows>10 metadata.rows<1000": [],
    "metadata.rows:2e3": ["large"],
    "metadata.rows:10": ["small"],
    "metadata.rows:10.0": [],
    "metadata.rows:*": ["tagged", "list", "small", "large"],
    "metadata.schema.format:parquet": ["dotted", "large"],
    "METADATA.Schema.Format=par*": ["dotted", "large"],
    "metadata.schema.columns:amount": ["large"],
    '"metadata.note":"ten rows"': ["small"],
    "metadata.schema:*": ["list", "small", "large"],
    "-metadata.rows:*": ["plain", "dotted"],
    "metadata.rows!=2000": ["tagged", "plain", "dotted", "list", "small"],
    "(metadata.rows>1000 OR metadata.note:ten*)": ["list", "small", "large"],
    "(metadata.rows>1000 OR name:plain)": ["plain", "list", "large"],
    "tag.metadata.rows:3": ["tagged"],
}


def test_search(catalog: CatalogBackend) -> None:
    for text, expected in ANSWERS.items():
        page = catalog.find(Selection(f"type:Dataset {text}", order="newest"), total=True, facets=["type"])
        assert (ids(page.items), page.total) == (expected, len(expected))
        assert page.facets is not None
        assert sum(page.facets["type"].values.values()) == len(expected)
        assert ids(catalog.list_artifacts(source_pipeline="daily", query=text)) == [
            i for i in expected if i != "tagged"
        ]
        within = f"state:registered ({text})"
        assert sorted(ids(catalog.downstream("root", where=within).nodes)) == sorted(expected)
        assert catalog.impact("root", where=within).total == len(expected)


def parsed(selection: Selection) -> Query:
    return selection.query


@pytest.mark.parametrize(
    "text",
    [
        "metadata.rows>1000",
        "-metadata.rows:5",
        "state:registered metadata.rows:5",
        "-type:Model metadata.rows:5",
        "type:Dataset OR metadata.rows:5",
    ],
)
def test_a_condition_with_an_index_is_needed(text: str) -> None:
    with pytest.raises(
        InvalidQuery, match=r"metadata\.rows is in no index: add a condition .* or ask within a lineage"
    ):
        parsed(Selection(text))
    assert parsed(Selection(text, artifact_type="Dataset")).any_of


def test_the_refusal_reaches_everybody(catalog: CatalogBackend) -> None:
    with pytest.raises(InvalidQuery, match="in no index"):
        catalog.find(Selection("metadata.rows>1000"))
    with pytest.raises(InvalidQuery, match="in no index"):
        catalog.facets(Selection("metadata.rows>1000"), ["type"])
    with pytest.raises(InvalidQuery, match="in no index"):
        list(catalog.iterate("metadata.rows>1000"))
    assert ids(catalog.list_artifacts("Source", query="metadata.rows:1")) == ["root"]


def test_no_hint_speaks_of_tags(catalog: CatalogBackend) -> None:
    assert catalog.find(Selection("type:Dataset metadata.rows>9000")).hints == []


def test_lineage_of_another_graph(catalog: CatalogBackend) -> None:
    for graph in ({}, {"without": ["large"]}, {"as_of": "2100-01-01"}):
        assert ids(catalog.upstream("tagged", where="metadata.rows:*", **graph).nodes) == ["small", "root"]
        assert ids(catalog.upstream("tagged", where="-metadata.rows:*", **graph).nodes) == ["stub"]
    with pytest.raises(NotFound):
        catalog.upstream("missing", where="metadata.rows:*")
    page = catalog.lineage("root", "downstream", where="metadata.rows:*", limit=2)
    rest = catalog.lineage("root", "downstream", where="metadata.rows:*", cursor=page.cursor)
    assert [*ids(page.nodes), *ids(rest.nodes)] == ["large", "list", "small", "tagged"]


@stores
def test_no_more_is_read_than_the_limit(catalog: CatalogBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "MAX_EXAMINED", 4)
    with pytest.raises(InvalidQuery, match="more than 4 artifacts have to be read"):
        catalog.find(Selection("type:Dataset metadata.rows:0"))
    assert ids(catalog.search("type:Dataset metadata.rows:0 stage:*")) == []


def test_a_policy_compares_metadata(catalog: CatalogBackend) -> None:
    own = {"language": 2, "rules": [{"rule": "matches", "query": "metadata.rows>1000"}]}
    assert catalog.check_promotion("large", own).passed
    assert not catalog.check_promotion("small", own).passed
    ancestry = {"language": 2, "rules": [{"rule": "forbid", "query": "metadata.note:*"}]}
    assert not catalog.check_promotion("tagged", ancestry).passed
    assert catalog.check_promotion("large", ancestry).passed


# ---- any query, as the model answers it


def entries() -> list[CatalogEntry]:
    """Return random entries in a chain of parents."""
    chance = random.Random(20261129)
    return [
        CatalogEntry(
            artifact_id=f"n{n:02}",
            name=chance.choice(draw.NAMES),
            artifact_type=chance.choice(draw.TYPES),
            tags={key: chance.choice(draw.VALUES) for key in chance.sample(draw.KEYS, k=2)},
            metadata=chance.choice(draw.METADATA),
            parent_ids=[f"n{chance.randrange(n):02}"] if n else [],
            created_at=instant(chance.randrange(9) * 40_000),
        )
        for n in range(60)
    ]


@cache
def model() -> ModelBackend:
    """Return the model, filled once: tests only read it."""
    backend = ModelBackend()
    backend.register_many(entries())
    return backend


@stores
@given(query=draw.metadata_queries, limit=st.sampled_from([3, 50]))
def test_as_the_model_answers(backend: CatalogBackend, query: str, limit: int) -> None:
    if backend.get("n00") is None:
        backend.register_many(entries())
    expected = model().search(query, 100)
    page = backend.find(Selection(query), limit=limit, total=True)
    assert (ids(page.items), page.total) == (ids(expected)[:limit], len(expected))
    if page.cursor:
        following = backend.find(Selection(query), limit=limit, cursor=page.cursor)
        assert ids(following.items) == ids(expected)[limit : 2 * limit]
    nodes = backend.downstream("n00", where=query, limit=limit).nodes
    assert ids(nodes) == ids(model().downstream("n00", where=query, limit=limit).nodes)
