"""What must go with an artifact: found at any depth, kept as a worklist, worked off, reopened, and proven."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest

from catalog_graph.answers.erasure import Erasure
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, LimitExceeded, NotFound
from tests.support.entries import artifact
from tests.support.model import ModelBackend
from tests.support.seals import PRIVATE


@pytest.fixture
def history(backend: CatalogBackend) -> CatalogBackend:
    """Register raw <- clean <- model; `backup` has the content of raw, and `other` derives from it."""
    backend.register_many(
        [
            artifact("raw", content_hash="sha256:1"),
            artifact("clean", "raw", content_hash="sha256:2"),
            artifact("model", "clean", artifact_type="Model", tags={"approved_by": "ada", "stage": "production"}),
            artifact("backup", content_hash="sha256:1"),
            artifact("other", "backup"),
            artifact("unrelated", content_hash="sha256:3"),
        ]
    )
    backend.set_alias("model", "champion", "model")
    return backend


def found(erasure: Erasure) -> dict[str, tuple[str, str, int]]:
    """Return the relation, the artifact that it leads through, and the steps of each item."""
    return {item.item: (item.relation, item.via, item.artifact.depth) for item in erasure.items}


ALL = {
    "artifact:raw": ("itself", "", 0),
    "artifact:backup": ("copy", "raw", 1),
    "artifact:clean": ("derivative", "raw", 1),
    "alias:model@champion": ("derivative", "clean", 2),
    "approval:model/approved_by": ("derivative", "clean", 2),
    "artifact:model": ("derivative", "clean", 2),
    "artifact:other": ("derivative", "backup", 2),
}


def test_a_dry_run_keeps_nothing(history: CatalogBackend) -> None:
    answer = history.erasure("raw")
    assert found(answer) == ALL
    assert list(found(answer))[:3] == ["artifact:raw", "artifact:backup", "artifact:clean"]
    assert (answer.total, answer.open, answer.left) == (7, 7, 7)
    assert (answer.progress, answer.opened_at, answer.proof, answer.complete) == ("not kept", "", None, True)
    assert all(item.left and not item.added_at for item in answer.items)
    assert history.erasures() == []
    assert not history.erasure("raw", limit=2).complete
    assert [item.item for item in history.erasure("raw", limit=1).items] == ["artifact:raw"]
    with pytest.raises(NotFound, match="no worklist"):
        history.mark_erased("raw")
    with pytest.raises(NotFound):
        history.erasure("unknown")


def test_a_worklist_is_kept_worked_off_and_proven(history: CatalogBackend) -> None:
    opened = history.open_erasure("raw", by="grace", reason="request 17")
    assert (opened.progress, opened.opened_by, opened.reason) == ("open", "grace", "request 17")
    assert (opened.items[0].added_at, opened.total) == (opened.opened_at, 7)
    for artifact_id in ("model", "other", "clean"):
        history.delete(artifact_id, force=True)
    answer = history.mark_erased("raw", by="ada", note="bucket emptied")
    assert (answer.progress, answer.total, answer.open, answer.left) == ("open", 7, 2, 2)
    assert [item.item for item in answer.items[:2]] == ["artifact:raw", "artifact:backup"]
    done = {item.item: item for item in answer.items[2:]}
    assert done.keys() == ALL.keys() - {"artifact:raw", "artifact:backup"}
    assert {(item.done_by, item.note, item.left, bool(item.done_at)) for item in done.values()} == {
        ("ada", "bucket emptied", False, True)
    }
    # What somebody says is done stays open as long as the catalog has it; the first mark counts.
    answer = history.mark_erased("raw", ["artifact:backup", "artifact:clean"], by="bob")
    assert {i.item: (i.done_by, i.open) for i in answer.items if i.done_by != "ada"} == {
        "artifact:raw": ("", True),
        "artifact:backup": ("bob", True),
    }
    history.delete("backup")
    history.delete("raw")
    assert history.mark_erased("raw", ["artifact:raw"], by="bob").progress == "done"
    proven = history.erasure("raw", exact=True)
    assert proven.proof is not None
    assert (proven.left, proven.proof.artifacts, proven.root.state) == (0, 5, "deleted")
    rows = sorted([item.item, item.done_at, item.done_by, item.note] for item in proven.items)
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    assert proven.proof.digest == hashlib.sha256(text.encode()).hexdigest()
    [kept] = history.erasures()
    assert (kept.artifact_id, kept.opened_by, kept.items, kept.marked) == ("raw", "grace", 7, 7)


def test_the_seals_of_what_must_go_are_items(history: CatalogBackend) -> None:
    for artifact_id in ("model", "model", "unrelated"):
        history.write_seal(artifact_id, PRIVATE, None)
    digests = {card.digest for card in history.seals("model")}
    items = {f"seal:model/{digest}" for digest in digests}
    answer = history.open_erasure("raw")
    assert {item.item for item in answer.items if item.kind == "seal"} == items
    assert {(i.artifact.artifact_id, i.relation, i.via) for i in answer.items if i.kind == "seal"} == {
        ("model", "derivative", "clean")
    }
    assert (len(digests), answer.total, answer.left) == (2, 9, 9)
    first = min(items)
    assert f"  open     {first}  (of model)\n" in answer.text()
    assert f"| open | {first} |" in answer.markdown()
    assert first in answer.csv()
    # The catalog stops to vouch for it with the artifact; a seal that was handed out is a matter of whoever has it.
    history.delete("model", force=True)
    answer = history.mark_erased("raw", by="ada")
    done = {item.item for item in answer.items if item.done_at}
    assert done == {*items, "artifact:model", "alias:model@champion", "approval:model/approved_by"}
    history.undelete("model")
    assert items <= {item.item for item in history.erasure("raw").items if item.open}
    history.purge("model")
    assert not items & {item.item for item in history.erasure("raw").items if item.left}


def test_what_comes_later_reopens_it(history: CatalogBackend) -> None:
    history.open_erasure("clean")
    for artifact_id in ("model", "clean"):
        history.delete(artifact_id, force=True)
    assert history.mark_erased("clean", exact=True).progress == "done"
    # A derivative of what is gone, a copy of what is gone, and what was taken back.
    history.register(artifact("late", "model"))
    history.register(artifact("again", content_hash="sha256:2"))
    answer = history.erasure("clean", exact=True)
    new = {item.item: item.relation for item in answer.items if not item.added_at}
    assert (answer.progress, new) == ("open", {"artifact:late": "derivative", "artifact:again": "copy"})
    history.delete("again")
    history.delete("late")
    assert history.erasure("clean", exact=True).progress == "done"
    history.register(artifact("late", "model"))
    again = history.open_erasure("clean", by="somebody else", exact=True)
    assert (again.opened_by, again.total, again.open) == ("", 5, 1)
    history.remove_parents("late", "model")
    assert history.erasure("clean", exact=True).left == 1
    history.undelete("clean")
    assert {item.item for item in history.erasure("clean").items if item.open} == {"artifact:clean", "artifact:late"}


def test_it_passes_what_is_not_registered(backend: CatalogBackend) -> None:
    backend.register_many([artifact("b", "stub"), artifact("c", "b"), artifact("d", "c", content_hash="h")])
    backend.delete("c")
    answer = backend.open_erasure("stub")
    assert (answer.root.state, list(found(answer))) == ("unregistered", ["artifact:b", "artifact:d"])
    backend.purge("d")
    [first, second] = backend.erasure("stub").items
    assert (first.item, second.item, second.left) == ("artifact:b", "artifact:d", False)
    assert (second.artifact.artifact_id, second.artifact.name) == ("d", "")


def test_bad_input(history: CatalogBackend) -> None:
    history.open_erasure("raw")
    with pytest.raises(NotFound, match="artifact:unrelated"):
        history.mark_erased("raw", ["artifact:unrelated"])
    with pytest.raises(InvalidInput, match="items"):
        history.mark_erased("raw", [1])  # type: ignore[list-item]
    for wrong in ({"reason": "x" * 1025}, {"by": "x" * 257}):
        with pytest.raises(LimitExceeded):
            history.open_erasure("raw", **wrong)
    history.mark_erased("raw", [])
    assert history.erasure("raw").open == 7


def test_for_whoever_asked(backend: CatalogBackend) -> None:
    backend.register(artifact("=1+1", tags={"approved|by": "x"}))
    answer = backend.open_erasure("=1+1", by="@ada", reason="|asked|")
    answer = backend.mark_erased("=1+1", ["artifact:=1+1"], by="-bob", note="+1")
    rows = list(csv.DictReader(io.StringIO(answer.csv())))
    by_kind = {row["kind"]: row for row in rows}
    assert by_kind["artifact"]["artifact_id"] == "'=1+1"
    assert (by_kind["artifact"]["done_by"], by_kind["artifact"]["note"]) == ("'-bob", "'+1")
    assert (by_kind["approval"]["open"], by_kind["approval"]["left"]) == ("true", "true")
    assert "| open | approval:=1+1/approved\\|by |" in answer.markdown()
    assert "opened " in answer.text()
    assert Erasure.from_dict(answer.to_dict()) == answer


def test_a_copy_carries_it(history: CatalogBackend) -> None:
    history.open_erasure("raw", by="grace")
    history.delete("other")
    history.mark_erased("raw", by="ada")
    model = ModelBackend()
    assert model.import_records(history.export_records()).whole
    assert model.erasure("raw").to_dict() == history.erasure("raw").to_dict()
    # Marks of both sides meet; the first of each counts.
    model.mark_erased("raw", ["artifact:backup"], by="bob")
    model.open_erasure("clean")
    result = history.import_records(model.export_records())
    assert (result.whole, history.import_records(model.export_records()).changed) == (True, 0)
    assert {i.item: i.done_by for i in history.erasure("raw").items if i.done_by} == {
        "artifact:other": "ada",
        "artifact:backup": "bob",
    }
    assert [kept.artifact_id for kept in history.erasures()] == ["clean", "raw"]
    left_out: list[str] = []
    ModelBackend().import_records(history.export_records(), history=False, bad_row=lambda *row: left_out.append(row[0]))
    assert {"raw", "clean"} <= set(left_out)
