"""Lineage over HTTP: direct neighbours, and any depth."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from pydantic import TypeAdapter

from catalog_graph.lineage import PACKED, Lineage
from catalog_graph.server.routes.lineage import JSON, TEXTS, LineageBody
from tests.server.wire import Wire


@pytest.fixture
def diamond(wire: Wire) -> Wire:
    """raw <- (left, right) <- top; raw derives from `never`, which nobody registered."""
    for artifact_id, parents in {"raw": ["never"], "left": ["raw"], "right": ["raw"], "top": ["left", "right"]}.items():
        wire.register(artifact_id=artifact_id, parent_ids=parents)
    return wire


def test_neighbours_are_entries_in_any_state(diamond: Wire) -> None:
    lineage = diamond("GET", "/artifacts/raw/lineage").ok()
    assert set(lineage) == {"artifact", "parents", "children"}
    assert lineage["artifact"] == diamond("GET", "/artifacts/raw").ok()
    assert [(e["artifact_id"], e["state"]) for e in lineage["parents"]] == [("never", "unregistered")]
    assert {e["artifact_id"] for e in lineage["children"]} == {"left", "right"}
    diamond("DELETE", "/artifacts/raw").ok()
    parents = diamond("GET", "/artifacts/left/lineage").ok()["parents"]
    assert [(e["artifact_id"], e["state"]) for e in parents] == [("raw", "deleted")]


def test_lineage_knows_what_was_never_registered(diamond: Wire) -> None:
    diamond("GET", "/artifacts/never").problem(404, "not-found")
    assert diamond("GET", "/artifacts/never/lineage").ok()["artifact"]["state"] == "unregistered"
    assert diamond("GET", "/artifacts/never/downstream").ok()["total"] == 4


def test_upstream_is_whole_and_nearest_first(diamond: Wire) -> None:
    lineage = diamond("GET", "/artifacts/top/upstream").ok()
    assert [(n["artifact_id"], n["depth"]) for n in lineage["nodes"]] == [
        ("left", 1),
        ("right", 1),
        ("raw", 2),
        ("never", 3),
    ]
    assert {tuple(edge) for edge in lineage["edges"]} == {
        ("top", "left"),
        ("top", "right"),
        ("left", "raw"),
        ("right", "raw"),
        ("raw", "never"),
    }
    assert lineage["root"]["artifact_id"] == "top"
    assert set(lineage["nodes"][0]) == {
        "artifact_id",
        "name",
        "artifact_type",
        "version",
        "created_at",
        "depth",
        "state",
        "aliases",
    }
    assert {k: lineage[k] for k in ("direction", "total", "complete", "stopped_by", "cursor", "changed")} == {
        "direction": "upstream",
        "total": 4,
        "complete": True,
        "stopped_by": None,
        "cursor": None,
        "changed": False,
    }


def test_downstream_goes_the_other_way(diamond: Wire) -> None:
    lineage = diamond("GET", "/artifacts/raw/downstream?depth=1").ok()
    assert [n["artifact_id"] for n in lineage["nodes"]] == ["left", "right"]
    assert (lineage["total"], lineage["complete"], lineage["stopped_by"]) == (2, False, "depth")


def test_columns_say_the_same_as_cards(diamond: Wire) -> None:
    for query in ("", "?limit=2", "?depth=2"):
        sign = "&" if query else "?"
        cards = Lineage.from_dict(diamond("GET", f"/artifacts/top/upstream{query}{sign}form=cards").ok())
        columns = Lineage.from_dict(diamond("GET", f"/artifacts/top/upstream{query}{sign}form=columns").ok())
        assert (cards.nodes, set(cards.edges), cards.total) == (columns.nodes, set(columns.edges), columns.total)
        assert (cards.stopped_by, cards.cursor) == (columns.stopped_by, columns.cursor)


def test_who_can_read_it_packed_gets_it_so(diamond: Wire) -> None:
    path, accept = "/artifacts/top/upstream?limit=3&form=columns", f"{PACKED}, application/json"
    plain, packed = diamond("GET", path), diamond("GET", path, headers={"Accept": accept})
    assert (packed.status, packed.headers["content-type"]) == (200, PACKED)
    assert Lineage.from_packed(packed.body) == Lineage.from_dict(plain.ok())
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept"
    for other in (f"{PACKED}.v2", f"{PACKED};q=0, application/json", "*/*"):
        assert diamond("GET", path, headers={"Accept": other}).headers["content-type"] == "application/json"
    cards = diamond("GET", "/artifacts/top/upstream?limit=3", headers={"Accept": accept}).ok()
    assert len(cards["nodes"]) == 3
    diamond("GET", "/artifacts/none/upstream?form=columns", headers={"Accept": accept}).problem(404, "not-found")


def test_a_limit_cuts_and_the_cursor_goes_on(diamond: Wire) -> None:
    first = diamond("GET", "/artifacts/top/upstream?limit=3").ok()
    assert (len(first["nodes"]), first["total"], first["complete"], first["stopped_by"]) == (3, 4, False, "limit")
    rest = diamond("GET", f"/artifacts/top/upstream?limit=3&cursor={quote(first['cursor'])}").ok()
    assert [n["artifact_id"] for n in rest["nodes"]] == ["never"]
    assert len(first["edges"]) + len(rest["edges"]) == 5


@pytest.mark.parametrize("limit", ["all", "250000", "250001", "9999999999"])
def test_a_limit_may_cover_all_nodes(diamond: Wire, limit: str) -> None:
    assert diamond("GET", f"/artifacts/top/upstream?limit={limit}").ok()["complete"] is True


@pytest.mark.parametrize("query", ["depth=-1", "depth=x", "depth=1.5", "form=rows", "limit=ALL"])
def test_bad_questions_are_refused(diamond: Wire, query: str) -> None:
    problem = diamond("GET", f"/artifacts/top/upstream?{query}").problem(422, "invalid-input")
    assert problem["field"] == query.partition("=")[0]


def test_an_empty_parameter_has_its_default(diamond: Wire) -> None:
    assert diamond("GET", "/artifacts/top/upstream?depth=&limit=&cursor=&form=").ok()["complete"] is True


@pytest.mark.parametrize("form", ["cards", "columns", *(form for form, kind in TEXTS.items() if kind == JSON)])
def test_each_form_of_json_is_documented(diamond: Wire, form: str) -> None:
    body = TypeAdapter(LineageBody).validate_json(diamond("GET", f"/artifacts/top/upstream?form={form}").body)
    assert TypeAdapter(LineageBody).dump_python(body)


def test_texts_for_other_programs(diamond: Wire) -> None:
    """Each form has its media type; a header says whether the lineage is whole."""
    diamond.register(artifact_id="end", parent_ids=["top"], source_step="report", source_run_id="r1")
    for form, kind in TEXTS.items():
        whole = diamond("GET", f"/artifacts/end/upstream?form={form}")
        assert (whole.status, whole.headers["content-type"]) == (200, kind)
        assert whole.headers["catalog-graph-complete"] == "true"
        cut = diamond("GET", f"/artifacts/end/upstream?form={form}&limit=1")
        assert cut.headers["catalog-graph-complete"] == "false"
        assert len(cut.body) < len(whole.body)
    steps = diamond("GET", "/artifacts/end/upstream?form=prov-json").ok()["activity"]
    assert [step["catalog:step"] for step in steps.values()] == ["report"]
    problem = diamond("GET", "/artifacts/end/upstream?form=prov").problem(422, "invalid-input")
    assert problem["field"] == "form"
