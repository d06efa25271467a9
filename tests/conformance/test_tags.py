"""Tags: kept exactly, merged by key, removed by key, compared as JSON."""

from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import LimitExceeded, NotFound
from tests.support.entries import artifact, ids

VALUES: dict[str, Any] = {
    "text": "production",
    "empty": "",
    "number text": "0.93",
    "whole": 3,
    "fraction": 0.1,
    "whole fraction": 1.0,
    "large": 2**63 - 1,
    "small": -(2**63),
    "tiny": 5e-324,
    "huge": 1.7976931348623157e308,
    "negative zero": -0.0,
    "true": True,
    "false": False,
    "null": None,
    "list": [1, "two", [3.5, None], {"four": True}],
    "empty list": [],
    "object": {"b": {"a": [1]}, "a": None},
    "empty object": {},
    "unicode": "naïve ☕ \U0001f600 e\u0301 \u202e",
    "blanks": " tab\there\nand line ",
    "": "the empty key",
    "a.b:c/d'\"\\": "signs in the key",
    "ключ \U0001f511": "a key in other letters",
}


@pytest.mark.parametrize("key", VALUES)
def test_a_value_keeps_its_json_type(backend: CatalogBackend, key: str) -> None:
    value = VALUES[key]
    backend.register(artifact("a", tags={key: value}, metadata={key: value}))
    kept = backend.get("a")
    assert kept is not None
    assert repr(kept.tags) == repr({key: value})
    assert repr(kept.metadata) == repr({key: value})
    assert repr(backend.list_artifacts()[0].tags) == repr({key: value})
    assert repr(backend.get_lineage("a")["artifact"]["tags"]) == repr({key: value})


def test_tagging_adds_and_replaces_by_key(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"kept": 1, "changed": {"x": 1}}))
    answer = backend.tag("a", {"changed": {"y": 2}, "new": True})
    assert answer.tags == {"kept": 1, "changed": {"y": 2}, "new": True}
    assert backend.get("a") == answer


def test_tagging_with_nothing_changes_nothing(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"kept": 1}))
    before = backend.get("a")
    assert backend.tag("a", {}) == before
    assert backend.get("a") == before


def test_untag_takes_keys_away(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"x": 1, "y": 2, "": 3, "a/b?c=%2F": 4, "z": 5}))
    assert backend.untag("a", "x", "", "a/b?c=%2F").tags == {"y": 2, "z": 5}
    assert backend.untag("a", "x", "never there").tags == {"y": 2, "z": 5}
    assert backend.untag("a").tags == {"y": 2, "z": 5}
    kept = backend.get("a")
    assert kept is not None
    assert kept.tags == {"y": 2, "z": 5}


def test_a_tag_taken_away_is_found_no_more(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"stage": "production"}))
    backend.untag("a", "stage")
    assert backend.list_artifacts(tags={"stage": "production"}) == []
    assert backend.search("stage:production") == []
    assert backend.search("stage:*") == []
    assert backend.search("production") == []
    backend.tag("a", {"stage": "draft"})
    assert ids(backend.search("stage:draft")) == ["a"]


@pytest.mark.parametrize("artifact_id", ["unknown", "stub", "deleted"])
def test_only_what_is_registered_can_be_tagged(backend: CatalogBackend, artifact_id: str) -> None:
    backend.register_many([artifact("a", "stub", "deleted"), artifact("deleted")])
    backend.delete("deleted")
    with pytest.raises(NotFound) as caught:
        backend.tag(artifact_id, {"x": 1})
    assert isinstance(caught.value, ValueError)
    assert caught.value.details["artifact_id"] == artifact_id
    with pytest.raises(NotFound):
        backend.tag(artifact_id, {})
    with pytest.raises(NotFound):
        backend.untag(artifact_id, "x")
    assert backend.search("x:1") == []


def test_tags_that_add_up_to_too_much_are_refused(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"first": "x" * 9000}))
    with pytest.raises(LimitExceeded):
        backend.tag("a", {"second": "y" * 9000})
    with pytest.raises(LimitExceeded):
        backend.register(artifact("a", tags={"second": "y" * 9000}))
    kept = backend.get("a")
    assert kept is not None
    assert kept.tags == {"first": "x" * 9000}
    assert backend.tag("a", {"first": "y" * 9000}).tags == {"first": "y" * 9000}


EQUAL = [(1, 1.0), (0, -0.0), ([1, {"a": 2.0}], [1.0, {"a": 2}]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (10**17, 1e17)]
UNEQUAL = [
    (1, True),
    (0, False),
    (1, "1"),
    (True, "true"),
    (None, "null"),
    (None, ""),
    ([1], 1),
    (["a"], "a"),
    ("a", "A"),
    ("é", "e\u0301"),
    ("a", "a "),
    ([1, 2], [2, 1]),
    ([True], [1]),
    ({}, []),
    (2**53, 2**53 + 1),
]


@pytest.mark.parametrize(("kept", "asked"), [*EQUAL, *((b, a) for a, b in EQUAL)])
def test_filters_find_what_is_equal_as_json(backend: CatalogBackend, kept: Any, asked: Any) -> None:
    backend.register(artifact("a", tags={"k": kept}))
    assert ids(backend.list_artifacts(tags={"k": asked})) == ["a"]


@pytest.mark.parametrize(("kept", "asked"), [*UNEQUAL, *((b, a) for a, b in UNEQUAL)])
def test_filters_leave_out_what_is_not_equal_as_json(backend: CatalogBackend, kept: Any, asked: Any) -> None:
    backend.register(artifact("a", tags={"k": kept}))
    assert backend.list_artifacts(tags={"k": asked}) == []
    assert ids(backend.list_artifacts(tags={"k": kept})) == ["a"]


def test_keys_of_filters_are_exact(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"Stage": "x", "k": "v" * 5000}))
    assert backend.list_artifacts(tags={"stage": "x"}) == []
    assert ids(backend.list_artifacts(tags={"Stage": "x"})) == ["a"]
    assert ids(backend.list_artifacts(tags={"k": "v" * 5000})) == ["a"]
    assert backend.list_artifacts(tags={"k": "v" * 4999}) == []
    assert backend.list_artifacts(tags={"missing": None}) == []
