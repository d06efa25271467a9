"""Metrics and parameters in the metadata are found as tags are, and so are the words of a uri."""

from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidQuery
from catalog_graph.query.selection import Selection
from tests.support.entries import artifact, ids
from tests.support.kept import kept

METADATA: dict[str, dict[str, Any]] = {
    "good": {
        "metrics": {"auc": 0.93, "per class": {"fraud": 0.8}, "ok": True},
        "params": {"lr": 0.1, "optimizer": "Adam"},
    },
    "poor": {"metrics": {"auc": 0.7}, "parameters": {"lr": 1, "layers": [1, 2]}},
    "text": {"metrics": {"auc": "0.95"}, "params": {"long": "x" * 257, "none": None}, "other": {"auc": 0.99}},
    "odd": {"metrics": [0.99], "params": "lr", "metrics.auc": 0.5},
    "plain": {},
    "capital": {"Metrics": {"auc": 0.98}, "Parameters": {"lr": 0.3}},
}
URIS = {"good": "s3://Models/fraud-v1/model.pkl", "poor": "file:///data/train.csv"}


@kept
def catalog(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(
        [
            artifact("root", at=0),
            *(
                artifact(key, "root", at=n, artifact_type="Model", metadata=metadata, uri=URIS.get(key, ""))
                for n, (key, metadata) in enumerate(METADATA.items(), 1)
            ),
            artifact("tagged", at=9, tags={"metrics.auc": 0.91, "params.lr": "0.1"}),
            artifact("both", at=10, tags={"metrics.auc": 0.91}, metadata={"metrics": {"auc": 0.91}}),
        ]
    )
    return backend


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.auc>=0.9", ["both", "tagged", "text", "good"]),
        ("metrics.auc:0.930", ["good"]),
        ("metadata.metrics.auc:0.93", ["good"]),
        ("metadata.parameters.lr>=0.05 metadata.params.lr<0.5", ["tagged", "good"]),
        ("type:Model metadata.Metrics.auc>0.92", ["capital", "text", "good"]),
        ("type:Model METADATA.parameters.lr:0.3", []),
        ("type:Model metadata.Parameters.lr:0.3", ["capital"]),
        ("metrics.auc:0.95", ["text"]),
        ("metrics.auc:0.950", []),
        ("metrics.auc:*", ["both", "tagged", "odd", "text", "poor", "good"]),
        ("METRICS.AUC>0.9 type:Model", ["text", "good"]),
        ("metrics.auc<0.6", ["odd"]),
        (r"metrics.per\ class.fraud:0.8", ["good"]),
        ('"metrics.per class.fraud"=0.8', ["good"]),
        ("metrics.ok:true", ["good"]),
        ("params.lr:0.1", ["tagged", "good"]),
        ("params.lr:1.0", ["poor"]),
        ("params.optimizer:adam", ["good"]),
        ("params.opt*:x", []),
        ("params.optimizer:ad*", ["good"]),
        ("params.long:*", []),
        ("params.none:*", []),
        ("params.layers:*", []),
        ("adam", []),
        ("tag.metrics.auc:*", ["both", "tagged"]),
        ("tag.metrics.auc>=0.91", ["both", "tagged"]),
        ("tag.metrics.auc:0.910", ["both", "tagged"]),
        ("-metrics.auc:* type:Model", ["capital", "plain"]),
        ("models", ["good"]),
        ("pkl fraud", ["good"]),
        ("s3://models/fraud-v1/model.pkl", ["good"]),
        ("train.csv", ["poor"]),
        ("rain.cs", ["poor"]),
        ("uri:s3://Models/*", ["good"]),
        ("uri:s3://models/*", []),
        ("uri:file:///data/train.csv", ["poor"]),
    ],
)
def test_search(catalog: CatalogBackend, text: str, expected: list[str]) -> None:
    page = catalog.find(Selection(text, order="newest"), total=True)
    assert (ids(page.items), page.total) == (expected, len(expected))
    inside = [i for i in expected if i in METADATA]
    assert sorted(ids(catalog.downstream("root", where=text).nodes)) == sorted(inside)


