"""The change record: one record for each transaction that changed something, read in both directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.changes.change import Change
from catalog_graph.errors import Conflict, InvalidInput, NotFound
from tests.support.entries import artifact, ids
from tests.support.replay import Replay, comparable_changes

Call = Callable[[], Any]


def brief(changes: list[Change]) -> list[tuple[str, str | None]]:
    return [(each.kind, each.artifact_id) for each in changes]


def new_changes(backend: CatalogBackend, call: Call) -> list[Change]:
    """Return what a call adds to the record: changes with the next number, or none."""
    last = backend.audit_page(limit=1).record.last
    call()
    changes = backend.audit(after=last)
    assert {each.number for each in changes} <= {last + 1}
    return changes


def test_each_write_is_recorded_under_the_next_number(backend: CatalogBackend) -> None:
    """The kinds of all writes, each in a transaction of its own."""
    raw, model = artifact("raw", version="3"), artifact("model", "raw", "gone", name="fraud", tags={"a": 1})

    def do(call: Call) -> list[tuple[str, str | None]]:
        return brief(new_changes(backend, call))

    assert do(lambda: backend.register(raw)) == [("registered", "raw")]
    assert do(lambda: backend.register(model)) == [("registered", "model"), ("edges_added", "model")]
    assert do(lambda: backend.tag("model", {"b": [2], "a": 1})) == [("tagged", "model")]
    assert do(lambda: backend.untag("model", "a")) == [("tagged", "model")]
    assert do(lambda: backend.remove_parents("model", "gone")) == [("edges_removed", "model")]
    assert do(lambda: backend.set_alias("fraud", "champion", "model", by="ann")) == [("alias_moved", "model")]
    assert do(lambda: backend.unset_alias("fraud", "champion")) == [("alias_moved", "model")]
    assert do(lambda: backend.register(artifact("raw", uri="s3://b/raw"))) == [("merged", "raw")]
    assert do(lambda: backend.unset("raw", fields=["uri"])) == [("merged", "raw")]
    assert do(lambda: backend.delete("model")) == [("deleted", "model"), ("edges_removed", "model")]
    assert do(lambda: backend.undelete("model")) == [("revived", "model"), ("edges_added", "model")]


def test_details(backend: CatalogBackend) -> None:
    """What each kind tells."""
    backend.register(artifact("raw", name="transactions", artifact_type="Dataset", version="3"))
    backend.register(artifact("model", "raw", name="fraud", tags={"a": 1, "b": 2}))
    backend.register(artifact("model", name="fraud", metadata={"k": 1}, content_hash="h", tags={"a": 5}))
    backend.untag("model", "b")
    backend.set_alias("fraud", "champion", "model", by="ann")
    details = [(each.number, each.kind, each.details) for each in backend.changes()]
    assert sorted(details, key=repr) == [
        (1, "registered", {"name": "transactions", "artifact_type": "Dataset", "version": "3"}),
        (2, "edges_added", {"parent_ids": ["raw"]}),
        (2, "registered", {"name": "fraud", "artifact_type": "Dataset", "version": "1"}),
        (3, "merged", {"fields": ["content_hash", "metadata"]}),
        (3, "tagged", {"tags": {"a": 5}, "removed": []}),
        (4, "tagged", {"tags": {}, "removed": ["b"]}),
        (
            5,
            "alias_moved",
            {"name": "fraud", "alias": "champion", "before": None, "after": "model", "signed_by": "ann"},
        ),
    ]


def test_nothing_is_recorded_when_nothing_changes(backend: CatalogBackend) -> None:
    """Writes that change nothing, and writes that are refused."""
    model = artifact("model", "raw", name="fraud", tags={"a": 1}, metadata={"m": {"n": 1}})
    backend.register(model)
    backend.set_alias("fraud", "champion", "model")

    def refused() -> None:
        with pytest.raises(Conflict):
            backend.delete("model")
        with pytest.raises(Conflict):
            backend.register_many([artifact("x"), artifact("raw", "model")])
        with pytest.raises(NotFound):
            backend.tag("nothing", {"a": 1})

    for call in (
        lambda: backend.register(model),
        lambda: backend.tag("model", {"a": 1.0}),
        lambda: backend.untag("model", "b"),
        lambda: backend.add_parents("model", "raw"),
        lambda: backend.remove_parents("model", "b"),
        lambda: backend.set_alias("fraud", "champion", "model"),
        lambda: backend.unset_alias("fraud", "none"),
        lambda: backend.unset("model", metadata=["none"]),
        refused,
    ):
        assert new_changes(backend, call) == []


def test_true_is_another_value_than_1(backend: CatalogBackend) -> None:
    """Python says that they are equal."""
    backend.register(artifact("a", tags={"flag": 1}, metadata={"ok": [0]}))
    again = artifact("a", tags={"flag": True}, metadata={"ok": [False]})
    found = new_changes(backend, lambda: backend.register(again))
    assert sorted(change.kind for change in found) == ["merged", "tagged"]
    assert [change.kind for change in new_changes(backend, lambda: backend.tag("a", {"flag": 1}))] == ["tagged"]
    assert [change.kind for change in new_changes(backend, lambda: backend.tag_many({"a": {"flag": True}}))] == [
        "tagged"
    ]
    entry = backend.get("a")
    assert entry is not None
    assert (entry.tags["flag"], entry.metadata["ok"]) == (True, [False])
    assert ids(backend.search("tag.flag=true")) == ["a"]


def test_a_batch_is_one_transaction(backend: CatalogBackend) -> None:
    """Every artifact of a batch, and of a change to many tags, has the same number."""
    batch = [artifact(f"a{n}", *([f"a{n - 1}"] if n else [])) for n in range(50)]
    changes = new_changes(backend, lambda: backend.register_many(batch))
    assert len(changes) == 99
    tags = {e.artifact_id: {"t": 1} for e in batch}
    tagged = brief(new_changes(backend, lambda: backend.tag_many(tags)))
    assert sorted(tagged) == sorted(("tagged", i) for i in tags)


def test_deletion_and_return_of_a_whole_branch(backend: CatalogBackend) -> None:
    """Edges that end because nothing derives from a deleted artifact any more, and that begin again, are recorded."""
    backend.register_many([artifact("a"), artifact("b", "a"), artifact("c", "b")])
    backend.delete("b")
    removed = new_changes(backend, lambda: backend.remove_parents("c", "b"))
    assert comparable_changes(removed) == comparable_changes(
        [
            Change(3, "", "", "", "edges_removed", "b", {"parent_ids": ["a"]}),
            Change(3, "", "", "", "edges_removed", "c", {"parent_ids": ["b"]}),
        ]
    )
    added = new_changes(backend, lambda: backend.add_parents("c", "b"))
    assert {(each.kind, each.artifact_id) for each in added} == {("edges_added", "b"), ("edges_added", "c")}
    Replay(backend.changes()).require_equal(backend)


def test_both_directions_by_pages(backend: CatalogBackend) -> None:
    """Pages cut transactions anywhere; the cursor of each continues exactly there, also while others write."""
    for n in range(4):
        backend.register_many([artifact(f"a{n}{m}") for m in range(5)])
    everything = list(backend.changes())
    assert [each.number for each in everything] == [1] * 5 + [2] * 5 + [3] * 5 + [4] * 5
    for after, expected in ((None, everything[::-1]), (0, everything), (2, everything[10:])):
        items, cursor = [], None
        while True:
            page = backend.audit_page(after=after, limit=3, cursor=cursor)
            assert page.record.last >= 4
            items += page.items
            cursor = page.cursor
            if cursor is None:
                break
            backend.tag("a00", {"n": len(items)})
        assert items[: len(expected)] == expected
        assert all(each.number > 4 for each in items[len(expected) :])
        everything = list(backend.changes())
        if after is None:
            assert len(items) == len(expected)
        everything = everything[:20]
    assert backend.audit(after=10_000) == []


def test_filters(backend: CatalogBackend) -> None:
    """Kinds, callers and instants."""
    backend.register(artifact("a"))
    backend.register(artifact("b", "a"))
    backend.tag("a", {"t": 1})
    first, second, third = (next(c for c in backend.changes() if c.number == n).at for n in (1, 2, 3))
    assert first < second < third
    assert brief(backend.audit(kinds=["tagged", "edges_added"])) == [("tagged", "a"), ("edges_added", "b")]
    assert [c.number for c in backend.audit(since=second)] == [3, 2, 2]
    assert [c.number for c in backend.audit(until=second)] == [1]
    assert [c.number for c in backend.audit(since=second, until=third)] == [2, 2]
    assert [c.number for c in backend.audit(after=1, until=third)] == [2, 2]
    assert backend.audit(by="nobody") == []
    assert len(backend.audit(by="")) == 4
    for wrong in ({"kinds": ["other"]}, {"after": -1}, {"after": "x"}, {"since": "yesterday"}, {"limit": 0}):
        with pytest.raises(InvalidInput):
            backend.audit(**wrong)  # type: ignore[arg-type]
    cursor = backend.audit_page(limit=1).cursor
    with pytest.raises(InvalidInput):
        backend.audit_page(limit=1, cursor=cursor, kinds=["tagged"])


def test_history_of_one_artifact(backend: CatalogBackend) -> None:
    """By id and by reference, also of a deleted one; an unknown one is not found."""
    backend.register(artifact("a", name="fraud"))
    backend.register(artifact("b", name="other"))
    backend.set_alias("fraud", "champion", "a")
    backend.tag("a", {"t": 1})
    assert [each.kind for each in backend.audit("fraud@champion")] == ["tagged", "alias_moved", "registered"]
    assert [each.kind for each in backend.audit("a", after=1)] == ["alias_moved", "tagged"]
    assert backend.audit_page("a", kinds=["tagged"]).items == backend.audit(kinds=["tagged"])
    backend.delete("a", force=True)
    assert [each.kind for each in backend.audit("a", limit=2)] == ["deleted", "alias_moved"]
    with pytest.raises(NotFound):
        backend.audit("none")
    with pytest.raises(NotFound):
        backend.audit("other", exact=True)


def test_a_long_history(backend: CatalogBackend) -> None:
    """More changes than the node of an artifact holds."""
    backend.register(artifact("a"))
    for n in range(100):
        backend.tag("a", {"n": n})
    history = backend.audit("a", limit=1000)
    assert [each.number for each in history] == list(range(101, 0, -1))
    page = backend.audit_page("a", after=30, limit=10)
    assert [each.number for each in page.items] == list(range(31, 41))
    assert not page.complete


def test_a_purge_removes_what_was_recorded(backend: CatalogBackend) -> None:
    """The content of a purged artifact leaves the record; that it was purged, its edges and its numbers stay."""
    backend.register_many(
        [artifact("p", name="secret-name", version="secret-v"), artifact("q", "p", name="secret-name")]
    )
    backend.tag("p", {"secret": "secret"})
    backend.set_alias("secret-name", "secret-alias", "p", by="secret-ann")
    backend.set_alias("secret-name", "other", "q")
    backend.set_alias("secret-name", "other", "p")
    backend.set_alias("secret-name", "other", "q")
    backend.register(artifact("q", name="renamed"))
    backend.purge("p", force=True)
    changes = list(backend.changes())
    assert [each.number for each in changes if each.kind == "purged"] == [8]
    assert {each.number for each in changes} == set(range(1, 9))
    about = [each for each in changes if each.artifact_id == "p"]
    assert "secret" not in repr(about)
    assert [each.kind for each in about][:2] == ["registered", "tagged"]
    Replay(changes).require_equal(backend)


def test_what_the_record_holds(backend: CatalogBackend) -> None:
    """A new catalog has every change; what was dropped is no longer whole, and cannot be read by its number."""
    assert backend.audit_page().record.whole
    for n in range(5):
        backend.register(artifact(f"a{n}"))
    record = backend.audit_page().record
    assert (record.first, record.last, record.whole) == (1, 5, True)


def test_copies(new_catalog: Callable[[], CatalogBackend]) -> None:
    """A copy into an empty catalog leaves a record that says the same present state."""
    backend = new_catalog()
    backend.register_many([artifact("a", name="m"), artifact("b", "a"), artifact("c", "b", "x")])
    backend.set_alias("m", "champion", "a")
    backend.delete("b")
    lines = list(backend.export_records())
    other = new_catalog()
    other.import_records(lines)
    Replay(other.changes()).require_equal(other)
    assert new_changes(other, lambda: other.import_records(lines)) == []


def test_a_copy_brings_true_in_place_of_1(new_catalog: Callable[[], CatalogBackend]) -> None:
    backend = new_catalog()
    backend.register(artifact("a", metadata={"flag": 1}))
    before = list(backend.export_records())
    backend.register(artifact("a", metadata={"flag": True}))
    after = list(backend.export_records())
    other = new_catalog()
    other.import_records(before)
    assert brief(new_changes(other, lambda: other.import_records(after))) == [("merged", "a")]
    entry = other.get("a")
    assert entry is not None
    assert entry.metadata["flag"] is True


def test_an_alias_is_copied_to_the_id_that_held_it_alone(new_catalog: Callable[[], CatalogBackend]) -> None:
    """An id may look like the name of another artifact."""
    backend = new_catalog()
    backend.register(artifact("det", name="det"))
    backend.set_alias("det", "champion", "det")
    lines = [line for line in backend.export_records() if line["kind"] == "alias"]
    other = new_catalog()
    other.register(artifact("another", name="det"))
    result = other.import_records(lines, history=False)
    assert (result.left_out, other.alias("det", "champion")) == (1, None)


def test_merging_copies(new_catalog: Callable[[], CatalogBackend]) -> None:
    """A copy into a catalog that knows some of it: what changes is recorded, a past alone is `copied`."""
    backend = new_catalog()
    backend.register_many([artifact("a", name="m"), artifact("b", "a", "y")])
    backend.set_alias("m", "champion", "a")
    backend.unset_alias("m", "champion")
    backend.remove_parents("b", "y")
    lines = list(backend.export_records())
    other = new_catalog()
    other.register_many([CatalogEntry("b", "own", "Model", parent_ids=["z"], tags={"t": 1})])
    other.import_records(lines)
    Replay(other.changes()).require_equal(other)
