"""Lists, search and the look-up by hash."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest

from tests.server.wire import Wire


def ids(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["artifact_id"] for item in page["items"]]


@pytest.fixture
def five(wire: Wire) -> Wire:
    """Register the artifacts a to e, e the newest."""
    for number, artifact_id in enumerate("abcde"):
        wire.register(
            artifact_id=artifact_id,
            name=f"fraud_{artifact_id}",
            artifact_type="Model" if number % 2 else "Dataset",
            source_pipeline="daily" if number < 3 else "weekly",
            source_step=f"step{number}",
            content_hash="same" if number else "first",
            tags={"stage": "production" if number > 2 else "dev", "n": number, "flag": True},
            created_at=f"2026-03-0{number + 1}T00:00:00+00:00",
        )
    return wire


def test_a_list_is_newest_first(five: Wire) -> None:
    others = {"complete": True, "cursor": None, "total": None, "facets": None, "did_you_mean": None}
    assert five("GET", "/artifacts").ok() | {"items": None} == {"items": None, **others}
    assert ids(five("GET", "/artifacts").ok()) == ["e", "d", "c", "b", "a"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"artifact_type": "Model"}, "db"),
        ({"source_pipeline": "daily"}, "cba"),
        ({"source_step": "step3"}, "d"),
        ({"artifact_type": "Model", "source_pipeline": "daily"}, "b"),
        ({"artifact_type": "", "source_pipeline": "", "source_step": "", "limit": "", "tags": "", "q": ""}, "edcba"),
        ({"tags": {"stage": "production"}}, "ed"),
        ({"tags": {"stage": "production", "n": 3}}, "d"),
        ({"tags": {"n": 3.0}}, "d"),
        ({"tags": {"n": "3"}}, ""),
        ({"tags": {"flag": 1}}, ""),
        ({"tags": {"flag": True}, "artifact_type": "Model"}, "db"),
        ({"tags": {}}, "edcba"),
        ({"q": "stage:production"}, "ed"),
        ({"q": "stage:production", "artifact_type": "Model"}, "d"),
        ({"limit": "2"}, "ed"),
        ({"unknown": "x"}, "edcba"),
        ({"artifact_type": "Nothing"}, ""),
    ],
)
def test_filters_must_all_match(five: Wire, parameters: dict[str, object], expected: str) -> None:
    query = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in parameters.items()}
    assert ids(five("GET", f"/artifacts?{urlencode(query)}").ok()) == list(expected)


def test_cursors_lead_through_all_pages(five: Wire) -> None:
    seen, cursor = [], ""
    for _ in range(3):
        page = five("GET", f"/artifacts?limit=2&cursor={quote(cursor)}").ok()
        seen += ids(page)
        assert page["complete"] is (page["cursor"] is None)
        cursor = page["cursor"] or ""
    assert seen == ["e", "d", "c", "b", "a"]
    assert page["complete"] is True


@pytest.mark.parametrize("route", ["/artifacts", "/artifacts/search", "/artifacts/e/upstream"])
@pytest.mark.parametrize("bad", ["0", "-1", "ten", "1.5", "1e3", "%20", "1 ", "%D9%A1", "NaN", "+1", "0x10"])
def test_bad_limits_are_refused(five: Wire, route: str, bad: str) -> None:
    if bad == "1 ":
        bad = "1%20"
    problem = five("GET", f"{route}?limit={bad}").problem(422, "invalid-input")
    assert problem["field"] == "limit"


def test_a_limit_past_all_bounds_is_served(five: Wire) -> None:
    for limit in ("10001", "99999999999999999999999"):
        assert ids(five("GET", f"/artifacts?limit={limit}").ok()) == ["e", "d", "c", "b", "a"]


@pytest.mark.parametrize(
    "bad", ["{", "[]", "3", "null", '"a"', '{"a":NaN}', '{"a":1e999}', '{"a":"\\ud800"}', "{'a':1}", "stage=dev"]
)
def test_tags_that_are_no_object_are_refused(wire: Wire, bad: str) -> None:
    problem = wire("GET", f"/artifacts?tags={quote(bad)}").problem(422, "invalid-input")
    assert problem["field"].startswith("tags")
    assert "expected" not in problem["detail"]


@pytest.mark.parametrize("route", ["/artifacts", "/artifacts/search", "/artifacts/e/upstream"])
def test_an_invalid_cursor_is_refused(five: Wire, route: str) -> None:
    for bad in ("nonsense", "%00", "e30", "bm9uc2Vuc2U"):
        five("GET", f"{route}?cursor={bad}").problem(422, "invalid-input")


def test_search_routes_before_ids(five: Wire) -> None:
    assert ids(five("GET", "/artifacts/search?q=fraud_c").ok()) == ["c"]
    assert set(five("GET", "/artifacts/search?q=fraud&limit=2").ok()) == set(five("GET", "/artifacts").ok())
    assert ids(five("GET", "/artifacts/search?q=fraud&limit=2").ok()) == ["e", "d"]
    assert ids(five("GET", "/artifacts/search?q=").ok()) == ["e", "d", "c", "b", "a"]
    assert ids(five("GET", "/artifacts/search").ok()) == ["e", "d", "c", "b", "a"]


@pytest.mark.parametrize("route", ["/artifacts", "/artifacts/search"])
def test_the_counts_of_a_page(five: Wire, route: str) -> None:
    page = five("GET", f"{route}?q=fraud&limit=2&total=true&facets=type,stage,tag.n&exact_facets=true").ok()
    assert (ids(page), page["total"], page["did_you_mean"]) == (["e", "d"], 5, None)
    assert page["facets"]["by"]["type"] == {"values": {"Dataset": 3, "Model": 2}, "other": 0, "distinct": 2}
    assert page["facets"]["by"]["stage"]["values"] == {"dev": 3, "production": 2}
    assert list(page["facets"]["by"]) == ["type", "stage", "tag.n"]
    assert (page["facets"]["counted"], page["facets"]["complete"]) == (5, True)
    assert five("GET", f"{route}?q=fruad_b").ok()["did_you_mean"] == "fraud_b"


@pytest.mark.parametrize("route", ["/artifacts", "/artifacts/search"])
def test_the_order_can_be_by_age_alone(five: Wire, route: str) -> None:
    assert ids(five("GET", f"{route}?q=fraud_a OR fraud".replace(" ", "%20")).ok()) == ["e", "d", "c", "b", "a"]
    five.register(artifact_id="f", name="xfraud", created_at="2026-04-01T00:00:00+00:00")
    assert ids(five("GET", f"{route}?q=fraud&order=best").ok()) == ["e", "d", "c", "b", "a", "f"]
    assert ids(five("GET", f"{route}?q=fraud&order=newest").ok()) == ["f", "e", "d", "c", "b", "a"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ("total=1", "total"),
        ("total=True", "total"),
        ("exact_facets=yes", "exact_facets"),
        ("order=oldest", "order"),
        ("facets=name", "facets"),
    ],
)
def test_unknown_values_are_refused(five: Wire, parameters: str, field: str) -> None:
    assert five("GET", f"/artifacts?{parameters}").problem(422, "invalid-input")["field"] == field
    keys = ",".join(map(str, range(21)))
    assert five("GET", f"/artifacts/search?facets={keys}").problem(413, "limit-exceeded")["field"] == "facets"


def test_underscore_and_percent_are_no_wildcards(five: Wire) -> None:
    assert ids(five("GET", "/artifacts/search?q=%25").ok()) == []
    assert ids(five("GET", "/artifacts/search?q=f_aud").ok()) == []


def test_a_text_that_cannot_be_read_points_at_its_column(wire: Wire) -> None:
    problem = wire("GET", "/artifacts/search?q=" + quote("stage:production (churn OR")).problem(422, "invalid-query")
    assert isinstance(problem["column"], int)


def test_a_search_text_is_bounded(wire: Wire) -> None:
    wire("GET", "/artifacts/search?q=" + "x" * 1025).problem(413, "limit-exceeded")
    wire("GET", "/artifacts/search?q=%00").problem(422, "invalid-input")


def test_by_hash_finds_the_oldest_and_routes_before_ids(five: Wire) -> None:
    assert five("GET", "/artifacts/by-hash?hash=same").ok()["artifact_id"] == "b"
    for query in ("?hash=other", "?hash=", ""):
        assert five("GET", f"/artifacts/by-hash{query}").ok() is None


def test_by_hash_forgets_what_is_deleted(five: Wire) -> None:
    five("DELETE", "/artifacts/b").ok()
    assert five("GET", "/artifacts/by-hash?hash=same").ok()["artifact_id"] == "c"


@pytest.mark.long
def test_more_than_ten_thousand_are_served_as_ten_thousand(wire: Wire) -> None:
    artifacts = [{"artifact_id": f"a{n}", "name": "n", "artifact_type": "T"} for n in range(10_000)]
    wire("POST", "/artifacts/batch", {"artifacts": artifacts}).ok(201)
    wire.register(artifact_id="one-more")
    page = wire("GET", "/artifacts?limit=10001").ok()
    assert (len(page["items"]), page["complete"]) == (10_000, False)
    rest = wire("GET", f"/artifacts?limit=10001&cursor={quote(page['cursor'])}").ok()
    assert (len(rest["items"]), rest["complete"], rest["cursor"]) == (1, True, None)
