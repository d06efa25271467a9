"""Removing metadata and clearing fields, which neither registering again nor tagging does."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.checks import CLEARABLE_FIELDS
from catalog_graph.errors import InvalidInput, NotFound
from tests.support.entries import artifact, ids, without_clock

FULL: dict[str, Any] = {
    **{"content_hash": "9f86", "source_step": "build", "source_run_id": "run-41", "source_pipeline": "fraud"},
    **{"uri": "s3://lake/a", "tags": {"stage": "production"}, "metadata": {"rows": 10, "ä": [1.5], "kept": None}},
}


@pytest.fixture
def full(backend: CatalogBackend) -> CatalogEntry:
    backend.register_many([artifact("p"), artifact("a", "p", at=1, version="v7", **FULL)])
    entry = backend.get("a")
    assert entry is not None
    return entry


def test_metadata(backend: CatalogBackend, full: CatalogEntry) -> None:
    changed = backend.unset("a", metadata=["rows", "ä", "rows", "missing"])
    assert changed.metadata == {"kept": None}
    kept = backend.get("a")
    assert kept == changed
    assert kept.recorded_at == full.recorded_at
    assert without_clock(kept) == {**without_clock(full), "metadata": {"kept": None}}


@pytest.mark.parametrize("field", CLEARABLE_FIELDS)
def test_a_field(backend: CatalogBackend, full: CatalogEntry, field: str) -> None:
    changed = backend.unset("a", fields=[field])
    assert changed == backend.get("a")
    assert without_clock(changed) == {**without_clock(full), field: ""}


def test_what_is_unset_is_found_by_no_more(backend: CatalogBackend, full: CatalogEntry) -> None:
    queries = ["hash:9f86", "step:build", "run:run-41", "pipeline:fraud", "uri:s3://lake/a", "fraud", "build"]
    assert [ids(backend.search(query)) for query in queries] == [["a"]] * len(queries)
    backend.unset("a", fields=CLEARABLE_FIELDS)
    assert [backend.search(query) for query in queries] == [[]] * len(queries)
    assert backend.find_by_content_hash("9f86") is None
    assert backend.list_artifacts(source_pipeline="fraud") == []
    assert backend.impact("p").by_pipeline == {"": 1}
    assert ids(backend.search("stage:production")) == ["a"]
    backend.register(artifact("a", content_hash="new", uri="s3://lake/b"))
    assert ids(backend.search("uri:s3://lake/b")) == ["a"]
    assert backend.find_by_content_hash("new") is not None


def test_lineage_and_aliases_stay(backend: CatalogBackend, full: CatalogEntry) -> None:
    backend.set_alias("a", "champion", "a")
    backend.unset("a", metadata=["rows"], fields=["uri", "content_hash"])
    assert ids(backend.upstream("a").nodes) == ["p"]
    assert backend.alias("a", "champion") == "a"
    assert ids(backend.search("alias:champion")) == ["a"]
    assert backend.resolve("a:v7") == "a"


@pytest.mark.parametrize("field", ["name", "artifact_type", "version", "created_at", "tags", "colour", ""])
def test_other_fields_stay(backend: CatalogBackend, full: CatalogEntry, field: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be cleared; choose from content_hash") as caught:
        backend.unset("a", fields=["uri", field])
    assert caught.value.details["field"] == "fields"
    assert backend.get("a") == full


def test_what_cannot_be_done(backend: CatalogBackend, full: CatalogEntry) -> None:
    with pytest.raises(NotFound):
        backend.unset("nobody", metadata=["rows"])
    with pytest.raises(NotFound):
        backend.unset("nobody", metadata=["\ud800"])
    with pytest.raises(InvalidInput, match="name a metadata key or a field"):
        backend.unset("a")
    wrong: Any = "rows\0", 5
    with pytest.raises(InvalidInput, match="metadata"):
        backend.unset("a", metadata=wrong)
    backend.delete("a")
    with pytest.raises(NotFound):
        backend.unset("a", metadata=["rows"])
