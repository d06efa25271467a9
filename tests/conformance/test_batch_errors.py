"""A batch with errors is refused as a whole: every error is listed by its position, and nothing is registered."""

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import CatalogError, CycleRefused, DuplicateContent, InvalidInput, LimitExceeded
from tests.support.entries import artifact, contents


def refused(backend: CatalogBackend, *entries: CatalogEntry, on_duplicate: str = "warn") -> CatalogError:
    before = contents(backend)
    with pytest.raises(CatalogError) as caught:
        backend.register_many(entries, on_duplicate=on_duplicate)  # type: ignore[arg-type]
    assert contents(backend) == before
    assert str(caught.value) == caught.value.message
    return caught.value


def test_every_error_is_listed(backend: CatalogBackend) -> None:
    error = refused(
        backend,
        artifact("a", name=""),
        artifact("b"),
        artifact("c", tags={"x": float("nan")}),
        artifact("d", "d"),
        artifact("search"),
        artifact("f", uri="x" * 9000),
    )
    assert type(error) is InvalidInput
    assert (error.details["index"], error.details["field"], error.details["total"]) == (0, "name", 5)
    assert [(e["index"], e["field"]) for e in error.details["errors"]] == [
        (0, "name"),
        (2, "tags['x']"),
        (3, "parent_ids"),
        (4, "artifact_id"),
        (5, "uri"),
    ]
    assert error.details["errors"][2]["reason"] == "artifact 'd' cannot be its own parent"
    assert error.message.startswith("5 of 6 artifacts cannot be taken: artifact 0: name is required")
    assert "artifact 3: artifact 'd' cannot be its own parent; and 2 more" in error.message


def test_one_error_reads_as_it_does_alone(backend: CatalogBackend) -> None:
    error = refused(backend, artifact("a"), artifact("b", name="x" * 513))
    assert type(error) is LimitExceeded
    assert error.message == "artifact 1: name has 513 characters; at most 512 are allowed"
    reason = "name has 513 characters; at most 512 are allowed"
    assert error.details["errors"] == [{"index": 1, "field": "name", "reason": reason}]
    assert error.details["total"] == 1
    with pytest.raises(LimitExceeded) as alone:
        backend.register(artifact("b", name="x" * 513))
    assert (alone.value.message, alone.value.details) == (reason, {"field": "name"})


def test_of_many_errors_a_hundred_are_listed(backend: CatalogBackend) -> None:
    error = refused(backend, *(artifact(f"a{n}", name="") for n in range(150)))
    assert (len(error.details["errors"]), error.details["total"]) == (100, None)
    assert error.message.startswith("more than 100 of 150 artifacts cannot be taken: artifact 0: ")
    exact = refused(backend, *(artifact(f"a{n}", name="") for n in range(100)))
    assert (len(exact.details["errors"]), exact.details["total"]) == (100, 100)
    assert error.details["errors"][-1]["index"] == 99


def test_a_cycle_names_a_position(backend: CatalogBackend) -> None:
    inside = refused(backend, artifact("x"), artifact("a", "b"), artifact("b", "a"))
    assert isinstance(inside, CycleRefused)
    assert inside.details["index"] in (1, 2)
    backend.register(artifact("b", "a"))
    through = refused(backend, artifact("x"), artifact("y"), artifact("a", "b"))
    assert isinstance(through, CycleRefused)
    assert (through.details["index"], through.details["errors"][0]["field"]) == (2, "parent_ids")
    assert through.message.startswith("artifact 2: ")


def test_a_copy_names_its_position(backend: CatalogBackend) -> None:
    backend.register(artifact("first", content_hash="h"))
    error = refused(backend, artifact("a"), artifact("b", content_hash="h"), on_duplicate="error")
    assert isinstance(error, DuplicateContent)
    assert (error.details["artifact_id"], error.details["refused"], error.details["index"]) == ("first", "b", 1)
    assert error.details["errors"][0]["field"] == "content_hash"


def test_every_copy_is_listed(backend: CatalogBackend) -> None:
    backend.register(artifact("first", content_hash="h"))
    copies = [CatalogEntry(name="n", artifact_type="T", content_hash="h") for _ in range(150)]
    error = refused(backend, artifact("a"), *copies, artifact("b", content_hash="g"), on_duplicate="error")
    assert isinstance(error, DuplicateContent)
    assert [e["index"] for e in error.details["errors"]] == list(range(1, 101))
    assert error.details["total"] == 150
    assert error.details["errors"][0]["reason"] == "the content is registered already, as 'first'"
    inside = refused(backend, artifact("a", content_hash="x"), artifact("b", content_hash="x"), on_duplicate="error")
    assert [(e["index"], e["reason"]) for e in inside.details["errors"]] == [
        (1, "the content is registered already, as 'a'")
    ]


def test_what_adds_up_to_too_much_names_its_position(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"x": "y" * 10_000}))
    error = refused(backend, artifact("b"), artifact("a", tags={"z": "y" * 10_000}))
    assert isinstance(error, LimitExceeded)
    assert (error.details["index"], error.details["field"]) == (1, "tags")


def test_a_catalog_lists_what_is_no_entry(backend: CatalogBackend) -> None:
    with pytest.raises(InvalidInput) as caught:
        ArtifactCatalog(backend).register_many([{"name": "n", "nmae": 1}, {"name": "n", "artifact_type": "T"}, 5])  # type: ignore[list-item]
    assert [(e["index"], e["field"]) for e in caught.value.details["errors"]] == [(0, "nmae"), (2, None)]
    assert contents(backend) == []
