"""The order of results: exact name, start of the name, whole words, parts of words; then newest; then id."""

import random

import pytest

from catalog_graph.backends.base import CatalogBackend
from tests.support.backends import stores
from tests.support.entries import artifact, ids
from tests.support.model import ModelBackend


def test_the_four_tiers(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("part-old", at=90, name="antifraudster"),
            artifact("part-new", at=99, name="x", tags={"t": "Fraudulent"}),
            artifact("word-old", at=80, name="the fraud"),
            artifact("word-new", at=89, name="y", source_pipeline="card-fraud"),
            artifact("word-camel", at=85, name="CardFraud"),
            artifact("start-old", at=70, name="fraud_detector"),
            artifact("start-new", at=79, name="Fraudulent"),
            artifact("exact-old", at=60, name="fraud"),
            artifact("exact-new", at=69, name="_FRAUD_"),
        ]
    )
    expected = ["exact-new", "exact-old", "start-new", "start-old", "word-new", "word-camel", "word-old"]
    expected += ["part-new", "part-old"]
    assert ids(backend.search("fraud")) == expected
    for limit in range(1, 10):
        assert ids(backend.search("FRAUD", limit=limit)) == expected[:limit]


def test_equal_tiers_by_age_then_id_backwards(backend: CatalogBackend) -> None:
    names = ["a", "b", "é", "\uffee", "\U0001f600", "B"]
    backend.register_many([artifact(i, at=5, name="fraud") for i in names] + [artifact("new", at=6, name="fraud")])
    assert ids(backend.search("fraud")) == ["new", *sorted(names, reverse=True)]


def test_signs_and_case_do_not_count_in_names(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("longer", at=9, name="fraud_detector_v2"),
            artifact("snake", at=1, name="fraud_detector"),
            artifact("camel", at=2, name="FraudDetector"),
            artifact("words", at=3, name="Fraud Detector!"),
            artifact("around", at=8, name="detector of fraud"),
        ]
    )
    for query in ("fraud detector", "Fraud  DETECTOR", "detector fraud"):
        exact = ["words", "camel", "snake", "longer"] if query.casefold().startswith("fraud") else []
        rest = ["around"] if exact else ["longer", "around", "words", "camel", "snake"]
        assert ids(backend.search(query)) == exact + rest
    assert ids(backend.search("fraud_detector"))[:1] == ["snake"]


def test_words_in_other_values_count_as_words(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("type", at=1, name="x", artifact_type="Churn"),
            artifact("step", at=2, name="x", source_step="train-churn"),
            artifact("tag", at=3, name="x", tags={"about": ["revenue", "churn"]}),
            artifact("part", at=4, name="churned_out"),
            artifact("part2", at=5, name="unchurned"),
        ]
    )
    assert ids(backend.search("churn")) == ["part", "tag", "step", "type", "part2"]


def test_without_required_words_the_newest_come_first(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("a", at=1, name="fraud", tags={"s": "p"}),
            artifact("b", at=2, name="fraud_x", tags={"s": "p"}),
            artifact("c", at=3, name="xfraud", tags={"s": "p"}),
            artifact("d", at=4, name="churn", tags={"s": "p"}),
        ]
    )
    assert ids(backend.search("s:p")) == ["d", "c", "b", "a"]
    assert ids(backend.search("fraud OR churn")) == ["d", "c", "b", "a"]
    assert ids(backend.search("-churn")) == ["c", "b", "a"]
    assert ids(backend.search("s:p fraud")) == ["a", "b", "c"]
    assert ids(backend.search("fraud (s:p OR s:q)")) == ["a", "b", "c"]
    assert ids(backend.search("-churn fraud")) == ["a", "b", "c"]


@pytest.mark.long
@stores
def test_many_artifacts_are_ranked_alike(backend: CatalogBackend) -> None:
    """More than a store probes before it sorts otherwise: each tier alone is larger than the limit."""
    chance = random.Random(7)
    words = ["fraud", "card", "detector", "Fraudulent", "cardinal", "x"]
    entries = [
        artifact(f"a{n:04}", at=chance.randrange(500), name="_".join(chance.choices(words, k=chance.randrange(1, 4))),
                 tags={"team": chance.choice("ab"), "about": chance.choice(words)})
        for n in range(1500)
    ]  # fmt: skip
    backend.register_many(entries)
    model = ModelBackend()
    model.register_many(entries)
    for query in ("fraud", "fraud detector", "card", "team:a fraud", "detector -team:b"):
        for limit in (1, 50, 700, 2000):
            assert ids(backend.search(query, limit=limit)) == ids(model.search(query, limit=limit)), query
