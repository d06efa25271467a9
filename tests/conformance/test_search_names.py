"""What is exactly an id, a name or a reference comes first in a search, whatever signs it has."""

from collections.abc import Iterator

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidQuery
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection
from tests.support.entries import artifact, ids
from tests.support.kept import kept

NAMES = {
    "urn": "urn:li:dataset:orders",
    "path": "C:\\data\\train.csv",
    "image": "registry.io/img:1.4",
    "parenthesis": "model (old",
    "either": "churn OR fraud",
    "minus": "-negative",
    "pair": "team:risk",
    "number": "f1>=high",
    "colon": "ends:",
}


@kept
def catalog(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(
        [
            *(artifact(key, name=name, at=n) for n, (key, name) in enumerate(NAMES.items())),
            artifact("v1", name="fraud_detector", artifact_type="Model", version="1", at=20, tags={"team": "risk"}),
            artifact("v2", name="fraud_detector", artifact_type="Model", version="2", at=21, tags={"team": "risk"}),
            artifact("run/7:out", name="output", at=22, uri="s3://b/k"),
        ]
    )
    backend.set_alias("fraud_detector", "champion", "v1")
    return backend


def found(catalog: CatalogBackend, text: str) -> list[str]:
    return ids(catalog.search(text))


@pytest.mark.parametrize(("key", "name"), NAMES.items())
def test_a_name_comes_first(catalog: CatalogBackend, key: str, name: str) -> None:
    assert found(catalog, name)[0] == key
    assert ids(catalog.find(Selection(f" {name} ")).items)[0] == key
    assert ids(catalog.list_artifacts(query=name))[0] == key


def test_what_else_matches_follows(catalog: CatalogBackend) -> None:
    assert found(catalog, "team:risk") == ["pair", "v2", "v1"]
    assert found(catalog, "churn OR fraud") == ["either", "v2", "v1"]


def test_ids_and_references(catalog: CatalogBackend) -> None:
    assert found(catalog, "run/7:out") == ["run/7:out"]
    assert found(catalog, "fraud_detector:v1") == ["v1"]
    assert found(catalog, "fraud_detector:2") == ["v2"]
    assert found(catalog, "fraud_detector:latest") == ["v2"]
    assert found(catalog, "fraud_detector@champion") == ["v1"]
    assert found(catalog, "registry.io/img:1.4:latest") == ["image"]
    assert found(catalog, "v1") == ["v1"]


def test_several_artifacts_of_the_name(catalog: CatalogBackend) -> None:
    catalog.register_many([artifact(f"u{n}", name=NAMES["urn"], at=100 + n) for n in range(5)])
    expected = ["u4", "u3", "u2", "u1", "u0", "urn"]
    assert found(catalog, NAMES["urn"]) == expected
    page = catalog.find(Selection(NAMES["urn"]), limit=2, total=True, facets=["type"])
    assert (ids(page.items), page.total, page.complete) == (["u4", "u3"], 6, False)
    assert page.facets is not None
    assert page.facets["type"].values == {"Dataset": 6}
    assert catalog.facets(Selection(NAMES["urn"]), ["type"])["type"].values == {"Dataset": 6}


def pages(catalog: CatalogBackend, selection: Selection, limit: int) -> Iterator[Page]:
    page = catalog.find(selection, limit=limit)
    yield page
    while page.cursor:
        page = catalog.find(selection, limit=limit, cursor=page.cursor)
        yield page


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
def test_pages_have_each_artifact_once(catalog: CatalogBackend, limit: int) -> None:
    catalog.register_many([artifact("again", name="team:risk", at=50, tags={"team": "risk"})])
    for text, expected in (("team:risk", ["again", "pair", "v2", "v1"]), ("ends:", ["colon"])):
        read = list(pages(catalog, Selection(text), limit))
        assert [i for page in read for i in ids(page.items)] == expected
        assert len(read) == -(-len(expected) // limit)


def test_filters_hold_for_names_too(catalog: CatalogBackend) -> None:
    assert ids(catalog.find(Selection("team:risk", artifact_type="Model")).items) == ["v2", "v1"]
    assert ids(catalog.find(Selection("fraud_detector:v1", tags={"team": "data"})).items) == []


def test_what_only_looks_like_a_name_is_a_query(catalog: CatalogBackend) -> None:
    assert found(catalog, "team:risk version:1") == ["v1"]
    assert found(catalog, "urn:li:dataset:nothing") == []
    with pytest.raises(InvalidQuery):
        catalog.search("model (new")
    catalog.delete("parenthesis")
    with pytest.raises(InvalidQuery):
        catalog.search(NAMES["parenthesis"])


def test_the_language_alone(catalog: CatalogBackend) -> None:
    assert ids(catalog.iterate("team:risk")) == ["v2", "v1"]
    assert ids(catalog.find(Selection("team:risk", order="newest")).items) == ["v2", "v1"]
    catalog.add_parents("v2", "pair", "v1")
    assert ids(catalog.upstream("v2", where="team:risk").nodes) == ["v1"]
