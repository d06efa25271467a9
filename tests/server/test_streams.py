"""Whole catalogs as NDJSON over HTTP."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.transfer.ndjson import MAX_LINE
from catalog_graph.transfer.push_pull import BATCH_ROWS
from tests.server.wire import Reply, Wire, read_reply

AS_LINES = {"Content-Type": "application/x-ndjson; charset=utf-8"}
ENTRY: dict[str, Any] = {"name": "n", "artifact_type": "T"}


def lines(*objects: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in objects)


def lines_of(reply: Reply) -> list[dict[str, Any]]:
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, "application/x-ndjson"), reply.body
    return [json.loads(line) for line in reply.body.splitlines()]


@pytest.mark.parametrize("path", ["/import", "/artifacts/batch"])
def test_lines_go_in(wire: Wire, path: str) -> None:
    body = lines(
        {**ENTRY, "artifact_id": "b", "parent_ids": ["a"]}, {**ENTRY, "name": 5}, {**ENTRY, "artifact_id": "a"}
    )
    for outcome in ("new", "known"):
        counts = {"new": 0, "known": 0, "changed": 0, outcome: 2, "left_out": 2}
        kinds = {"artifact": {"left_out": 2, outcome: 2}}
        last = {
            "lines": 4,
            "registered": 2,
            **counts,
            "incomplete": False,
            "kinds": kinds,
            "warnings": [],
            "format": 2,
            "done": True,
        }
        *bad, summary = lines_of(wire("POST", path, body + b"{", headers=AS_LINES))
        assert [(each["line"], each["reason"].partition(",")[0]) for each in bad] == [
            (4, "it is not valid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            (2, "name must be text"),
        ]
        assert summary == last
    assert wire("GET", "/artifacts/b/upstream").ok()["nodes"][0]["state"] == "registered"


def test_many_lines_are_registered_a_thousand_at_a_time(wire: Wire) -> None:
    body = lines(*({**ENTRY, "uri": f"u{n}"} for n in range(2 * BATCH_ROWS + 1)))
    for _ in range(2):
        *progress, summary = lines_of(wire("POST", "/import", body, headers=AS_LINES))
        assert [each["lines"] for each in progress] == [BATCH_ROWS, 2 * BATCH_ROWS]
        assert summary["registered"] == 2 * BATCH_ROWS + 1
    exported = lines_of(wire("GET", "/export"))
    assert len(exported) == len({each["artifact_id"] for each in exported}) == 2 * BATCH_ROWS + 1


def test_lines_in_chunks_of_any_size(wire: Wire) -> None:
    """The client does not read the response meanwhile, and a line between is too long."""
    body = lines({**ENTRY, "artifact_id": "a"}, {"x": "y" * (MAX_LINE + 100)}, {**ENTRY, "artifact_id": "é"})
    head = (
        f"POST {wire.prefix}/import HTTP/1.1\r\nHost: {wire.address[0]}:{wire.address[1]}\r\nConnection: close\r\n"
        "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(wire.address, timeout=60) as connection:
        connection.sendall(head.encode())
        sizes = [1, 2, 50, 40_000, 1_000_000, len(body)]
        while body:
            chunk, body = body[: sizes[0]], body[sizes[0] :]
            sizes = sizes[1:] or [len(body)]
            connection.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        bad, summary = lines_of(read_reply(connection))
    assert (bad["line"], summary["registered"], summary["lines"]) == (2, 2, 3)
    assert "limit of a line" in bad["reason"]


def test_what_is_exported_can_be_imported(wire: Wire) -> None:
    wire.register(artifact_id="a", tags={"x": [1, None]}, created_at="2026-01-01")
    wire.register(artifact_id="b", parent_ids=["a"], artifact_type="Model", created_at="2026-01-02")
    reply = wire("GET", "/export")
    assert lines_of(reply) == wire("GET", "/artifacts").ok()["items"]
    assert [each["artifact_id"] for each in lines_of(wire("GET", "/export?q=type:Model"))] == ["b"]
    assert [each["artifact_id"] for each in lines_of(wire("GET", '/export?tags={"x":[1,null]}'))] == ["a"]
    assert lines_of(wire("GET", "/export?q=nothing")) == []
    before = wire("GET", "/artifacts").ok()
    assert lines_of(wire("POST", "/import", reply.body, headers=AS_LINES))[-1]["registered"] == 2
    assert wire("GET", "/artifacts").ok() == before
    wire("GET", "/export?q=(").problem(422, "invalid-query")


def test_a_copy_that_is_exported_is_a_file_to_load(wire: Wire, tmp_path: Path) -> None:
    wire.register(artifact_id="a")
    wire.register(artifact_id="b", parent_ids=["a"])
    wire("DELETE", "/artifacts/b").ok()
    reply = wire("GET", "/export?format=2")
    assert [each["kind"] for each in lines_of(reply)][:: len(lines_of(reply)) - 1] == ["catalog", "end"]
    file = tmp_path / "copy.ndjson"
    file.write_bytes(reply.body)
    with ArtifactCatalog(db_path=":memory:") as catalog:
        assert catalog.load(file).whole
        assert catalog.undelete("b").parent_ids == ["a"]
    assert lines_of(wire("POST", "/import", reply.body, headers=AS_LINES))[-1]["left_out"] == 0
    cut = reply.body[: reply.body.rindex(b"\n", 0, -1) + 1]
    bad, summary = lines_of(wire("POST", "/import", cut, headers=AS_LINES))
    assert bad == {"line": None, "reason": "the copy has no last line: it is incomplete"}
    assert summary["incomplete"]


def test_naive_instants_are_utc(wire: Wire) -> None:
    body = lines({**ENTRY, "artifact_id": "a", "created_at": "2026-01-01T12:00:00"})
    lines_of(wire("POST", "/import", body, headers=AS_LINES))
    assert wire("GET", "/artifacts/a").ok()["created_at"] == "2026-01-01T12:00:00.000000+00:00"


def test_on_duplicate(wire: Wire) -> None:
    wire.register(content_hash="h")
    body = lines({**ENTRY, "content_hash": "h"})
    assert lines_of(wire("POST", "/import?on_duplicate=error", body, headers=AS_LINES))[-1]["left_out"] == 1
    wire("POST", "/import?on_duplicate=maybe", body, headers=AS_LINES).problem(422, "invalid-input")


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", None])
def test_no_other_type_is_read(wire: Wire, media_type: str | None) -> None:
    headers = {"Content-Type": media_type}
    wire("POST", "/import", lines(ENTRY), headers=headers).problem(415, "media-type")
    assert wire("GET", "/artifacts").ok()["items"] == []


def test_an_empty_stream(wire: Wire) -> None:
    counts = {"registered": 0, "new": 0, "known": 0, "changed": 0, "left_out": 0}
    summary = {"lines": 0, **counts, "incomplete": False, "kinds": {}, "warnings": [], "format": 2, "done": True}
    assert lines_of(wire("POST", "/import", b"", headers=AS_LINES)) == [summary]


def test_unknown_fields_and_parents_are_named_at_the_end(wire: Wire) -> None:
    wire.register(artifact_id="id-1", name="raw")
    body = lines(
        {**ENTRY, "artifact_id": "a", "parent_ids": ["b", "raw"], "parents_ids": ["x"]},
        {**ENTRY, "artifact_id": "c", "parents_ids": ["x"], "state": "registered"},
        {**ENTRY, "artifact_id": "b"},
    )
    summary = lines_of(wire("POST", "/import", body, headers=AS_LINES))[-1]
    assert summary["registered"] == 3
    assert summary["warnings"] == [
        "'parents_ids' is not a field of an entry and is ignored; did you mean parent_ids?",
        "parent_ids: 'raw' is not the id of an artifact; it is the name of 'id-1': send that id",
    ]
    many = lines({**ENTRY, **{f"zzz{number}": 1 for number in range(30)}})
    assert len(lines_of(wire("POST", "/import", many, headers=AS_LINES))[-1]["warnings"]) == 21
