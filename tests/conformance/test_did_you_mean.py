"""Did you mean: words that nothing contains, and what to ask instead."""

import random

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.query.selection import Selection
from tests.support.backends import stores
from tests.support.entries import artifact
from tests.support.kept import kept
from tests.support.model import ModelBackend

NAMES = ["fraud_detector", "SalesRegion", "churn-model", "Umsatz über Zeit", "v1.beta"]


def meant(backend: CatalogBackend, text: str, **filters: str) -> str | None:
    return backend.find(Selection(text, **filters)).did_you_mean  # type: ignore[arg-type]


@kept
def filled(backend: CatalogBackend) -> CatalogBackend:
    entries = [artifact(f"a{n}", name=name, tags={"team": "Risk", "n": n}) for n, name in enumerate(NAMES)]
    backend.register_many([*entries, artifact("child", "only_a_parent", name="fraudulent", source_step="train")])
    return backend


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fruad", "fraud"),
        ("Fruad detector", "fraud detector"),
        ("fruad detektor", "fraud detector"),
        ("fruad_detektor", "fraud_detector"),
        ('"fruad detector"', '"fraud detector"'),
        ("fruad OR chrun", "fraud OR churn"),
        ("(fruad -x:1) team:risk", "(fraud -x:1) team:risk"),
        ("salesregoin", "salesregion"),
        ("regin", "region"),
        ("trian", "train"),
        ("riks", "risk"),
        ("UEBER", None),
        ("übber", "über"),
        ("chrun-model", "churn-model"),
        ("daetset", "dataset"),
        # What stands somewhere is no mistake, even where it finds nothing with the rest.
        ("aud", None),
        ("fraud churn", None),
        ("fraud", None),
        # Too far, too short, no word.
        ("frxxxd", None),
        ("fx", None),
        ("fr4ud", None),
        ("-fruad team:none", None),
        ("team:rsik", None),
        ("", None),
        # What would find nothing either.
        ("fruad churn", None),
        ("fruad team:none", None),
    ],
)
def test_what_is_meant(filled: CatalogBackend, text: str, expected: str | None) -> None:
    assert meant(filled, text) == expected
    if expected:
        assert filled.find(Selection(expected)).items


def test_an_alternative_that_nothing_contains(filled: CatalogBackend) -> None:
    page = filled.find(Selection("fruad OR churn"))
    assert [e.name for e in page.items] == ["churn-model"]
    assert page.did_you_mean == "fraud OR churn"
    assert meant(filled, "churn OR fraud") is None
    assert meant(filled, "model (fruad OR chrun OR v9)") == "model (fraud OR churn OR v9)"


def test_filters_hold_for_what_is_meant(filled: CatalogBackend) -> None:
    assert meant(filled, "fruad", artifact_type="Dataset") == "fraud"
    assert meant(filled, "fruad", artifact_type="Model") is None


def test_the_nearest_then_the_most_frequent_then_the_first(backend: CatalogBackend) -> None:
    names = ["fraudx", "fraudb", "frauda", "bread", "broad", "board", "board", "beard"]
    backend.register_many(artifact(f"a{n}", name=name) for n, name in enumerate(names))
    assert meant(backend, "farudx") == "fraudx"
    assert meant(backend, "fraudq") == "frauda"
    assert meant(backend, "borad") == "board"
    assert meant(backend, "baerd") == "beard"
    backend.delete("a5")
    backend.delete("a6")
    assert meant(backend, "borad") == "broad"


def test_words_that_are_gone_are_not_meant(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", name="fraud"), artifact("b", "a", name="freud"), artifact("c", name="x")])
    assert meant(backend, "fruad") == "fraud"
    backend.delete("a")
    assert meant(backend, "fruad") is None  # freud is two edits away, and the word is short
    assert meant(backend, "ferud") == "freud"
    backend.register(artifact("b", name="feudal"))
    assert meant(backend, "ferud") is None


def test_only_the_first_page_tells(filled: CatalogBackend) -> None:
    page = filled.find(Selection("fruad OR a"), limit=1)
    assert page.did_you_mean == "fraud OR a"
    assert filled.find(Selection("fruad OR a"), limit=1, cursor=page.cursor).did_you_mean is None


def test_among_many_artifacts(backend: CatalogBackend) -> None:
    """More than are read at once, most of which have another word that is near but not the nearest."""
    backend.register_many(artifact(f"a{n}", name="detectors_detectar") for n in range(1200))
    backend.register_many([artifact("b", name="detectory detectoor"), artifact("c", name="detector9")])
    assert meant(backend, "detektor") == "detectar"
    assert meant(backend, "detectoory") == "detectoor"
    backend.register_many(artifact(f"c{n}", name="detectur") for n in range(1100))
    assert meant(backend, "detektor") == "detectar"  # as many as are counted, so the first


@stores
def test_every_backend_means_the_same(backend: CatalogBackend) -> None:
    """Short words of few letters, so that many are near, at the same distance, and made by swapping letters."""
    chance = random.Random(3)

    def word() -> str:
        return "".join(chance.choices("abcé", k=chance.randrange(3, 9)))

    entries = [artifact(f"a{n}", name=f"{word()} {word()}") for n in range(40)]
    model = ModelBackend()
    for catalog in (backend, model):
        catalog.register_many(entries)
    texts = [word() for _ in range(40)]
    expected = [meant(model, text) for text in texts]
    assert 10 < sum(text is not None for text in expected) < 40
    assert [meant(backend, text) for text in texts] == expected
