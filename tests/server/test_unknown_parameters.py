"""Query parameters and fields that the service does not know are refused, or named in the answer."""

from __future__ import annotations

import json

import pytest

from catalog_graph.server.paths import CONTRACT_ROUTES
from tests.server.wire import Wire

ENTRY = {"name": "n", "artifact_type": "T"}


@pytest.fixture
def stored(wire: Wire) -> Wire:
    wire.register(artifact_id="a", content_hash="h")
    return wire


@pytest.mark.parametrize(
    ("method", "path", "unknown", "meant"),
    [
        ("GET", "/artifacts?artifact_typ=T", "artifact_typ", "artifact_type"),
        ("GET", "/artifacts?type=T", "type", "artifact_type"),
        ("GET", "/artifacts/search?q=n&pipeline=p", "pipeline", "source_pipeline"),
        ("GET", "/artifacts/search?q=n&limits=3", "limits", "limit"),
        ("GET", "/artifacts/search?query=n", "query", "q"),
        ("GET", "/artifacts/a/upstream?query=n", "query", "where"),
        ("GET", "/artifacts/by-hash?hashe=h", "hashe", "hash"),
        ("DELETE", "/artifacts/a?forced=true", "forced", "force"),
        ("POST", "/artifacts?on_duplicates=reuse", "on_duplicates", "on_duplicate"),
        ("GET", "/artifacts/a/upstream?asof=2026-01-01", "asof", "as_of"),
        ("GET", "/artifacts/a/impact?tagkey=x", "tagkey", "tag_key"),
        ("GET", "/versions?nam=n", "nam", "name"),
        ("GET", "/aliases?aliass=x", "aliass", "alias"),
        ("GET", "/export?tag=x", "tag", "tags"),
    ],
)
def test_a_misspelt_parameter_is_refused(stored: Wire, method: str, path: str, unknown: str, meant: str) -> None:
    problem = stored(method, path, ENTRY).problem(422, "invalid-input")
    assert problem["field"] == unknown
    assert problem["detail"] == f"{unknown!r} is not a query parameter of this request; did you mean {meant}?"
    assert stored("GET", "/artifacts/a").ok()["artifact_id"] == "a"


@pytest.mark.parametrize("path", ["/artifacts/a/upstream", "/artifacts/a/paths", "/resolve", "/export", "/aliases"])
def test_our_own_routes_refuse_every_unknown_parameter(stored: Wire, path: str) -> None:
    problem = stored("GET", f"{path}?zzz=1").problem(422, "invalid-input")
    assert problem["detail"].startswith("'zzz' is not a query parameter of this request; it takes ")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/artifacts?newer=T"),
        ("GET", "/artifacts/search?q=n&newer=T"),
        ("GET", "/artifacts/by-hash?hash=h&newer=T"),
        ("GET", "/artifacts/a?newer=T"),
        ("GET", "/artifacts/a/lineage?newer=T"),
        ("PUT", "/artifacts/a/tags?newer=T"),
        ("POST", "/artifacts?newer=T"),
        ("DELETE", "/artifacts/a?newer=T"),
    ],
)
def test_the_contracts_routes_answer_and_name_others(stored: Wire, method: str, path: str) -> None:
    body = ENTRY if method == "POST" else {}
    reply = stored(method, path, body)
    assert reply.status in (200, 201)
    answer = json.loads(reply.body)
    assert answer.pop("warnings") == ["'newer' is not a query parameter of this request; it is ignored"]
    assert answer
    assert (reply.headers.get("location") is not None) == (method == "POST")


def test_the_contracts_routes_are_there(wire: Wire) -> None:
    from catalog_graph.server.app import create_app
    from tests.support.model import ModelBackend

    assert create_app(ModelBackend()).state.routes >= CONTRACT_ROUTES


def test_every_parameter_that_is_known_is_taken_empty(stored: Wire) -> None:
    empty = "q=&artifact_type=&source_pipeline=&source_step=&tags=&order=&limit=&cursor=&total=&facets=&exact_facets="
    assert "warnings" not in stored("GET", f"/artifacts?{empty}").ok()


def test_an_unknown_field_of_an_entry_is_named(wire: Wire) -> None:
    expected = "'parents_ids' is not a field of an entry and is ignored; did you mean parent_ids?"
    answer = wire("POST", "/artifacts", {**ENTRY, "parents_ids": ["p"], "zzz": 1}).ok(201)
    assert answer["warnings"] == [expected, "'zzz' is not a field of an entry and is ignored"]
    batch = {"artifacts": [{**ENTRY, "parents_ids": ["p"]}, {**ENTRY, "parents_ids": ["p"], "artifact_typ": "T"}]}
    first, second = wire("POST", "/artifacts/batch", batch).ok(201)["items"]
    assert first["warnings"] == [expected]
    assert second["warnings"] == [
        "'artifact_typ' is not a field of an entry and is ignored; did you mean artifact_type?"
    ]
    many = {f"zzz{n}": n for n in range(30)}
    warnings = wire("POST", "/artifacts", {**ENTRY, **many}).ok(201)["warnings"]
    assert (len(warnings), warnings[-1]) == (21, "and 10 more warnings about this request")


def test_what_an_answer_carries_is_sent_back_without_a_warning(stored: Wire) -> None:
    stored("PUT", "/aliases", {"name": "n", "alias": "x", "artifact_id": "a"}).ok()
    registration = stored("POST", "/artifacts", {**ENTRY, "artifact_id": "a"}).ok()
    entry = stored("GET", "/artifacts/a").ok()
    assert entry["aliases"] == ["x"]
    card = stored("GET", "/artifacts/a/upstream").ok()["root"]
    for answer in (entry, {**ENTRY, **registration}, card):
        assert stored("POST", "/artifacts", answer).ok()["warnings"] == []
        [item] = stored("POST", "/artifacts/batch", {"artifacts": [answer]}).ok()["items"]
        assert item["warnings"] == []
