"""Idempotency keys: what is sent again under one is registered once, and answered as the first time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import IdempotencyKeyReused, InvalidInput
from tests.support.entries import artifact, contents


def anonymous(count: int, **fields: object) -> list[CatalogEntry]:
    """Artifacts whose ids the catalog makes."""
    return [CatalogEntry(name="n", artifact_type="T", uri=f"u{n}", **fields) for n in range(count)]  # type: ignore[arg-type]


def test_a_batch_sent_again_registers_once(backend: CatalogBackend) -> None:
    first = backend.register_many(anonymous(3), idempotency_key="k")
    before = contents(backend)
    assert backend.register_many(anonymous(3), idempotency_key="k") == first
    assert contents(backend) == before
    assert [(a.created, a.version) for a in first] == [(True, "1"), (True, "2"), (True, "3")]
    again = backend.register_many(anonymous(3), idempotency_key="other")
    assert {a.artifact_id for a in again}.isdisjoint(a.artifact_id for a in first)
    assert len(backend.list_artifacts()) == 6


def test_one_artifact_too(backend: CatalogBackend) -> None:
    [entry] = anonymous(1)
    first = backend.register_one(entry, idempotency_key="k")
    assert backend.register_one(entry, idempotency_key="k") == first
    catalog = ArtifactCatalog(backend)
    ids = {catalog.register("model", "Model", data=[1], idempotency_key="run-7") for _ in range(3)}
    assert len(ids) == 1
    assert len(backend.list_artifacts()) == 2


def test_the_answer_is_that_of_the_first_time(backend: CatalogBackend) -> None:
    """Whatever has changed since."""
    backend.register(artifact("there", at=1, content_hash="h"))
    sent = [artifact("there", tags={"x": 1}), artifact("a", content_hash="h", version="v9"), artifact("b")]
    first = backend.register_many(sent, on_duplicate="reuse", idempotency_key="k")
    assert [a.artifact_id for a in first] == ["there", "there", "b"]
    backend.delete("b")
    backend.untag("there", "x")
    assert backend.register_many(sent, on_duplicate="reuse", idempotency_key="k") == first
    assert [(e.artifact_id, e.tags) for e in backend.list_artifacts()] == [("there", {})]


def test_the_same_id_twice_in_the_batch(backend: CatalogBackend) -> None:
    sent = [artifact("a", at=1), artifact("b", at=1), artifact("a", at=1, tags={"x": 1})]
    first = backend.register_many(sent, idempotency_key="k")
    assert backend.register_many(sent, idempotency_key="k") == first
    assert [a.artifact_id for a in first] == ["a", "b", "a"]


def test_another_request_under_the_same_key_is_refused(backend: CatalogBackend) -> None:
    backend.register_many(anonymous(2), idempotency_key="k")
    before = contents(backend)
    for other in (anonymous(1), anonymous(3), anonymous(2, tags={"x": 1}), anonymous(2)[::-1]):
        with pytest.raises(IdempotencyKeyReused, match="'k' was used for another request") as caught:
            backend.register_many(other, idempotency_key="k")
        assert caught.value.details["key"] == "k"
    with pytest.raises(IdempotencyKeyReused):
        backend.register_many(anonymous(2), on_duplicate="error", idempotency_key="k")
    assert contents(backend) == before


def test_what_was_refused_may_be_sent_again(backend: CatalogBackend) -> None:
    backend.register(artifact("b", "a"))
    for entry in (artifact("a", "b"), artifact("a", name="")):
        with pytest.raises(Exception, match=r"derive from itself|required"):
            backend.register_one(entry, idempotency_key="k")
    assert backend.register_one(artifact("a"), idempotency_key="k").created


def test_two_at_once(backend: CatalogBackend) -> None:
    """One registers; the others get its answer. Large ones too, which have a transaction to themselves."""
    for count in (1, 50):
        with ThreadPoolExecutor(8) as threads:
            sent = [
                threads.submit(backend.register_many, anonymous(count), idempotency_key=f"{count}-{n % 2}")
                for n in range(8)
            ]
            answers = [each.result() for each in sent]
        assert answers[0::2] == [answers[0]] * 4
        assert answers[1::2] == [answers[1]] * 4
        assert all(a.created for answer in answers for a in answer)
    assert len(backend.list_artifacts(limit=1000)) == 2 * (1 + 50)


@pytest.mark.parametrize("key", ["x" * 256, "é", "a\nb", 5])
def test_what_no_key_can_be(backend: CatalogBackend, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        backend.register_many(anonymous(1), idempotency_key=key)
    assert caught.value.details["field"] == "idempotency_key"
    backend.register_many(anonymous(1), idempotency_key="~" * 255)
    assert len(backend.list_artifacts()) == 1
