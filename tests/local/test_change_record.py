"""The change record of a file: what FlowyML writes, killed writers, and what is dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.changes.origin import changes_by
from catalog_graph.errors import ChangesDropped
from tests.local.file import entry, insert, sql
from tests.local.test_concurrent_writers import begin, writer
from tests.support.entries import artifact
from tests.support.replay import Replay


def kinds(backend: LocalCatalogBackend) -> list[tuple[str, str, str | None]]:
    return [(each.by, each.kind, each.artifact_id) for each in backend.changes()]


def test_what_flowyml_writes_is_recorded_under_its_name(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path
) -> None:
    ours.register(artifact("a"))
    theirs.register(entry("b", "a", "x"))
    theirs.tag("a", {"t": 1})
    theirs.register(entry("b", "a", name="renamed"))
    sql(path, "DELETE FROM artifacts WHERE artifact_id = 'a'")
    with changes_by("ann", "r1"):
        ours.tag("b", {"u": 2})
    changes = kinds(ours)
    assert changes[0] == ("", "registered", "a")
    assert ("ann", "tagged", "b") in changes
    assert {each[1:] for each in changes if each[0] == "FlowyML"} >= {
        ("registered", "b"),
        ("edges_added", "b"),
        ("deleted", "a"),
    }
    Replay(ours.changes()).require_equal(ours)
    recorded = len(changes)
    assert ours.get("b") is not None
    assert len(kinds(ours)) == recorded


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content_hash", "h2"),
        ("metadata", {"rows": 2}),
        ("uri", "s3://second"),
        ("uri", ""),
        ("source_step", "second"),
        ("source_run_id", "second"),
        ("source_pipeline", "x" * 2000),
        ("artifact_type", "Model"),
    ],
)
def test_a_row_that_flowyml_replaces_is_merged(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, field: str, value: object
) -> None:
    """Of the content hash and the metadata, nobody knows whether they have changed."""
    first = {"content_hash": "h1", "metadata": {"rows": 1}, "created_at": "2026-01-01T00:00:00"}
    first |= dict.fromkeys(("uri", "source_step", "source_run_id", "source_pipeline"), "first")
    theirs.register(entry("a", **first))
    theirs.register(entry("a", **first))
    assert kinds(ours) == [("FlowyML", "registered", "a")]
    theirs.register(entry("a", **(first | {field: value})))
    [change] = ours.changes(after=1)
    assert (change.by, change.kind, change.artifact_id) == ("FlowyML", "merged", "a")
    assert sorted(change.details["fields"]) == sorted({field, "content_hash", "metadata"})
    theirs.tag("a", {"t": "1"})
    assert kinds(ours)[2:] == [("FlowyML", "tagged", "a")]


def test_a_field_that_another_program_updates_is_merged(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("a", uri="s3://first"))
    sql(path, "UPDATE artifacts SET uri = 's3://second'")
    assert [each.details["fields"] for each in ours.changes(after=1)] == [["uri"]]


def test_rows_of_before_are_not_recorded(tmp_path: Path) -> None:
    """A file that FlowyML filled has a record that is not whole, and says since when it is complete."""
    path = tmp_path / "catalog.db"
    FlowymlBackend(path).register(entry("old"))
    with LocalCatalogBackend(path) as backend:
        page = backend.audit_page()
        assert (page.items, page.record.whole) == ([], False)
        assert page.record.since is not None
        backend.tag("old", {"t": 1})
        assert kinds(backend) == [("", "tagged", "old")]


def test_lost_triggers_begin_the_record_anew(ours: LocalCatalogBackend, path: Path) -> None:
    """What another program did meanwhile is unknown, so that the record is complete from then on alone."""
    ours.register(artifact("a"))
    before = ours.audit_page().record
    for name in ("insert", "update", "delete"):
        sql(path, f"DROP TRIGGER cg_artifacts_{name}")
    insert(path, {"artifact_id": "unseen"})
    with LocalCatalogBackend(path) as backend:
        record = backend.audit_page().record
        assert before.whole
        assert not record.whole
        assert (record.since or "") > (before.since or "")
        assert ("FlowyML", "registered", "unseen") in kinds(backend)


def test_a_killed_writer_leaves_no_hole(ours: LocalCatalogBackend, path: Path) -> None:
    """Each stored registration is recorded once, under numbers without holes, and nothing else is."""
    stored: set[str] = set()
    for number in range(2):
        with writer("our_writer", path, f"round{number}", 100_000) as process:
            begin(process)
            assert process.stdout is not None
            stored |= {process.stdout.readline().strip() for _ in range(5)}
            process.kill()
    changes = list(ours.changes())
    last = ours.audit_page().record.last
    assert sorted({each.number for each in changes}) == list(range(1, last + 1))
    registered = [each.artifact_id for each in changes if each.kind == "registered"]
    assert len(registered) == len(set(registered))
    assert stored <= set(registered) == {e.artifact_id for e in ours.iterate()}


def test_dropped_changes(ours: LocalCatalogBackend, path: Path) -> None:
    """The first number that is left is named; numbers go on, and the last record always stays."""
    for number in range(5):
        ours.register(artifact(f"a{number}"))
    middle = next(each.at for each in ours.changes() if each.number == 3)
    sql(path, "UPDATE cg_change SET at = 5 WHERE number < 3")
    assert ours.drop_changes(10) == 2
    record = ours.audit_page().record
    assert (record.first, record.last, record.whole, record.since) == (3, 5, False, middle)
    with pytest.raises(ChangesDropped) as refused:
        ours.audit(after=1)
    assert refused.value.details == {"first": 3, "last": 5}
    assert [each.number for each in ours.audit(after=2)] == [3, 4, 5]
    assert [each.number for each in ours.audit()] == [5, 4, 3]
    assert ours.audit("a0") == []
    assert ours.drop_changes(2**60) == 2
    ours.register(artifact("a5"))
    assert [each.number for each in ours.changes(after=4)] == [5, 6]
    assert ours.drop_changes(0) == 0
