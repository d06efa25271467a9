"""Ids in paths, raw and percent-encoded, and invalid paths."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.server.wire import Wire

HARD_IDS = [
    "a/b",
    "a//b",
    "/",
    "//",
    "/a",
    "a/",
    "a/tags",
    "tags",
    "lineage",
    "a/lineage",
    "upstream/lineage",
    "search/x",
    "x/search",
    "batch/get",
    "a/search/b/by-hash",
    "a%41",
    "a%2Fb",
    "%",
    "%zz",
    "100%",
    "%25",
    ".",
    "..",
    "a/../b",
    "a/./b",
    "../../etc/passwd",
    "a?b",
    "a#b",
    "a&b=c",
    "a+b",
    "a b",
    "é😀",
    "a:b@c",
    "a;v=1",
    "s3://bucket/key",
    "\\",
    "{artifact_id}",
    "artifacts",
    "SEARCH",
    "a\u2028b",
]


@pytest.mark.parametrize("artifact_id", HARD_IDS)
def test_every_route_takes_a_percent_encoded_id(wire: Wire, artifact_id: str) -> None:
    at = f"/artifacts/{quote(artifact_id, safe='')}"
    wire.register(artifact_id=artifact_id, tags={"a": 1})
    assert wire("GET", at).ok()["artifact_id"] == artifact_id
    assert wire("PUT", f"{at}/tags", {"b": 2}).ok()["tags"] == {"a": 1, "b": 2}
    assert wire("DELETE", f"{at}/tags?key=a").ok()["tags"] == {"b": 2}
    assert wire("POST", f"{at}/parents", {"parent_ids": ["p"]}).ok()["parent_ids"] == ["p"]
    assert wire("GET", f"{at}/lineage").ok()["artifact"]["artifact_id"] == artifact_id
    assert wire("GET", f"{at}/upstream").ok()["root"]["artifact_id"] == artifact_id
    assert wire("GET", f"{at}/downstream").ok()["root"]["artifact_id"] == artifact_id
    assert wire("DELETE", f"{at}/parents?parent_id=p").ok()["parent_ids"] == []
    assert wire("DELETE", at).ok()["artifact_id"] == artifact_id


def takes_raw(artifact_id: str) -> bool:
    """Return True if an id can stand in a path unquoted, and names no sub-route there."""
    return artifact_id.isascii() and not set(" ?#") & set(artifact_id) and not artifact_id.endswith("/lineage")


@pytest.mark.parametrize("artifact_id", [i for i in HARD_IDS if takes_raw(i)])
def test_an_id_is_taken_as_it_is_too(wire: Wire, artifact_id: str) -> None:
    wire.register(artifact_id=artifact_id)
    assert wire("GET", f"/artifacts/{artifact_id}").ok()["artifact_id"] == artifact_id
    assert wire("PUT", f"/artifacts/{artifact_id}/tags", {"b": 2}).ok()["tags"] == {"b": 2}
    assert wire("GET", f"/artifacts/{artifact_id}/lineage").ok()["artifact"]["artifact_id"] == artifact_id
    assert wire("GET", f"/artifacts/{artifact_id}/upstream?limit=5").ok()["root"]["artifact_id"] == artifact_id


def test_the_raw_id_comes_before_the_decoded_one(wire: Wire) -> None:
    wire.register(artifact_id="aA", name="decoded")
    assert wire("GET", "/artifacts/a%41").ok()["name"] == "decoded"
    wire.register(artifact_id="a%41", name="as it is")
    assert wire("GET", "/artifacts/a%41").ok()["name"] == "as it is"
    assert wire("GET", "/artifacts/a%2541").ok()["name"] == "as it is"
    assert wire("GET", "/artifacts/aA").ok()["name"] == "decoded"
    wire("DELETE", "/artifacts/a%41").ok()
    assert wire("GET", "/artifacts/a%41").ok()["name"] == "decoded"


def test_decoding_is_done_once(wire: Wire) -> None:
    wire.register(artifact_id="aA")
    wire("GET", "/artifacts/a%2541").problem(404, "not-found")


def test_the_last_raw_segment_names_the_sub_route(wire: Wire) -> None:
    wire.register(artifact_id="a")
    wire.register(artifact_id="a/lineage", name="child", parent_ids=["a"])
    assert "children" in wire("GET", "/artifacts/a/lineage").ok()
    assert wire("GET", "/artifacts/a%2Flineage").ok()["name"] == "child"
    assert wire("GET", "/artifacts/a/line%61ge").ok()["name"] == "child"
    assert wire("GET", "/artifacts/a/lineage/lineage").ok()["artifact"]["name"] == "child"


def test_a_word_is_a_sub_route_only_for_its_methods(wire: Wire) -> None:
    wire.register(artifact_id="a/tags", name="not the tags of a")
    wire.register(artifact_id="a")
    assert wire("GET", "/artifacts/a/tags").ok()["name"] == "not the tags of a"
    assert wire("PUT", "/artifacts/a/tags", {"x": 1}).ok()["artifact_id"] == "a"
    assert wire("PUT", "/artifacts/a/tags/tags", {"x": 1}).ok()["artifact_id"] == "a/tags"


def test_reserved_words_cannot_be_reached_by_encoding_them(wire: Wire) -> None:
    for word in ("%73earch", "by%2Dhash", "b%61tch"):
        wire("GET", f"/artifacts/{word}").problem(404, "not-found")
    wire("PUT", "/artifacts/search/tags", {"a": 1}).problem(422, "invalid-input")
    wire("GET", "/artifacts/batch").problem(422, "invalid-input")


@pytest.mark.parametrize("path", ["a%00b", "a%0Ab", "%C3%28", "%FF", "x" * 513, "%41" * 600])
def test_what_no_id_can_be_is_refused_clearly(wire: Wire, path: str) -> None:
    reply = wire("GET", f"/artifacts/{path}")
    assert reply.status in (404, 413, 422)
    assert reply.headers["content-type"] == "application/problem+json"
    assert len(reply.body) < 2000


def test_long_ids_may_be_encoded_to_three_times_their_length(wire: Wire) -> None:
    artifact_id = "%" * 512
    wire.register(artifact_id=artifact_id)
    assert wire("GET", f"/artifacts/{'%25' * 512}").ok()["artifact_id"] == artifact_id


@pytest.mark.parametrize("path", ["root:/api", "/artifact", "/artifacts/", "root:/x", "root:/healthz/"])
def test_unknown_addresses_are_404_problems(wire: Wire, path: str) -> None:
    wire("GET", path).problem(404, "no-route")


def test_an_empty_id_is_no_address(wire: Wire) -> None:
    wire("PUT", "/artifacts//tags", {"a": 1}).problem(404, "no-route")
    wire("GET", "/artifacts//lineage").problem(404, "no-route")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/artifacts", "GET, POST"),
        ("DELETE", "/artifacts", "GET, POST"),
        ("POST", "/artifacts/a", "DELETE, GET"),
        ("PUT", "/artifacts/a", "DELETE, GET"),
        ("POST", "/artifacts/a/b/c", "DELETE, GET"),
        ("POST", "root:/healthz", "GET"),
        ("TRACE", "/artifacts", "GET, POST"),
        ("OPTIONS", "/artifacts", "GET, POST"),
    ],
)
def test_other_methods_are_405_problems(wire: Wire, method: str, path: str, allowed: str) -> None:
    reply = wire(method, path)
    reply.problem(405, "method-not-allowed")
    assert reply.headers["allow"] == allowed


def test_an_absolute_target_is_taken(wire: Wire) -> None:
    host, port = wire.address
    wire.register(artifact_id="a/b")
    request = (
        f"GET http://{host}:{port}/api/v1/catalog/artifacts/a%2Fb HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    assert wire.raw(request.encode()).ok()["artifact_id"] == "a/b"


def test_bytes_that_are_no_http_are_refused(wire: Wire) -> None:
    assert wire.raw(b"GET /api/v1/catalog/artifacts/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 400
    assert wire.raw(b"nonsense\r\n\r\n").status == 400
