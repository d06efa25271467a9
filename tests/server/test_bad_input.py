"""Bad input: a clear problem document, and nothing stored."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import pytest

from tests.server.wire import Wire, read_reply

SECRET = "a-value-that-must-not-come-back"


def body(inner: str) -> bytes:
    """Return an artifact with this JSON text as its metadata."""
    return f'{{"name": "n", "artifact_type": "T", "metadata": {inner}}}'.encode()


def nested(depth: int) -> bytes:
    return body('{"a": ' + "[" * depth + "]" * depth + "}")


BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "blank": b"   ",
    "no JSON": b"name=n",
    "cut short": b'{"name": "n", "artifact_type": "T"',
    "two values": b'{"name": "n", "artifact_type": "T"} {}',
    "single quotes": b"{'name': 'n', 'artifact_type': 'T'}",
    "a comma too many": b'{"name": "n", "artifact_type": "T",}',
    "NaN": body('{"a": NaN}'),
    "Infinity": body('{"a": -Infinity}'),
    "1e999": body('{"a": 1e999}'),
    "-1e999": body('{"a": {"b": [-1e999]}}'),
    "2**63": body(f'{{"a": {2**63}}}'),
    "-2**63 - 1": body(f'{{"a": {-(2**63) - 1}}}'),
    "5,000 digits": body('{"a": ' + "9" * 5000 + "}"),
    "half a surrogate pair": body('{"a": "\\ud800"}'),
    "the other half": body('{"a": "\\udc00\\ud800"}'),
    "half a pair in a key": body('{"\\ud800": 1}'),
    "half a pair in the name": b'{"name": "\\udfff", "artifact_type": "T"}',
    "not UTF-8": body('{"a": "é"}').decode().encode("latin-1"),
    "UTF-16": body("{}").decode().encode("utf-16"),
    "an encoded surrogate": body('{"a": "x"}').replace(b"x", b"\xed\xa0\x80"),
    "a byte order mark": b"\xef\xbb\xbf" + body("{}"),
    "NUL": body('{"a": "\\u0000"}'),
    "NUL in a key": body('{"\\u0000": 1}'),
    "NUL in the name": b'{"name": "a\\u0000b", "artifact_type": "T"}',
    "a raw control character": body('{"a": "\x01"}'),
    "a line break in the name": b'{"name": "a\\nb", "artifact_type": "T"}',
    "101 deep": nested(100),
    "150 deep": nested(150),
    "900 deep": nested(900),
    "1,000 deep": nested(1000),
    "100,000 deep": nested(100_000),
    "100,000 open": b"[" * 100_000,
    "100,000 deep where nothing is read": b'{"name": "n", "artifact_type": "T", "x": ' + b'{"a":' * 100_000,
    "a list": b"[]",
    "null": b"null",
    "text": b'"artifact"',
    "a number": b"3",
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("route", ["/artifacts", "/artifacts/batch"])
def test_broken_bodies_are_refused_and_nothing_is_stored(wire: Wire, what: str, route: str) -> None:
    content = BROKEN[what] if route == "/artifacts" else b'{"artifacts": [' + BROKEN[what] + b"]}"
    if what == "nothing" and route != "/artifacts":
        content = b""
    if what == "blank" and route != "/artifacts":
        content = b" "
    wire("POST", route, content).problem(422, "invalid-input")
    assert wire("GET", "/artifacts").ok()["items"] == []


@pytest.mark.parametrize("what", [w for w in BROKEN if w not in ("nothing", "null") and b"metadata" not in BROKEN[w]])
def test_broken_tags_are_refused(wire: Wire, what: str) -> None:
    artifact = wire.register(tags={"a": 1})
    if BROKEN[what].startswith(b'{"name": "n", "artifact_type": "T", "x"') or b'"name": "' not in BROKEN[what]:
        wire("PUT", f"/artifacts/{artifact}/tags", BROKEN[what]).problem(422, "invalid-input")
        assert wire("GET", f"/artifacts/{artifact}").ok()["tags"] == {"a": 1}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[(name, bad) for name in ("artifact_id", "name", "uri", "created_at", "version") for bad in (3, True, ["a"])],
        *[("content_hash", bad) for bad in (0, False, {"a": 1}, 1.5)],
        *[("parent_ids", bad) for bad in ("a", 3, {"a": 1}, [1], [None], [["a"]], True, [""])],
        *[(name, bad) for name in ("tags", "metadata") for bad in ("a", 3, [1], True, False, 0)],
    ],
)
def test_wrong_json_types_are_refused_and_named(wire: Wire, field: str, value: Any) -> None:
    content = {"name": "n", "artifact_type": "T", field: value}
    problem = wire("POST", "/artifacts", content).problem(422, "invalid-input")
    assert problem["field"].startswith(field)
    assert field in problem["detail"]
    assert wire("GET", "/artifacts").ok()["items"] == []


def test_numbers_keep_their_exact_values_up_to_64_bits(wire: Wire) -> None:
    numbers = {"low": -(2**63), "high": 2**63 - 1, "small": 5e-324, "large": 1.7976931348623157e308, "tenth": 0.1}
    artifact = wire.register(metadata=numbers, tags=numbers)
    entry = wire("GET", f"/artifacts/{artifact}").ok()
    assert entry["metadata"] == numbers
    assert entry["tags"] == numbers


def test_ninety_nine_levels_are_fine(wire: Wire) -> None:
    artifact = wire("POST", "/artifacts", nested(99)).ok(201)["artifact_id"]
    deep = wire("GET", f"/artifacts/{artifact}").ok()["metadata"]
    assert json.dumps(deep) == '{"a": ' + "[" * 99 + "]" * 99 + "}"


@pytest.mark.parametrize(
    ("field", "size", "most"),
    [
        ("name", 513, 512),
        ("artifact_type", 129, 128),
        ("uri", 8193, 8192),
        ("version", 129, 128),
        ("source_step", 513, 512),
    ],
)
def test_texts_past_their_limit_are_refused(wire: Wire, field: str, size: int, most: int) -> None:
    content = {"name": "n", "artifact_type": "T"}
    problem = wire("POST", "/artifacts", {**content, field: "x" * size}).problem(413, "limit-exceeded")
    assert problem["field"] == field
    assert f"{most:,}" in problem["detail"]
    wire("POST", "/artifacts", {**content, field: "x" * most}).ok(201)


def test_tags_metadata_and_parents_have_limits(wire: Wire) -> None:
    content: dict[str, Any] = {"name": "n", "artifact_type": "T"}
    for field, value in {
        "tags": {"a": "x" * 17_000},
        "metadata": {"a": "x" * 1_048_576},
        "parent_ids": [str(n) for n in range(10_001)],
    }.items():
        problem = wire("POST", "/artifacts", {**content, field: value}).problem(413, "limit-exceeded")
        assert problem["field"] == field
    artifact = wire.register(tags={"a": "x" * 16_000})
    assert wire("PUT", f"/artifacts/{artifact}/tags", {"b": "x" * 1000}).problem(413, "limit-exceeded")
    assert set(wire("GET", f"/artifacts/{artifact}").ok()["tags"]) == {"a"}


def test_a_refusal_never_quotes_the_body(wire: Wire) -> None:
    for content in (
        f'{{"name": {{"{SECRET}": 1}}, "artifact_type": "T"}}'.encode(),
        f'{{"name": "n", "artifact_type": "T", "tags": ["{SECRET}"]}}'.encode(),
        f'{{"name": "n", "artifact_type": "T", "metadata": {{"a": "{SECRET}", "b": NaN}}}}'.encode(),
        f'{{"name": "n", "metadata": {{"a": "{SECRET}"}}}}'.encode(),
        f'["{SECRET}"]'.encode(),
        f'"{SECRET}'.encode(),
    ):
        reply = wire("POST", "/artifacts", content)
        reply.problem(422, "invalid-input")
        assert SECRET.encode() not in reply.body


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_other_content_types_are_refused(wire: Wire, kind: str | None) -> None:
    content = {"name": "n", "artifact_type": "T"}
    wire("POST", "/artifacts", content, headers={"Content-Type": kind}).problem(415, "media-type")
    artifact = wire.register()
    reply = wire("PUT", f"/artifacts/{artifact}/tags", {"a": 1}, headers={"Content-Type": kind})
    reply.problem(415, "media-type")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;x=y"])
def test_json_is_taken_whatever_its_parameters(wire: Wire, kind: str) -> None:
    content = {"name": "n", "artifact_type": "T"}
    wire("POST", "/artifacts", content, headers={"Content-Type": kind}).ok(201)


LIMIT = 4 * 1024 * 1024


def padded(size: int) -> bytes:
    """Return a valid artifact of this size in bytes."""
    start = b'{"name": "n", "artifact_type": "T"'
    return start + b" " * (size - len(start) - 1) + b"}"


def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_not(wire: Wire) -> None:
    wire("POST", "/artifacts", padded(LIMIT)).ok(201)
    problem = wire("POST", "/artifacts", padded(LIMIT + 1)).problem(413, "limit-exceeded")
    assert f"{LIMIT:,}" in problem["detail"]
    assert len(wire("GET", "/artifacts").ok()["items"]) == 1


def test_metadata_of_its_limit_fits_in_a_body_even_if_escaped(wire: Wire) -> None:
    text = "é" * 524_000
    content = json.dumps({"name": "n", "artifact_type": "T", "metadata": {"a": text}}).encode()
    assert len(content) > 3_000_000
    artifact = wire("POST", "/artifacts", content).ok(201)["artifact_id"]
    assert wire("GET", f"/artifacts/{artifact}").ok()["metadata"] == {"a": text}


def test_a_batch_has_a_limit_of_its_own(wire: Wire) -> None:
    artifacts = b'{"artifacts": [' + padded(LIMIT * 2) + b"]}"
    wire("POST", "/artifacts/batch", artifacts).ok(201)
    wire("POST", "/artifacts/batch", padded(LIMIT * 16 + 1)).problem(413, "limit-exceeded")


def test_the_limit_holds_without_a_content_length(wire: Wire) -> None:
    reply = chunked(wire, [padded(1000), b" " * LIMIT, b" " * LIMIT])
    reply.problem(413, "limit-exceeded")
    assert chunked(wire, [padded(500), b" " * 500]).ok(201)["created"] is True
    assert len(wire("GET", "/artifacts").ok()["items"]) == 1


def chunked(wire: Wire, chunks: list[bytes]) -> Any:
    head = f"POST {wire.prefix}/artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    parts = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in [*chunks, b""])
    return wire.raw(head.encode() + parts)


def test_a_body_with_a_huge_declared_length_is_refused_at_once(wire: Wire) -> None:
    head = f"POST {wire.prefix}/artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    reply = wire.raw(f"{head}Content-Length: 99999999999\r\nConnection: close\r\n\r\n".encode())
    reply.problem(413, "limit-exceeded")


def test_a_client_that_goes_away_leaves_nothing(wire: Wire) -> None:
    head = f"POST {wire.prefix}/artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection(wire.address, timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode() + padded(900))
    time.sleep(0.2)
    assert wire("GET", "/artifacts").ok()["items"] == []


def test_a_connection_survives_a_refusal(wire: Wire) -> None:
    head = f"POST {wire.prefix}/artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection(wire.address, timeout=30) as connection:
        for content, status in ((b'{"name": NaN}', 422), (padded(LIMIT + 1), 413), (padded(100), 201)):
            connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
            assert read_reply(connection).status == status


def test_where_a_key_comes_twice_the_last_one_counts(wire: Wire) -> None:
    artifact = wire("POST", "/artifacts", body('{"a": 1, "a": 2}')).ok(201)["artifact_id"]
    assert wire("GET", f"/artifacts/{artifact}").ok()["metadata"] == {"a": 2}
