"""Unknown fields: bodies of FlowyML's contract may have them; other bodies may not, since they may be misspelt."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.wire import Wire

POLICY = {"rules": [{"rule": "registered"}]}
ENTRY = {"name": "n", "artifact_type": "T"}


@pytest.mark.parametrize(
    ("method", "path", "body", "unknown"),
    [
        ("POST", "/artifacts/a/check-promotion", {"policy": POLICY, "alais": "champion"}, "alais"),
        ("POST", "/artifacts/a/promote", {"policy": POLICY, "alais": "champion"}, "alais"),
        ("POST", "/artifacts/a/promote", {"policy": POLICY, "alias": "champion", "By": "ann"}, "By"),
        ("PUT", "/aliases", {"name": "n", "alias": "x", "artifact_id": "a", "expects": None}, "expects"),
        ("POST", "/artifacts/a/parents", {"parent_ids": ["p"], "parent": []}, "parent"),
        ("POST", "/artifacts/batch", {"artifacts": [ENTRY], "on_duplicates": "error"}, "on_duplicates"),
        ("POST", "/artifacts/batch/get", {"artifact_ids": ["a"], "ids": []}, "ids"),
        ("POST", "/artifacts/batch/tags", {"tags": {"a": {"x": 1}}, "removed": {}}, "removed"),
    ],
)
def test_our_own_bodies_have_none(wire: Wire, method: str, path: str, body: dict[str, Any], unknown: str) -> None:
    wire.register(artifact_id="a")
    problem = wire(method, path, body).problem(422, "invalid-input")
    assert (problem["field"], problem["detail"]) == (
        unknown,
        f"{unknown} is not a field of this request; check its spelling",
    )
    assert wire("GET", "/aliases").ok()["items"] == []
    assert [item["artifact_id"] for item in wire("GET", "/artifacts").ok()["items"]] == ["a"]
    assert wire("GET", "/artifacts/a").ok()["tags"] == {}


def test_an_entry_may_have_some(wire: Wire) -> None:
    wire.register(artifact_id="a", lineage_depth=3)
    assert wire("POST", "/artifacts/batch", {"artifacts": [{**ENTRY, "lineage_depth": 3}]}).ok(201)["items"]
