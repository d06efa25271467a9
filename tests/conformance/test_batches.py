"""Batches: all or nothing, in any order, each id once."""

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CycleRefused, InvalidInput, LimitExceeded
from tests.support.backends import stores
from tests.support.entries import artifact, contents, ids, instant, numbered


def test_parents_stand_anywhere_in_the_batch(backend: CatalogBackend) -> None:
    backend.register_many([artifact("c", "b", at=3), artifact("a", at=1), artifact("b", "a", "d", at=2)])
    lineage = backend.upstream("c")
    assert [(card.artifact_id, card.state) for card in lineage.nodes] == [
        ("b", "registered"),
        ("a", "registered"),
        ("d", "unregistered"),
    ]


def test_answers_stand_in_the_order_sent(backend: CatalogBackend) -> None:
    sent = [artifact(i) for i in ("m", "z", "a", "k")]
    assert ids(backend.register_many(sent)) == ["m", "z", "a", "k"]


def test_an_empty_batch_is_fine(backend: CatalogBackend) -> None:
    assert backend.register_many([]) == []
    assert backend.register_many(iter(())) == []
    assert contents(backend) == []


def test_ids_are_made_in_a_batch_too(backend: CatalogBackend) -> None:
    answers = backend.register_many(CatalogEntry(name="n", artifact_type="T") for _ in range(5))
    assert len({a.artifact_id for a in answers}) == 5
    assert [a.version for a in answers] == ["1", "2", "3", "4", "5"]


def test_the_same_id_twice_is_one_artifact(backend: CatalogBackend) -> None:
    answers = backend.register_many(
        [
            artifact("a", "p", at=1, tags={"x": 1, "y": 1}, uri="first", version="4"),
            artifact("b"),
            artifact("a", "q", at=2, name="later", tags={"y": 2}, metadata={"m": 1}),
        ]
    )
    assert ids(answers) == ["a", "b", "a"]
    assert answers[0] == answers[2]
    kept = backend.get("a")
    assert kept is not None
    assert (kept.name, kept.uri, kept.version, kept.created_at) == ("later", "first", "4", instant(1))
    assert (kept.parent_ids, kept.tags, kept.metadata) == (["p", "q"], {"x": 1, "y": 2}, {"m": 1})
    assert len(backend.list_artifacts()) == 2


def test_what_is_refused_leaves_nothing_of_the_batch(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", at=1, tags={"kept": True}), artifact("b", "a", at=2)])
    before = contents(backend)
    with pytest.raises(CycleRefused):
        backend.register_many([artifact("new", "stub"), artifact("a", "b", tags={"kept": False})])
    assert contents(backend) == before
    assert backend.neighbours("new") is None
    assert backend.neighbours("stub") is None


def test_one_bad_entry_refuses_the_batch_and_is_named(backend: CatalogBackend) -> None:
    entries = numbered(3)
    entries[1].name = ""
    with pytest.raises(InvalidInput) as caught:
        backend.register_many(entries)
    assert caught.value.details["index"] == 1
    assert contents(backend) == []


@pytest.mark.long
@stores
def test_ten_thousand_are_taken_and_no_more(backend: CatalogBackend) -> None:
    entries = numbered(10_001)
    with pytest.raises(LimitExceeded, match="10,001"):
        backend.register_many(entries)
    assert contents(backend) == []
    assert len(backend.register_many(entries[:10_000])) == 10_000
    assert len(backend.list_artifacts(limit=10_000)) == 10_000


def test_a_batch_over_what_is_there_merges_each(backend: CatalogBackend) -> None:
    backend.register_many(numbered(20, tags={"round": 1, "kept": True}))
    answers = backend.register_many(numbered(30, tags={"round": 2}))
    assert [a.created for a in answers] == [False] * 20 + [True] * 10
    tags = [e.tags for e in backend.list_artifacts(limit=100)]
    assert tags == [{"round": 2}] * 10 + [{"round": 2, "kept": True}] * 20
