"""Facets: what is found, counted by type, pipeline, step and tags."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput, InvalidQuery, LimitExceeded
from catalog_graph.facets import MAX_FACETS, MAX_VALUES, SAMPLE_SIZE
from catalog_graph.query.selection import Selection
from tests.conformance.test_total import SELECTIONS, fill
from tests.support.backends import stores
from tests.support.entries import artifact, numbered
from tests.support.model import ModelBackend

KEYS = ("type", "pipeline", "step", "team", "stage", "n")


def test_counts_are_the_largest_first_then_by_value(backend: CatalogBackend) -> None:
    teams = ["b", "c", "a", "c", "ä", "B", "c"]
    backend.register_many(artifact(f"a{n}", tags={"team": team}) for n, team in enumerate(teams))
    found = backend.facets(Selection(), ["team"])
    assert list(found["team"].values.items()) == [("c", 3), ("B", 1), ("a", 1), ("b", 1), ("ä", 1)]
    assert (found["team"].other, found["team"].distinct) == (0, 5)
    assert (found.counted, found.complete) == (7, True)


def test_fields_and_tags(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("a", artifact_type="Model", source_pipeline="p", source_step="s", tags={"type": "x", "Team": "t"}),
            artifact("b", artifact_type="model", source_pipeline="p", tags={"team": "t", "tag.x": 1}),
            artifact("c", "stub", artifact_type="Model", tags={"team": "T"}),
        ]
    )
    found = backend.facets(Selection(), ["type", "Pipeline", "step", "tag.type", "team", "Team", "tag.tag.x", "none"])
    assert {key: facet.values for key, facet in found.by.items()} == {
        "type": {"Model": 2, "model": 1},
        "Pipeline": {"p": 2},
        "step": {"s": 1},
        "tag.type": {"x": 1},
        "team": {"T": 1, "t": 1},
        "Team": {"t": 1},
        "tag.tag.x": {"1": 1},
        "none": {},
    }
    assert list(found.by) == ["type", "Pipeline", "step", "tag.type", "team", "Team", "tag.tag.x", "none"]


def test_values_are_written_as_a_query_reads_them(backend: CatalogBackend) -> None:
    values = [1, 1.0, "1", True, None, 0.5, ["a", "b", "a", 1], [], {"b": 1, "a": [2]}, "x" * 150, "y" * 300, ""]
    backend.register_many(artifact(f"a{n}", tags={"k": value}) for n, value in enumerate(values))
    found = backend.facets(Selection(), ["k"])["k"]
    assert found.values == {
        "1": 4, "true": 1, "null": 1, "0.5": 1, "a": 1, "b": 1, '{"a":[2],"b":1}': 1, "x" * 150: 1, "": 1,
    }  # fmt: skip


@stores
def test_facets_of_queries_and_filters(backend: CatalogBackend) -> None:
    fill(backend)
    model = ModelBackend()
    fill(model)
    for selection in SELECTIONS:
        for exact in (False, True):
            expected = model.facets(selection, KEYS, exact=exact)
            assert expected.counted == len(model.find(selection).items)
            assert backend.facets(selection, KEYS, exact=exact).to_dict() == expected.to_dict(), selection


def test_beside_a_page_and_its_total(backend: CatalogBackend) -> None:
    fill(backend)
    catalog = ArtifactCatalog(backend)
    page = catalog.find("fraud", limit=5, total=True, facets=["type"])
    assert page.facets is not None
    assert (len(page.items), page.total, page.facets.counted) == (5, 28, 28)
    assert page.facets == catalog.facets("fraud", ["type"])
    following = catalog.find("fraud", limit=5, cursor=page.cursor, facets=["type"])
    assert following.facets == page.facets
    assert catalog.find("fraud").facets is None


@stores
def test_the_newest_are_counted_where_there_are_many(backend: CatalogBackend) -> None:
    """The newest have enough matches, or few, or words would rank others first."""
    old = [artifact(f"o{n:04}", at=n, name="fraud", tags={"old": "yes", "x": 1}) for n in range(SAMPLE_SIZE + 5)]
    new = [artifact(f"n{n:04}", at=5000, name="my_fraud", tags={"x": 2}) for n in range(7)]
    backend.register_many([*old, *new])
    for text, counts in (
        ("", {"1": SAMPLE_SIZE - 7, "2": 7}),
        ("fraud", {"1": SAMPLE_SIZE - 7, "2": 7}),
        ("fraud x:*", {"1": SAMPLE_SIZE - 7, "2": 7}),
        ("old:yes", {"1": SAMPLE_SIZE}),
        ("old:yes OR x:2", {"1": SAMPLE_SIZE - 7, "2": 7}),
        ("-x:2", {"1": SAMPLE_SIZE}),
    ):
        found = backend.facets(Selection(text), ["x"])
        assert (found["x"].values, found.counted, found.complete) == (counts, SAMPLE_SIZE, False), text
        exact = backend.find(Selection(text), limit=1, total=True, facets=["x"], exact_facets=True)
        assert exact.facets is not None
        assert (exact.facets.counted, exact.facets.complete) == (exact.total, True)
        assert exact.total == SAMPLE_SIZE + 5 + (0 if text in ("old:yes", "-x:2") else 7)


def test_as_many_as_are_counted_are_all(backend: CatalogBackend) -> None:
    backend.register_many(numbered(SAMPLE_SIZE, tags={"x": 1}))
    for text in ("", "x:1"):
        found = backend.facets(Selection(text), ["x"])
        assert (found["x"].values, found.counted, found.complete) == ({"1": SAMPLE_SIZE}, SAMPLE_SIZE, True)


def test_only_the_most_frequent_values_are_shown(backend: CatalogBackend) -> None:
    backend.register_many(artifact(f"a{n}", tags={"n": n // 2 if n < 20 else n}) for n in range(MAX_VALUES + 30))
    found = backend.facets(Selection(), ["n"])["n"]
    assert len(found.values) == MAX_VALUES
    assert list(found.values.items())[:11] == [*((str(n), 2) for n in range(10)), ("100", 1)]
    assert found.distinct == MAX_VALUES + 20
    assert found.other == 20


def test_facets_of_nothing(backend: CatalogBackend) -> None:
    for text in ("", "nothing", "team:a"):
        found = backend.facets(Selection(text), ["type", "team"])
        assert found.to_dict() == {
            "counted": 0,
            "complete": True,
            "by": {key: {"values": {}, "other": 0, "distinct": 0} for key in ("type", "team")},
        }


def test_keys_with_signs(backend: CatalogBackend) -> None:
    keys = ["a,b", "a\\,b", "\\", "é=1", "a b", "tag."]
    backend.register(artifact("a", tags=dict.fromkeys(keys, "x")))
    found = backend.facets(Selection(), keys)
    assert {key: facet.values for key, facet in found.by.items()} == {key: {"x": 1} for key in keys}


@pytest.mark.parametrize("key", ["name", "ID", "created", "alias", "state", ""])
def test_what_is_not_counted(backend: CatalogBackend, key: str) -> None:
    with pytest.raises(
        InvalidInput, match="facet" if not key else r"facets cannot count by .*; use type, pipeline, step, or tag"
    ):
        backend.facets(Selection(), [key])


def test_too_many_facets_and_unreadable_queries(backend: CatalogBackend) -> None:
    with pytest.raises(LimitExceeded, match="facets has 21 names; at most 20"):
        backend.facets(Selection(), map(str, range(MAX_FACETS + 1)))
    with pytest.raises(InvalidQuery):
        backend.facets(Selection("team:"), ["type"])
