"""Random bodies and paths: each gets a response or a problem document, never a fault."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog_graph.artifact import same_json
from tests.server.wire import Reply, Wire

anywhere = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(["\0", "a\nb", "é", "x" * 600])
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
FIELDS = [
    "artifact_id",
    "name",
    "artifact_type",
    "content_hash",
    "source_step",
    "parent_ids",
    "tags",
    "metadata",
    "uri",
    "created_at",
    "version",
]
anything = st.dictionaries(st.sampled_from(FIELDS), values, max_size=len(FIELDS))
likely = st.fixed_dictionaries(
    {"name": texts, "artifact_type": texts, "tags": st.dictionaries(texts, values, max_size=3)},
    optional={"parent_ids": st.lists(texts, max_size=3), "metadata": st.dictionaries(texts, values, max_size=3)},
)


def fits(reply: Reply) -> bool:
    """Check that a response is one that the API documents; return True if it is no error."""
    assert reply.status < 500, reply
    if reply.status >= 400:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json["status"] == reply.status
        assert reply.json["detail"]
        assert len(reply.body) < 4000
        return False
    if reply.status == 307:
        assert reply.headers["location"] == "/docs"
        return True
    reply.ok(reply.status)
    return True


@anywhere
@given(content=anything | likely | values)
def test_any_json_is_taken_or_refused(wire: Wire, content: Any) -> None:
    before = len(wire("GET", "/artifacts?limit=10000").ok()["items"])
    reply = wire("POST", "/artifacts", content)
    after = len(wire("GET", "/artifacts?limit=10000").ok()["items"])
    if not fits(reply):
        assert after == before
        return
    artifact_id = reply.json["artifact_id"]
    entry = wire("GET", f"/artifacts/{quote(artifact_id, safe='')}").ok()
    if reply.json["created"]:
        assert after == before + 1
        assert same_json(entry["tags"], content.get("tags") or {})
        assert same_json(entry["metadata"], content.get("metadata") or {})


@anywhere
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused(wire: Wire, content: bytes) -> None:
    for method, path in (("POST", "/artifacts"), ("POST", "/artifacts/batch"), ("POST", "/artifacts/batch/get")):
        fits(wire(method, path, content))
    assert wire("GET", "/artifacts").ok()["items"] == []


@anywhere
@given(content=st.recursive(st.floats() | st.integers(), lambda inner: st.lists(inner, max_size=3)))
def test_what_is_no_json_number_is_never_stored(wire: Wire, content: Any) -> None:
    body = {"name": "n", "artifact_type": "T", "metadata": {"a": content}}
    reply = wire("POST", "/artifacts", json.dumps(body).encode())
    assert fits(reply) == storable(content)


def storable(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(storable, value))
    return math.isfinite(value) if isinstance(value, float) else -(2**63) <= value < 2**63


paths = st.text(st.sampled_from("ab/%.~+&=;:@,!$'()*25Ffsearchtags\\{}|^`\"<>"), max_size=40)


@anywhere
@given(path=paths, method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH"]))
def test_any_path_is_answered(wire: Wire, path: str, method: str) -> None:
    fits(wire(method, f"/artifacts/{path}"))
    fits(wire(method, f"/{path}"))


@anywhere
@given(artifact_id=texts.filter(lambda text: text not in ("", "search")))
def test_an_id_that_is_registered_can_be_read(wire: Wire, artifact_id: str) -> None:
    """Nothing can have the id `search`, whose path is that of the search."""
    reply = wire("POST", "/artifacts", {"artifact_id": artifact_id, "name": "n", "artifact_type": "T"})
    taken = fits(reply)
    lookup = wire("GET", f"/artifacts/{quote(artifact_id, safe='')}")
    assert fits(lookup) == taken
    assert not taken or lookup.json["artifact_id"] == artifact_id


@anywhere
@given(
    name=st.sampled_from(["q", "limit", "cursor", "tags", "artifact_type", "hash", "depth", "form", "key"]), value=texts
)
def test_any_parameter_is_answered(wire: Wire, name: str, value: str) -> None:
    for path in (
        "/artifacts",
        "/artifacts/search",
        "/artifacts/by-hash",
        "/artifacts/a/upstream",
        "/artifacts/a/lineage",
    ):
        fits(wire("GET", f"{path}?{name}={quote(value)}"))
