"""References and names over HTTP."""

from __future__ import annotations

import pytest

from catalog_graph.lineage import PACKED
from tests.server.wire import Wire


@pytest.fixture
def named(wire: Wire) -> Wire:
    for number, name in enumerate(["team/model", "team/model", "a%2Fb"]):
        wire.register(artifact_id=f"i{number}", name=name, parent_ids=["raw"], created_at=f"2026-01-0{number + 1}")
    return wire


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("team/model", "i1"),
        ("team%2Fmodel", "i1"),
        ("team/model:v1", "i0"),
        ("team%2Fmodel%3Av1", "i0"),
        ("team/model:latest", "i1"),
        ("a%2Fb", "i2"),
        ("a%252Fb", "i2"),
        ("i0", "i0"),
    ],
)
def test_lineage_takes_references_and_names_the_id(named: Wire, path: str, root: str) -> None:
    answer = named("GET", f"/artifacts/{path}/upstream").ok()
    assert (answer["root"]["artifact_id"], answer["total"]) == (root, 1)
    assert named("GET", f"/artifacts/{path}/lineage").ok()["artifact"]["artifact_id"] == root
    assert named("GET", f"/artifacts/{path}/impact").ok()["lineage"]["root"]["artifact_id"] == root


def test_the_other_parameters_of_questions_take_references(named: Wire) -> None:
    assert named("GET", "/artifacts/raw/paths?target=team/model").ok()["target"]["artifact_id"] == "i1"
    assert named("GET", "/artifacts/i0/diff?with=team/model").ok()["right"]["artifact_id"] == "i1"
    assert named("GET", "/artifacts/raw/what-if?without=team/model").ok()["without"][0]["artifact_id"] == "i1"
    assert named("GET", "/artifacts/raw/downstream?without=team/model:v2").ok()["total"] == 2
    for question in ("upstream", "downstream", "impact", "what-if"):
        problem = named("GET", f"/artifacts/raw/{question}?without=team/model:v2&without=team/model:v9")
        assert problem.problem(404, "not-found")["versions"] == ["2", "1"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/artifacts/team/model", None),
        ("DELETE", "/artifacts/team/model", None),
        ("PUT", "/artifacts/team/model/tags", {"x": 1}),
        ("POST", "/artifacts/team/model/parents", {"parent_ids": ["p"]}),
    ],
)
def test_the_routes_of_one_artifact_take_ids_alone(named: Wire, method: str, path: str, body: object) -> None:
    named(method, path, body).problem(404, "not-found")


def test_what_a_reference_stands_for(named: Wire) -> None:
    answer = {"reference": "team/model:1", "artifact_id": "i0"}
    assert named("GET", "/resolve?reference=team/model:1").ok() == answer
    problem = named("GET", "/resolve?reference=team/model:7").problem(404, "not-found")
    assert (problem["artifact_id"], problem["versions"]) == ("team/model:7", ["2", "1"])
    assert named("GET", "/resolve").problem(422, "invalid-input")["field"] == "reference"
    named("GET", "/artifacts/team/model:7/upstream").problem(404, "not-found")
    named("GET", "/artifacts/team/model:7/lineage").problem(404, "not-found")


def test_the_history_of_a_name(named: Wire) -> None:
    page = named("GET", "/versions?name=team/model&limit=1").ok()
    assert (page["name"], page["complete"], page["items"][0]["changes"]["since"]) == ("team/model", False, "i0")
    rest = named("GET", f"/versions?name=team/model&cursor={page['cursor']}").ok()
    assert [item["changes"] for item in rest["items"]] == [None]
    assert rest["items"][0]["artifact"] == named("GET", "/artifacts/i0").ok()
    assert named("GET", "/versions?name=nobody").problem(404, "not-found")["name"] == "nobody"
    assert named("GET", "/versions").problem(422, "invalid-input")["field"] == "name"
    assert named("GET", "/versions?name=team/model&limit=0").problem(422, "invalid-input")["field"] == "limit"


def test_exact_is_an_id_and_nothing_else(named: Wire) -> None:
    named.register(artifact_id="c", name="child", parent_ids=["team/model"])
    for path in ("/artifacts/team%2Fmodel/upstream", "/artifacts/team%2Fmodel/downstream?form=columns"):
        answer = named("GET", path, headers={"Accept": f"{PACKED}, application/json"}).ok()
        assert "'team/model' is read as the name of 'i1'" in answer["warnings"][0]
        assert "exact=true" in answer["warnings"][0]
    assert named("GET", "/artifacts/team%2Fmodel/downstream").ok()["total"] == 0
    assert named("GET", "/artifacts/team%2Fmodel/downstream?exact=true").ok()["total"] == 1
    assert "warnings" not in named("GET", "/artifacts/team%2Fmodel/downstream?exact=true").ok()
    assert "warnings" not in named("GET", "/artifacts/i1/downstream").ok()
    resolved = named("GET", "/resolve?reference=team/model").ok()
    assert (resolved["artifact_id"], len(resolved["warnings"])) == ("i1", 1)
    assert named("GET", "/resolve?reference=team/model&exact=true").ok()["artifact_id"] == "team/model"
    assert named("GET", "/resolve?reference=team/model:v1&exact=true").status == 404
    assert named("GET", "/artifacts/raw/paths?target=team/model:v1&exact=true").status == 404
    assert named("GET", "/aliases?artifact_id=team/model:v1&exact=true").ok()["items"] == []
    assert named("GET", "/artifacts/i1/impact?exact=yes").status == 422
