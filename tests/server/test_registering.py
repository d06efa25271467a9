"""POST /artifacts: its thirteen fields, their defaults, and merging."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.server.wire import Wire

THIRTEEN: dict[str, Any] = {
    "artifact_id": "model-1",
    "name": "fraud_detector",
    "artifact_type": "Model",
    "content_hash": "abc",
    "source_step": "train",
    "source_run_id": "run-1",
    "source_pipeline": "fraud",
    "parent_ids": ["p1", "p2"],
    "tags": {"stage": "production", "f1_score": 0.94, "n": 3, "flag": True, "none": None, "list": [1, "a"]},
    "metadata": {"deep": {"er": [{"x": 1.5}]}, "text": "é😀"},
    "uri": "s3://models/1",
    "created_at": "2026-03-01T12:00:00.000000+00:00",
    "version": "7",
}
EMPTY_FIELDS: dict[str, Any] = {
    "artifact_id": "",
    "name": "n",
    "artifact_type": "T",
    "content_hash": "",
    "source_step": "",
    "source_run_id": "",
    "source_pipeline": "",
    "parent_ids": [],
    "tags": {},
    "metadata": {},
    "uri": "",
    "created_at": "",
    "version": None,
}


def test_all_thirteen_fields_come_back_exactly(wire: Wire) -> None:
    answer = wire("POST", "/artifacts", THIRTEEN).ok(201)
    assert [text.split("'")[1] for text in answer.pop("warnings")] == ["p1", "p2"]
    assert answer == {"artifact_id": "model-1", "created": True, "version": "7", "duplicate_of": None}
    entry = wire("GET", "/artifacts/model-1").ok()
    assert {name: entry[name] for name in THIRTEEN} == THIRTEEN
    assert [type(v) for v in entry["tags"].values()] == [str, float, int, bool, type(None), list]
    assert entry["state"] == "registered"


def test_the_server_mints_the_id_and_the_instant(wire: Wire) -> None:
    answer = wire("POST", "/artifacts", EMPTY_FIELDS).ok(201)
    uuid.UUID(answer["artifact_id"])
    entry = wire("GET", f"/artifacts/{answer['artifact_id']}").ok()
    created = datetime.fromisoformat(entry["created_at"])
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=5)
    assert entry["created_at"].endswith("+00:00")
    assert len(entry["created_at"]) == len("2026-03-01T12:00:00.000000+00:00")


def test_an_answer_says_where_the_artifact_is(wire: Wire) -> None:
    reply = wire("POST", "/artifacts", {**EMPTY_FIELDS, "artifact_id": "a/b c%41"})
    assert reply.headers["location"] == "/api/v1/catalog/artifacts/a%2Fb%20c%2541"
    assert wire("GET", f"root:{reply.headers['location']}").ok()["artifact_id"] == "a/b c%41"


def test_registering_again_is_200_and_takes_nothing_away(wire: Wire) -> None:
    wire("POST", "/artifacts", THIRTEEN).ok(201)
    again = {**EMPTY_FIELDS, "artifact_id": "model-1", "name": "renamed", "tags": {"new": 1}, "parent_ids": ["p3"]}
    answer = wire("POST", "/artifacts", again).ok(200)
    assert [text.split("'")[1] for text in answer.pop("warnings")] == ["p3"]
    assert answer == {"artifact_id": "model-1", "created": False, "version": "7", "duplicate_of": None}
    entry = wire("GET", "/artifacts/model-1").ok()
    assert entry["name"] == "renamed"
    assert entry["tags"] == {**THIRTEEN["tags"], "new": 1}
    assert entry["parent_ids"] == ["p1", "p2", "p3"]
    assert entry["created_at"] == THIRTEEN["created_at"]
    assert entry["uri"] == THIRTEEN["uri"]


@pytest.mark.parametrize("empty", ["", None, {}, []])
def test_every_empty_value_means_not_set(wire: Wire, empty: object) -> None:
    body = dict.fromkeys(EMPTY_FIELDS, empty) | {"name": "n", "artifact_type": "T"}
    entry_id = wire("POST", "/artifacts", body).ok(201)["artifact_id"]
    entry = wire("GET", f"/artifacts/{entry_id}").ok()
    assert (entry["tags"], entry["metadata"], entry["parent_ids"], entry["uri"]) == ({}, {}, [], "")


def test_unknown_fields_and_the_stores_own_are_ignored(wire: Wire) -> None:
    body = {**EMPTY_FIELDS, "nonsense": [1], "state": "deleted", "recorded_at": "2001-01-01T00:00:00+00:00", "id": "x"}
    entry = wire("GET", f"/artifacts/{wire.register(**body)}").ok()
    assert entry["state"] == "registered"
    assert not entry["recorded_at"].startswith("2001")
    assert entry["artifact_id"] != "x"


@pytest.mark.parametrize("field", ["name", "artifact_type"])
@pytest.mark.parametrize("value", ["", None, {}, [], ...])
def test_name_and_type_are_required(wire: Wire, field: str, value: object) -> None:
    body = {**EMPTY_FIELDS, field: value}
    if value is ...:
        del body[field]
    problem = wire("POST", "/artifacts", body).problem(422, "invalid-input")
    assert problem["field"] == field
    assert wire("GET", "/artifacts").ok()["items"] == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2026-03-01T12:00:00", "2026-03-01T12:00:00.000000+00:00"),
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000000+00:00"),
        ("2026-03-01T12:00:00.123456789+02:00", "2026-03-01T10:00:00.123456+00:00"),
        ("2026-03-01", "2026-03-01T00:00:00.000000+00:00"),
    ],
)
def test_instants_are_answered_in_utc_and_naive_ones_are_utc(wire: Wire, text: str, kept: str) -> None:
    assert wire("GET", f"/artifacts/{wire.register(created_at=text)}").ok()["created_at"] == kept


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-03-01T25:00", "0001-01-01T00:00:00+14:00", "1"])
def test_an_instant_that_cannot_be_read_is_refused(wire: Wire, text: str) -> None:
    problem = wire("POST", "/artifacts", {**EMPTY_FIELDS, "created_at": text}).problem(422, "invalid-input")
    assert problem["field"] == "created_at"
    assert text in problem["detail"]


@pytest.mark.parametrize("reserved", ["search", "by-hash", "batch"])
def test_words_of_the_api_are_no_ids(wire: Wire, reserved: str) -> None:
    problem = wire("POST", "/artifacts", {**EMPTY_FIELDS, "artifact_id": reserved}).problem(422, "invalid-input")
    assert problem["field"] == "artifact_id"
    wire("POST", "/artifacts", {**EMPTY_FIELDS, "parent_ids": [reserved]}).problem(422, "invalid-input")


@pytest.mark.parametrize("bad", ["a\nb", "\0", "a\x1fb", "\x7f"])
def test_ids_hold_no_control_characters(wire: Wire, bad: str) -> None:
    wire("POST", "/artifacts", {**EMPTY_FIELDS, "artifact_id": bad}).problem(422, "invalid-input")


def test_ids_have_up_to_512_characters(wire: Wire) -> None:
    longest = "é" * 512
    assert wire.register(artifact_id=longest) == longest
    assert wire("GET", "/artifacts/" + "%C3%A9" * 512).ok()["artifact_id"] == longest
    wire("POST", "/artifacts", {**EMPTY_FIELDS, "artifact_id": longest + "x"}).problem(413, "limit-exceeded")


def test_a_duplicate_is_named_reused_or_refused(wire: Wire) -> None:
    wire.register(artifact_id="first", content_hash="h", tags={"a": 1})
    body = {**EMPTY_FIELDS, "content_hash": "h", "artifact_id": "second", "tags": {"b": 2}, "parent_ids": ["p"]}
    assert wire("POST", "/artifacts", body).ok(201)["duplicate_of"] == "first"
    problem = wire("POST", "/artifacts?on_duplicate=error", {**body, "artifact_id": "third"})
    assert problem.problem(409, "duplicate-content")["artifact_id"] == "first"
    wire("GET", "/artifacts/third").problem(404, "not-found")
    answer = wire("POST", "/artifacts?on_duplicate=reuse", {**body, "artifact_id": "fourth"}).ok(200)
    assert (answer["artifact_id"], answer["created"]) == ("first", False)
    entry = wire("GET", "/artifacts/first").ok()
    assert (entry["tags"], entry["parent_ids"]) == ({"a": 1, "b": 2}, ["p"])
    wire("POST", "/artifacts?on_duplicate=ignore", body).problem(422, "invalid-input")


def test_a_cycle_is_refused_with_its_path(wire: Wire) -> None:
    wire.register(artifact_id="a", parent_ids=["b"])
    wire.register(artifact_id="b", parent_ids=["c"])
    problem = wire("POST", "/artifacts", {**EMPTY_FIELDS, "artifact_id": "c", "parent_ids": ["a"]}).problem(
        409, "cycle"
    )
    assert problem["path"][0] == problem["path"][-1]
    assert set(problem["path"]) == {"a", "b", "c"}
    wire("GET", "/artifacts/c").problem(404, "not-found")


def test_an_artifact_cannot_be_its_own_parent(wire: Wire) -> None:
    body = {**EMPTY_FIELDS, "artifact_id": "a", "parent_ids": ["a"]}
    assert wire("POST", "/artifacts", body).problem(422, "invalid-input")["field"] == "parent_ids"


def test_versions_are_numbered_by_name(wire: Wire) -> None:
    versions = [wire("POST", "/artifacts", EMPTY_FIELDS).ok(201)["version"] for _ in range(3)]
    assert versions == ["1", "2", "3"]


def test_parents_by_reference(wire: Wire) -> None:
    wire.register(artifact_id="id-1", name="raw")
    wire.register(artifact_id="a", parents=["raw:v1"])
    assert wire("GET", "/artifacts/a").ok()["parent_ids"] == ["id-1"]
    problem = wire("POST", "/artifacts", {"name": "n", "artifact_type": "T", "parents": ["nope"]}).problem(
        404, "not-found"
    )
    assert problem["field"] == "parents"
    assert "'nope'" in problem["detail"]
    batch = {"artifacts": [{"artifact_id": "b", "name": "n", "artifact_type": "T", "parents": ["raw"]}]}
    wire("POST", "/artifacts/batch", batch).ok(201)
    assert wire("GET", "/artifacts/b").ok()["parent_ids"] == ["id-1"]
    wire.register(artifact_id="c")
    assert wire("POST", "/artifacts/c/parents", {"parents": ["raw"]}).ok()["parent_ids"] == ["id-1"]
    answer = wire("POST", "/artifacts/c/parents", {"parent_ids": ["raw"]}).ok()
    assert answer["parent_ids"] == ["id-1", "raw"]
    assert "it is the name of 'id-1'" in answer["warnings"][0]


def test_a_stream_refuses_references(wire: Wire) -> None:
    line = b'{"name": "n", "artifact_type": "T", "parents": ["raw"]}\n'
    reply = wire("POST", "/import", line, headers={"Content-Type": "application/x-ndjson"})
    assert b"parents is not taken in a stream" in reply.body