def test_another_spelling_is_in_no_index(catalog: CatalogBackend) -> None:
    with pytest.raises(InvalidQuery, match=r"metadata\.metrics\.auc is in no index, unless it is written in small"):
        catalog.search("metadata.Metrics.auc>0.5")


def test_tags_are_equal_as_json_alone(catalog: CatalogBackend) -> None:
    assert ids(catalog.list_artifacts(tags={"metrics.auc": 0.91})) == ["both", "tagged"]
    assert ids(catalog.list_artifacts(tags={"metrics.auc": 0.93})) == []


def test_facets(catalog: CatalogBackend) -> None:
    facets = catalog.facets(Selection(""), ["metrics.auc", "params.lr", "params.optimizer"])
    assert facets["metrics.auc"].values == {"0.91": 2, "0.5": 1, "0.7": 1, "0.93": 1, "0.95": 1}
    assert facets["params.lr"].values == {"0.1": 2, "1": 1}
    assert facets["params.optimizer"].values == {"Adam": 1}


def total(catalog: CatalogBackend, text: str) -> int:
    """Return the number of matches."""
    return catalog.find(Selection(text), limit=1, total=True).total or 0


def test_facets_mean_what_queries_mean(catalog: CatalogBackend) -> None:
    catalog.register(artifact("made", artifact_type="Model", metadata={"how": {"root": "run"}, "rows": 1}))
    names = ["metrics.auc", "metadata.metrics.auc", "tag.metrics.auc", "metadata.parameters.lr", "how", "tag.how"]
    for text in ("", "type:Model", "type:Model metadata.rows:*"):
        for exact in (False, True):
            facets = catalog.facets(Selection(text), names, exact=exact)
            for name in names:
                found = {value: total(catalog, f"{text} {name}:{value}") for value in facets[name].values}
                assert facets[name].values == found, (text, name)
                assert bool(found) is bool(total(catalog, f"{text} {name}:*")), (text, name)
    facets = catalog.facets(Selection(""), names)
    assert facets["metadata.metrics.auc"].values == facets["metrics.auc"].values
    assert facets["tag.metrics.auc"].values == {"0.91": 2}
    assert facets["metadata.parameters.lr"].values == {"0.1": 2, "1": 1}
    assert facets["how"].values == facets["tag.how"].values == {"run": 1}


def test_changes_are_found(catalog: CatalogBackend) -> None:
    def found(text: str) -> list[str]:
        return ids(catalog.find(Selection(text, order="newest")).items)

    catalog.register(artifact("good", artifact_type="Model", metadata={"metrics": {"auc": 0.99}}))
    assert found("metrics.auc>=0.98") == ["good"]
    catalog.unset("good", metadata=["metrics"], fields=["uri"])
    assert found("metrics.auc>=0.98") == found("models") == []
    catalog.tag("poor", {"metrics.auc": 0.99})
    assert found("metrics.auc>=0.98") == ["poor"]
    assert found("metrics.auc:0.7") == ["poor"]
    catalog.delete("poor")
    assert found("metrics.auc:0.7") == []
    catalog.undelete("poor")
    assert found("metrics.auc:0.7") == ["poor"]


def test_a_hundred_of_each(backend: CatalogBackend) -> None:
    many = {f"m{n:03}": n for n in range(150)}
    backend.register(artifact("many", metadata={"metrics": many, "params": many}))
    assert ids(backend.search("metrics.m099:99 params.m000:0")) == ["many"]
    assert backend.search("metrics.m100:*") == []


def test_a_policy_asks_for_metrics(catalog: CatalogBackend) -> None:
    rules = [{"rule": "matches", "query": "metrics.auc>=0.9"}]
    assert catalog.check_promotion("good", {"language": 2, "rules": rules}).passed
    assert not catalog.check_promotion("poor", {"language": 2, "rules": rules}).passed
    assert not catalog.check_promotion("good", {"rules": rules}).passed
    assert catalog.check_promotion("tagged", {"rules": rules}).passed
