"""One artifact: reading, tagging and deleting it, and its parents."""

from __future__ import annotations

import pytest

from tests.server.wire import Wire


def test_an_unknown_id_is_404_everywhere(wire: Wire) -> None:
    requests = [
        ("GET", "/artifacts/nope"),
        ("DELETE", "/artifacts/nope"),
        ("PUT", "/artifacts/nope/tags"),
        ("DELETE", "/artifacts/nope/tags?key=k"),
        ("DELETE", "/artifacts/nope/parents?parent_id=p"),
        ("POST", "/artifacts/nope/undelete"),
        ("GET", "/artifacts/nope/lineage"),
        ("GET", "/artifacts/nope/upstream"),
        ("GET", "/artifacts/nope/downstream"),
    ]
    for method, path in requests:
        assert wire(method, path).problem(404, "not-found")["artifact_id"] == "nope"
    wire("PUT", "/artifacts/nope/tags", {"a": 1}).problem(404, "not-found")
    wire("POST", "/artifacts/nope/parents", {"parent_ids": ["p"]}).problem(404, "not-found")


def test_tags_are_added_and_replaced_by_key(wire: Wire) -> None:
    artifact = wire.register(tags={"a": 1, "b": {"x": 1}})
    entry = wire("PUT", f"/artifacts/{artifact}/tags", {"b": {"y": 2}, "c": 0.5}).ok()
    assert entry["tags"] == {"a": 1, "b": {"y": 2}, "c": 0.5}
    assert wire("GET", f"/artifacts/{artifact}").ok() == entry


@pytest.mark.parametrize("headers", [{}, {"Content-Type": None}, {"Content-Length": "0"}])
def test_a_request_without_a_body_sets_no_tags(wire: Wire, headers: dict[str, str | None]) -> None:
    artifact = wire.register(tags={"a": 1})
    assert wire("PUT", f"/artifacts/{artifact}/tags", headers=headers).ok()["tags"] == {"a": 1}


@pytest.mark.parametrize("body", [{}, None])
def test_empty_tags_are_fine_too(wire: Wire, body: object) -> None:
    artifact = wire.register(tags={"a": 1})
    assert wire("PUT", f"/artifacts/{artifact}/tags", body).ok()["tags"] == {"a": 1}


@pytest.mark.parametrize("body", [[], "a", 1, True, [["a", 1]]])
def test_tags_are_an_object(wire: Wire, body: object) -> None:
    artifact = wire.register()
    wire("PUT", f"/artifacts/{artifact}/tags", body).problem(422, "invalid-input")


def test_tags_are_removed_by_key(wire: Wire) -> None:
    artifact = wire.register(tags={"a": 1, "b": 2, "c&d=é": 3, "": 4})
    entry = wire("DELETE", f"/artifacts/{artifact}/tags?key=a&key=c%26d%3D%C3%A9&key=absent").ok()
    assert entry["tags"] == {"b": 2, "": 4}
    assert wire("DELETE", f"/artifacts/{artifact}/tags?key=").ok()["tags"] == {"b": 2}
    for query, field in (("", "key"), ("?", "key"), ("?keys=b", "keys")):
        assert wire("DELETE", f"/artifacts/{artifact}/tags{query}").problem(422, "invalid-input")["field"] == field


def test_deleting_answers_json_and_a_second_time_404(wire: Wire) -> None:
    artifact = wire.register()
    assert wire("DELETE", f"/artifacts/{artifact}").ok() == {"artifact_id": artifact, "deleted": True}
    wire("DELETE", f"/artifacts/{artifact}").problem(404, "not-found")
    wire("GET", f"/artifacts/{artifact}").problem(404, "not-found")
    wire("PUT", f"/artifacts/{artifact}/tags", {"a": 1}).problem(404, "not-found")


def test_parents_are_added_and_removed(wire: Wire) -> None:
    artifact = wire.register(parent_ids=["p"])
    entry = wire("POST", f"/artifacts/{artifact}/parents", {"parent_ids": ["q", "r"]}).ok()
    assert entry["parent_ids"] == ["p", "q", "r"]
    entry = wire("DELETE", f"/artifacts/{artifact}/parents?parent_id=p&parent_id=r&parent_id=never").ok()
    assert entry["parent_ids"] == ["q"]
    assert wire("GET", f"/artifacts/{artifact}").ok() == entry
    for query in ("", "?parent_id=", "?parent_id=q&parent_id="):
        wire("DELETE", f"/artifacts/{artifact}/parents{query}").problem(422, "invalid-input")
    assert wire("GET", f"/artifacts/{artifact}").ok() == entry


@pytest.mark.parametrize("body", [{}, {"parent_ids": "p"}, {"parent_ids": [1]}, {"parent_ids": [None]}, []])
def test_parents_are_a_list_of_ids(wire: Wire, body: object) -> None:
    artifact = wire.register()
    wire("POST", f"/artifacts/{artifact}/parents", body).problem(422, "invalid-input")


def test_edges_that_close_a_cycle_are_refused_later_too(wire: Wire) -> None:
    wire.register(artifact_id="a", parent_ids=["b"])
    wire.register(artifact_id="b")
    problem = wire("POST", "/artifacts/b/parents", {"parent_ids": ["a"]}).problem(409, "cycle")
    assert set(problem["path"]) == {"a", "b"}
    wire("POST", "/artifacts/b/parents", {"parent_ids": ["b"]}).problem(422, "invalid-input")


def test_a_deleted_artifact_is_undeleted(wire: Wire) -> None:
    artifact = wire.register(tags={"a": 1}, parent_ids=["p"])
    before = wire("GET", f"/artifacts/{artifact}").ok()
    wire("POST", f"/artifacts/{artifact}/undelete").problem(409, "conflict")
    wire("DELETE", f"/artifacts/{artifact}").ok()
    assert wire("POST", f"/artifacts/{artifact}/undelete").ok() == before
    assert wire("GET", f"/artifacts/{artifact}").ok() == before
