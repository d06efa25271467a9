"""Idempotency keys, the errors of a batch, and tags of many artifacts, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.wire import Wire

KEY = {"Idempotency-Key": "9f1c6c1e"}
ENTRY: dict[str, Any] = {"name": "n", "artifact_type": "T"}


@pytest.mark.parametrize(("path", "body"), [("/artifacts", ENTRY), ("/artifacts/batch", {"artifacts": [ENTRY, ENTRY]})])
def test_a_repeated_request_is_carried_out_once(wire: Wire, path: str, body: dict[str, Any]) -> None:
    first, again = (wire("POST", path, body, headers=KEY) for _ in range(2))
    assert first.ok(201) == again.ok(201)
    assert first.headers.get("location") == again.headers.get("location")
    assert len(wire("GET", "/artifacts").ok()["items"]) == len(body.get("artifacts", [body]))
    problem = wire("POST", path, {**body, "on_duplicate": "error"}, headers=KEY).problem(422, "idempotency-key-reused")
    assert problem["key"] == KEY["Idempotency-Key"]
    assert wire("POST", path, body, headers={"Idempotency-Key": "another"}).ok(201) != first.json


@pytest.mark.parametrize("key", ["", "x" * 256, "\xe9"])
def test_what_no_key_can_be(wire: Wire, key: str) -> None:
    problem = wire("POST", "/artifacts", ENTRY, headers={"Idempotency-Key": key}).problem(422, "invalid-input")
    assert problem["field"] == "idempotency_key"
    assert wire("GET", "/artifacts").ok()["items"] == []


def test_every_error_of_a_batch(wire: Wire) -> None:
    wrong: list[dict[str, Any]] = [
        {"name": 0}, {"tags": 0}, {"tags": False}, {"parent_ids": False}, {"metadata": 0}, {"created_at": 0},
        {"created_at": "never"}, {"version": 3}, {"uri": []}, {"artifact_id": ["x"]}, {"name": None}, {"tags": "x"},
    ]  # fmt: skip
    artifacts = [{**ENTRY, **case} for case in wrong]
    problem = wire("POST", "/artifacts/batch", {"artifacts": [ENTRY, *artifacts]}).problem(422, "invalid-input")
    fields = ["name", "tags", "tags", "parent_ids", "metadata", "created_at", "created_at", "version", "artifact_id"]
    assert [e["field"] for e in problem["errors"]] == [*fields, "name", "tags"]
    assert [e["index"] for e in problem["errors"]] == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12]
    assert problem["total"] == 11
    assert "artifact 1: name must be text" in problem["detail"]
    assert wire("GET", "/artifacts").ok()["items"] == []


def test_a_single_artifact_has_no_position(wire: Wire) -> None:
    problem = wire("POST", "/artifacts", {**ENTRY, "name": ""}).problem(422, "invalid-input")
    assert problem.keys() == {"type", "title", "status", "detail", "code", "field"}
    assert problem["detail"] == "name is required and must not be empty"


def test_on_duplicate_in_the_body_of_one(wire: Wire) -> None:
    first = wire.register(content_hash="h")
    body = {**ENTRY, "content_hash": "h", "on_duplicate": "error"}
    assert wire("POST", "/artifacts", body).problem(409, "duplicate-content")["artifact_id"] == first
    assert wire("POST", "/artifacts", {**body, "on_duplicate": "reuse"}).ok()["artifact_id"] == first
    assert wire("POST", "/artifacts?on_duplicate=reuse", {**body, "on_duplicate": None}).ok()["artifact_id"] == first
    assert wire("POST", "/artifacts?on_duplicate=error", body).status == 409
    problem = wire("POST", "/artifacts?on_duplicate=reuse", body).problem(422, "invalid-input")
    assert problem["field"] == "on_duplicate"
    wire("POST", "/artifacts", {**body, "on_duplicate": "maybe"}).problem(422, "invalid-input")


def test_tags_of_many(wire: Wire) -> None:
    a, b = wire.register(artifact_id="a", tags={"x": 1}), wire.register(artifact_id="b/c")
    body = {"tags": {a: {"y": 2}, b: {"z": None}}, "remove": {a: ["x"]}}
    assert wire("POST", "/artifacts/batch/tags", body).ok() == {"tags": {"a": {"y": 2}, "b/c": {"z": None}}}
    problem = wire("POST", "/artifacts/batch/tags", {"tags": {a: {"y": 3}, "n": {}}}).problem(404, "not-found")
    assert (problem["artifact_ids"], problem["total"]) == (["n"], 1)
    assert wire("GET", "/artifacts/a").ok()["tags"] == {"y": 2}
    wire("POST", "/artifacts/batch/tags", {"tags": {a: 5}}).problem(422, "invalid-input")
    wire("POST", "/artifacts/batch/tags", {"remove": {a: "x"}}).problem(422, "invalid-input")
