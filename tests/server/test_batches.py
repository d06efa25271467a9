"""Many artifacts in one request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.wire import Wire


def entry(artifact_id: str, *parents: str, **more: Any) -> dict[str, Any]:
    return {"artifact_id": artifact_id, "name": "n", "artifact_type": "T", "parent_ids": list(parents), **more}


def test_a_batch_is_answered_in_its_order(wire: Wire) -> None:
    wire.register(artifact_id="b")
    answer = wire("POST", "/artifacts/batch", {"artifacts": [entry("a", "c"), entry("b"), entry("c", "b")]}).ok(201)
    assert [(item["artifact_id"], item["created"]) for item in answer["items"]] == [
        ("a", True),
        ("b", False),
        ("c", True),
    ]
    assert set(answer["items"][0]) == {"artifact_id", "created", "version", "duplicate_of", "warnings"}
    assert wire("GET", "/artifacts/a/upstream").ok()["total"] == 2


def test_a_batch_of_what_is_there_is_200(wire: Wire) -> None:
    body = {"artifacts": [entry("a"), entry("b")]}
    wire("POST", "/artifacts/batch", body).ok(201)
    wire("POST", "/artifacts/batch", body).ok(200)
    assert wire("POST", "/artifacts/batch", {"artifacts": []}).ok(200) == {"items": []}


@pytest.mark.parametrize(
    ("bad", "status", "code"),
    [
        ({"name": ""}, 422, "invalid-input"),
        ({"artifact_type": None}, 422, "invalid-input"),
        ({"name": 7}, 422, "invalid-input"),
        ({"tags": [1]}, 422, "invalid-input"),
        ({"created_at": "never"}, 422, "invalid-input"),
        ({"artifact_id": "batch"}, 422, "invalid-input"),
        ({"parent_ids": ["x"], "artifact_id": "x"}, 422, "invalid-input"),
        ({"metadata": {"n": 2**64}}, 422, "invalid-input"),
        ({"name": "x" * 513}, 413, "limit-exceeded"),
    ],
)
def test_one_bad_artifact_refuses_all_and_is_named(wire: Wire, bad: dict[str, Any], status: int, code: str) -> None:
    artifacts = [entry("a"), entry("b"), {**entry("c"), **bad}, entry("d")]
    assert wire("POST", "/artifacts/batch", {"artifacts": artifacts}).problem(status, code)["index"] == 2
    assert wire("GET", "/artifacts").ok()["items"] == []


def test_a_cycle_inside_a_batch_refuses_all(wire: Wire) -> None:
    artifacts = [entry("a", "b"), entry("b", "c"), entry("c", "a"), entry("d")]
    assert set(wire("POST", "/artifacts/batch", {"artifacts": artifacts}).problem(409, "cycle")["path"]) == set("abc")
    assert wire("GET", "/artifacts").ok()["items"] == []


def test_on_duplicate_is_said_for_the_batch(wire: Wire) -> None:
    wire.register(artifact_id="first", content_hash="h")
    artifacts = [entry("a"), entry("b", content_hash="h")]
    body = {"artifacts": artifacts, "on_duplicate": "error"}
    assert wire("POST", "/artifacts/batch", body).problem(409, "duplicate-content")["artifact_id"] == "first"
    wire("GET", "/artifacts/a").problem(404, "not-found")
    items = wire("POST", "/artifacts/batch", {**body, "on_duplicate": "reuse"}).ok(201)["items"]
    assert [item["artifact_id"] for item in items] == ["a", "first"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "artifacts"),
        ({"artifacts": {}}, "artifacts"),
        ({"artifacts": [entry("a")], "on_duplicate": "maybe"}, "on_duplicate"),
        ({"artifacts": ["a"]}, "artifacts"),
        ({"artifacts": [None]}, "artifacts"),
    ],
)
def test_the_body_is_an_object_with_a_list(wire: Wire, body: Any, field: str) -> None:
    assert wire("POST", "/artifacts/batch", body).problem(422, "invalid-input")["field"] == field


@pytest.mark.long
def test_ten_thousand_and_no_more(wire: Wire) -> None:
    artifacts = [entry(f"a{n}") for n in range(10_001)]
    wire("POST", "/artifacts/batch", {"artifacts": artifacts}).problem(413, "limit-exceeded")
    assert wire("GET", "/artifacts").ok()["items"] == []
    assert len(wire("POST", "/artifacts/batch", {"artifacts": artifacts[:-1]}).ok(201)["items"]) == 10_000


def test_many_are_read_in_one_request(wire: Wire) -> None:
    wire.register(artifact_id="a", parent_ids=["stub"])
    wire.register(artifact_id="x/y%2F")
    items = wire("POST", "/artifacts/batch/get", {"artifact_ids": ["x/y%2F", "stub", "a", "", "a", "\0"]}).ok()["items"]
    assert [item and item["artifact_id"] for item in items] == ["x/y%2F", None, "a", None, "a", None]
    assert items[2] == wire("GET", "/artifacts/a").ok()
    assert wire("POST", "/artifacts/batch/get", {"artifact_ids": []}).ok() == {"items": []}
    wire("DELETE", "/artifacts/a").ok()
    [item] = wire("POST", "/artifacts/batch/get", {"artifact_ids": ["a"], "deleted": True}).ok()["items"]
    assert (item["state"], item["parent_ids"]) == ("deleted", ["stub"])
    wire("POST", "/artifacts/batch/get", {"artifact_ids": "a"}).problem(422, "invalid-input")
    wire("POST", "/artifacts/batch/get", {"artifact_ids": ["a"] * 10_001}).problem(413, "limit-exceeded")
