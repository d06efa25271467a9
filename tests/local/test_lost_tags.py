"""FlowyML's `tag()` reads, then writes: tags that we wrote in between are restored unless it named them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.flowyml.lost_tags import restored_tags
from tests.local.file import entry, sql
from tests.support.entries import artifact, ids


def write_stale(path: Path, read: dict[str, Any], **named: Any) -> None:
    """Write as FlowyML's `tag()` does after it has read the tags `read`."""
    sql(path, "UPDATE artifacts SET tags = ? WHERE artifact_id = 'a'", json.dumps({**read, **named}))


def tags(ours: LocalCatalogBackend) -> dict[str, Any]:
    kept = ours.get("a")
    assert kept is not None
    return kept.tags


def test_a_key_that_was_not_named_is_restored(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", tags={"old": "1"}))
    ours.tag("a", {"ours": 1})
    write_stale(path, {"old": "1"}, theirs="x")
    assert tags(ours) == {"old": "1", "ours": 1, "theirs": "x"}
    assert theirs.get("a").tags == {"old": "1", "ours": 1, "theirs": "x"}
    assert ids(ours.search("ours:1 theirs:x")) == ["a"]


def test_a_value_that_was_not_named_is_restored(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", tags={"stage": "staging"}))
    ours.tag("a", {"stage": "production"})
    write_stale(path, {"stage": "staging"}, owner="ada")
    assert tags(ours) == {"stage": "production", "owner": "ada"}


def test_a_value_that_was_named_wins(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", tags={"stage": "staging"}))
    ours.tag("a", {"stage": "production"})
    theirs.tag("a", {"stage": "staging"})
    assert tags(ours) == {"stage": "staging"}


def test_tags_of_a_registration_are_restored(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", tags={"x": "1"}))
    ours.register(artifact("a", tags={"ours": [1, 2]}))
    write_stale(path, {"x": "1"}, theirs="y")
    assert tags(ours) == {"x": "1", "ours": [1, 2], "theirs": "y"}


def test_several_stale_writers(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a"))
    ours.tag("a", {"one": 1})
    write_stale(path, {}, first="x")
    write_stale(path, {"one": 1}, second="y")
    ours.tag("a", {"two": 2})
    write_stale(path, {"one": 1, "second": "y"}, third="z")
    assert tags(ours) == {"one": 1, "first": "x", "second": "y", "two": 2, "third": "z"}


def test_a_key_that_we_removed_stays_removed_only_if_flowyml_had_not_read_it(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path
) -> None:
    theirs.register(entry("a", tags={"gone": "1", "kept": "2"}))
    ours.untag("a", "gone")
    theirs.tag("a", {"new": "3"})
    assert tags(ours) == {"kept": "2", "new": "3"}


def test_a_replacement_is_intended(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("a", tags={"old": "1"}))
    ours.tag("a", {"ours": 1})
    theirs.register(entry("a", tags={"new": "2"}))
    assert tags(ours) == {"new": "2"}


def test_a_removal_by_sql_is_intended(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", tags={"old": "1"}))
    ours.tag("a", {"ours": 1})
    sql(path, "UPDATE artifacts SET tags = '{}'")
    assert tags(ours) == {}


def test_tags_of_long_ago_are_not_restored(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", tags={"old": "1"}))
    ours.tag("a", {"ours": 1})
    sql(path, "UPDATE cg_recent_tags SET until = until - 3600000000")
    write_stale(path, {"old": "1"}, new="2")
    assert tags(ours) == {"old": "1", "new": "2"}


def test_recent_tags_expire(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("a"))
    for number in range(5):
        ours.tag("a", {"n": number})
    sql(path, "UPDATE cg_recent_tags SET until = until - 3600000000")
    ours.tag("a", {"n": 5})
    assert sql(path, "SELECT count(*) FROM cg_recent_tags") == [(1,)]


@pytest.mark.parametrize(
    ("before", "written", "earlier", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, [], {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1, "c": 3}, [{"a": 1}], {"a": 1, "b": 2, "c": 3}),
        ({"a": 2}, {"a": 1, "c": 3}, [{"a": 1}], {"a": 2, "c": 3}),
        ({"a": 2}, {"a": 1}, [{"a": 1}], {"a": 1}),
        ({"a": 2}, {"a": 2}, [{"a": 1}], {"a": 2}),
        ({"a": True}, {"a": 1, "b": 2}, [{"a": 1}], {"a": True, "b": 2}),
        ({"a": 1, "b": 2}, {"z": 1}, [{"a": 1}], {"z": 1}),
        ({"a": 1, "b": 2}, {}, [{"a": 1}], {}),
        ({"b": 2}, {"c": 1}, [{"x": 0}, {}], {"b": 2, "c": 1}),
    ],
)
def test_restored_tags(
    before: dict[str, Any], written: dict[str, Any], earlier: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    assert restored_tags(before, written, earlier, before) == expected
