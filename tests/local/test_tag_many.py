"""Tags of many artifacts: computed before the file is locked, and anew if the artifacts change meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.artifacts.tagging import PreparedEdits
from catalog_graph.errors import NotFound
from tests.local.file import entry, sql
from tests.support.entries import artifact, ids

IDS = [f"a{n}" for n in range(100)]
LABELS = (
    "SELECT s.artifact_id, l.token, i.created = s.created FROM cg_labelled i JOIN cg_label l USING (label) "
    "JOIN cg_search s USING (node) ORDER BY 1, 2"
)
PACKED = "SELECT s.artifact_id, s.labels FROM cg_search s"
VALUES: list[Any] = ["red", "red and blue", 1, 1.0, 2.5, True, None, ["x", 1], {"k": "v"}, "2.5", "x" * 900]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], object]]]:
    """Return a list of what to do while the next edits are computed."""
    actions: list[Callable[[], object]] = []
    compute = PreparedEdits.compute

    def interrupted(edits: PreparedEdits) -> None:
        while actions:
            actions.pop()()
        compute(edits)

    monkeypatch.setattr(PreparedEdits, "compute", interrupted)
    yield actions
    assert not actions


def registered(backend: LocalCatalogBackend) -> None:
    metadata = {"metrics": {"auc": 1}, "params": {"lr": "red"}}
    backend.register_many([artifact(i, tags={"team": i}, metadata=metadata, uri=f"s3://x/{i}") for i in IDS])


def test_others_write_while_tags_of_many_are_computed(
    ours: LocalCatalogBackend, path: Path, meanwhile: list[Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(ours)
    reads = iter([PreparedEdits.read])
    monkeypatch.setattr(PreparedEdits, "read", lambda *arguments: next(reads)(*arguments))  # once
    with LocalCatalogBackend(path) as other:
        meanwhile.append(lambda: other.register(artifact("new", "a1")))
        assert ours.tag_many({i: {"n": 1} for i in IDS})["a3"] == {"team": "a3", "n": 1}
    assert len(ours.search("n:1", limit=1000)) == len(IDS)


def test_the_index_is_that_of_single_edits(ours: LocalCatalogBackend, tmp_path: Path) -> None:
    draw = random.Random(3)
    with LocalCatalogBackend(tmp_path / "singly.db") as singly:
        for backend in (ours, singly):
            registered(backend)
        for _ in range(4):
            edits = {i: {draw.choice(["team", "colour", "metrics.auc", "params.lr"]): draw.choice(VALUES)} for i in IDS}
            removed = {i: draw.sample(["team", "colour", "metrics.auc"], draw.randrange(2)) for i in IDS}
            together = ours.edit_many_tags(edits, removed)
            for i in IDS:
                singly._edit_tags(i, edits[i], removed[i])
            assert [e.tags for e in ours.get_many(IDS) if e] == [e.tags for e in singly.get_many(IDS) if e]
            assert list(together.values()) == [e.tags for e in singly.get_many(IDS) if e]
            assert sql(ours.db_path, LABELS) == sql(singly.db_path, LABELS)
            assert _packed(ours.db_path) == _packed(singly.db_path)


def _packed(path: Path) -> dict[str, set[str]]:
    tokens = dict(sql(path, "SELECT label, token FROM cg_label"))
    return {i: {tokens[n] for n in memoryview(labels).cast("I")} for i, labels in sql(path, PACKED)}


def test_metadata_that_has_been_hidden_by_a_tag_comes_meanwhile(
    ours: LocalCatalogBackend, path: Path, meanwhile: list[Callable[[], object]]
) -> None:
    """Metadata that equal a tag have no label of their own, so that the labels stay as they were."""
    metrics = {"metrics": {"auc": 0.9}}
    ours.register(artifact("a", tags={"metrics.auc": 0.9}))
    ours.tag("a", {"metrics.auc": 0.9})
    with LocalCatalogBackend(path) as other:
        meanwhile.append(lambda: other.register(artifact("a", metadata=metrics)))
        ours.tag_many({"a": {"metrics.auc": 0.5}})
    assert ids(ours.search("metadata.metrics.auc=0.9")) == ["a"]


def test_what_changes_meanwhile_is_not_lost(
    ours: LocalCatalogBackend, theirs: FlowymlBackend, path: Path, meanwhile: list[Callable[[], object]]
) -> None:
    registered(ours)
    with LocalCatalogBackend(path) as other:
        meanwhile.append(lambda: other.tag("a1", {"team": "blue", "mine": 1}))
        meanwhile.append(lambda: theirs.tag("a2", {"theirs": "1"}))
        meanwhile.append(lambda: other.set_alias("a4", "best", "a4"))
        meanwhile.append(lambda: theirs.register(entry("a3", name="other", uri="gs://elsewhere")))
        answer = ours.tag_many({i: {"n": 1} for i in IDS})
    assert answer["a1"] == {"team": "blue", "mine": 1, "n": 1}
    assert answer["a2"] == {"team": "a2", "theirs": "1", "n": 1}
    assert answer["a3"] == {"n": 1}
    assert ids(ours.search("uri:gs://elsewhere n:1")) == ["a3"]
    assert ids(ours.search("alias:best n:1")) == ["a4"]
    assert len(ours.search("n:1", limit=1000)) == len(IDS)


def test_an_artifact_that_is_deleted_meanwhile_leaves_all_as_they_are(
    ours: LocalCatalogBackend, path: Path, meanwhile: list[Callable[[], object]]
) -> None:
    registered(ours)
    with LocalCatalogBackend(path) as other:
        meanwhile.append(lambda: other.delete("a1"))
        with pytest.raises(NotFound):
            ours.tag_many({i: {"n": 1} for i in IDS})
    ours.undelete("a1")
    assert not ours.search("n:1")
