"""Looking content up by its hash."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from tests.support.entries import artifact


def found(backend: CatalogBackend, content_hash: str) -> str | None:
    entry = backend.find_by_content_hash(content_hash)
    return entry.artifact_id if entry else None


def test_the_oldest_is_found(backend: CatalogBackend) -> None:
    backend.register(artifact("new", at=2, content_hash="h"))
    backend.register(artifact("old", at=1, content_hash="h"))
    backend.register(artifact("other", at=0, content_hash="h2"))
    assert found(backend, "h") == "old"
    assert backend.find_by_content_hash("h") == backend.get("old")


def test_of_the_same_age_the_first_by_id(backend: CatalogBackend) -> None:
    backend.register_many(artifact(i, at=1, content_hash="h") for i in ("\U0001f600", "\uffee", "é", "z"))
    assert found(backend, "h") == "z"
    backend.delete("z")
    backend.delete("é")
    assert found(backend, "h") == "\uffee"


def test_an_empty_hash_finds_nothing(backend: CatalogBackend) -> None:
    backend.register(artifact("a"))
    assert found(backend, "") is None


def test_a_hash_is_exact(backend: CatalogBackend) -> None:
    backend.register(artifact("a", content_hash="sha256:AB cd/é+%20&x=1"))
    assert found(backend, "sha256:AB cd/é+%20&x=1") == "a"
    for other in ("sha256:ab cd/é+%20&x=1", "sha256:AB", "sha256:AB cd/é+%20&x=1 ", "%"):
        assert found(backend, other) is None


def test_deleted_content_is_not_found(backend: CatalogBackend) -> None:
    backend.register_many([artifact("old", "p", at=1, content_hash="h"), artifact("new", at=2, content_hash="h")])
    backend.delete("old")
    assert found(backend, "h") == "new"
    backend.delete("new")
    assert found(backend, "h") is None
    backend.register(artifact("old"))
    assert found(backend, "h") is None


def test_a_hash_that_was_replaced_is_found_no_more(backend: CatalogBackend) -> None:
    backend.register(artifact("a", content_hash="h1"))
    backend.register(artifact("a", content_hash="h2"))
    backend.register(artifact("a"))
    assert (found(backend, "h1"), found(backend, "h2")) == (None, "a")


@pytest.mark.parametrize("value", ["\0", "\ud800", "h" * 100_000, "' OR 1=1 --"])
def test_any_text_may_be_looked_up(backend: CatalogBackend, value: str) -> None:
    backend.register(artifact("a", content_hash="h"))
    assert found(backend, value) is None
