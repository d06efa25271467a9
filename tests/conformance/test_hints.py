"""Hints beside an empty answer: how the query was read, and what may have been meant, from what the catalog has."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.query.selection import Selection
from tests.support.entries import artifact
from tests.support.kept import kept


@kept
def catalog(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(
        [
            artifact("d", name="orders", source_pipeline="ingest", at=0, tags={"stage": "staging", "build 1": "a"}),
            artifact("m1", "d", "gone", name="fraud_detector", artifact_type="Model", version="1", at=1,
                     tags={"stage": "production", "team": "risk", "f1_score": 0.9}),
            artifact("m2", "d", "old-1", name="fraud_detector", artifact_type="Model", version="2", at=2,
                     metadata={"metrics": {"auc": 0.9}, "params": {"layers": [64, 32]}}),
            artifact("old-1", name="old", at=3, tags={"unused": 1}),
        ]
    )  # fmt: skip
    backend.set_alias("fraud_detector", "champion", "m1")
    backend.delete("old-1")
    return backend


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stge:production", ["no artifact has a tag 'stge'; did you mean stage:production?"]),
        ("f1_scor>=0.5", ["no artifact has a tag 'f1_scor'; did you mean f1_score>=0.5?"]),
        ("tag.taem=risk", ["no artifact has a tag 'taem'; did you mean team=risk?"]),
        ('"biuld 1":a', ["no artifact has a tag 'biuld 1'; did you mean build\\ 1:a?"]),
        ("tags.team:risk", ["no artifact has a tag 'tags.team'; did you mean team:risk?"]),
        ("colour:red", ["no artifact has a tag 'colour'"]),
        ("unused:1", ["no artifact has a tag 'unused'"]),
        ("stage:prodction", ["no artifact has the value 'prodction' of the tag 'stage'; did you mean "
                             "stage:production?"]),
        ("stage:green", ["no artifact has the value 'green' of the tag 'stage'"]),
        ("type:Modle", ["no artifact has the type 'Modle'; did you mean type:model?"]),
        ("type=Report", ["no artifact has the type 'Report'; there are Model, Dataset"]),
        ("pipeline:ingset", ["no artifact has the pipeline 'ingset'; did you mean pipeline:ingest?"]),
        ("name:fraud_detecter", ["no artifact is named 'fraud_detecter'; did you mean name:fraud_detector?"]),
        ("fraud_detecter:v1", ["no artifact has a tag 'fraud_detecter'; did you mean fraud_detector:v1?"]),
        ("fraud_detector:v9", ["'fraud_detector' has no version 'v9'; its newest are 2, 1"]),
        ("fraud_detector@champoin", ["'fraud_detector' has no alias 'champoin'; its aliases are champion"]),
        ("fraud_detecter@champion", ["no artifact is named 'fraud_detecter'; did you mean fraud_detector@champion?"]),
        ("fraud_detector@latest", ["'latest' is no alias; did you mean fraud_detector:latest?"]),
        ("fraud_detector@v2", ["'v2' is no alias; did you mean fraud_detector:v2?"]),
        ("state:regstered", ["'regstered' is no state of an artifact; did you mean state:registered?"]),
        ("state:x", ["'x' is no state of an artifact; there are registered, unregistered, deleted"]),
        ("state:deleted", ["searches find registered artifacts alone; state:deleted selects within a lineage"]),
        ("metrics.acu>=0.9", ["the index, which leaves out lists in the metadata, has no metric or tag 'metrics.acu'; "
                              "did you mean metrics.auc>=0.9?"]),
        ("metadata.params.layers:64", ["the index, which leaves out lists in the metadata, has no parameter or tag "
                                       "'params.layers'"]),
        ("metrics.auc:0.8", ["the index, which leaves out lists in the metadata, has no value '0.8' of the metric or "
                             "tag 'metrics.auc'"]),
        ("tag.params.depth:7", ["no artifact has a tag 'params.depth'"]),
        ("alias:champoin", ["no artifact carries the alias 'champoin'; did you mean alias:champion?"]),
        ("alias:blue", ["no artifact carries the alias 'blue'"]),
        ("f1_score:>0.5", ["'f1_score:>0.5' is read as a text; write f1_score>0.5 to compare"]),
        ("fraud or zzz", ["'or' is read as a word that must occur; write OR in capitals"]),
        ("fraud and risk", ["'and' is read as a word that must occur; write AND in capitals"]),
        ("fraud not risk", ["'not' is read as a word that must occur; write NOT in capitals"]),
        ("fr*ud", ["the * in 'fr*ud' is read as a letter; it stands for any ending at the end of a word alone"]),
        ("old-1", ["the artifact 'old-1' was deleted; searches find registered artifacts alone"]),
        ("gone", ["'gone' is a parent that was never registered; searches find registered artifacts alone"]),
        ("stge:x taem:y", ["no artifact has a tag 'stge'; did you mean stage:x?",
                           "no artifact has a tag 'taem'; did you mean team:y?"]),
        # The answer is not empty, or what is negated is not there.
        ("fraud", []),
        ("-stge:production", []),
        ("stage:production OR stge:x", []),
        ("stage:production type:Dataset", []),
        ("zzz -stge:production", []),
    ],
)  # fmt: skip
def test_hints(catalog: CatalogBackend, text: str, expected: list[str]) -> None:
    page = catalog.find(Selection(text))
    assert page.hints == expected
    assert bool(page.items) is (not expected and not text.startswith("zzz") and "Dataset" not in text)
    assert catalog.facets(Selection(text), ["type"]).hints == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"artifact_type": "model"}, ["no artifact has the type 'model'; did you mean Model?"]),
        ({"artifact_type": "Report"}, ["no artifact has the type 'Report'; there are Model, Dataset"]),
        ({"source_pipeline": "INGEST"}, ["no artifact has the pipeline 'INGEST'; did you mean ingest?"]),
        ({"source_step": "fit"}, ["no artifact has the step 'fit'"]),
        ({"artifact_type": "Model"}, []),
    ],
)
def test_hints_about_filters(catalog: CatalogBackend, filters: dict[str, str], expected: list[str]) -> None:
    assert catalog.find(Selection(**filters)).hints == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "a", "a:b", 'a\\"b:"c d"', "a:b@c", "\U0001f600", "\x1f:\x1f", "*", "a OR b:c", "-a"]
)
def test_an_empty_catalog_has_hints_for_any_text(backend: CatalogBackend, text: str) -> None:
    page = backend.find(Selection(text))
    assert page.items == []
    assert all(isinstance(hint, str) for hint in page.hints)


def test_later_pages_and_other_readings_have_none(catalog: CatalogBackend) -> None:
    assert catalog.search("stge:production") == []
    first = catalog.find(Selection("fraud"), limit=1)
    assert catalog.find(Selection("fraud"), limit=1, cursor=first.cursor).hints == []
