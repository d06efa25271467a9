"""Aliases over HTTP, and the names of clients and keys in their history."""

from __future__ import annotations

from urllib.parse import quote

from tests.server.test_access import ADMIN_KEY, WRITE_KEY, bearer, guarded
from tests.server.wire import Wire

__all__ = ["guarded"]


def move(wire: Wire, **body: object) -> dict[str, object]:
    return dict(wire("PUT", "/aliases", {"name": "n/a b", "alias": "champion", **body}).ok())


def test_an_alias_of_a_name_with_any_sign(wire: Wire) -> None:
    first, second = (wire.register(name="n/a b") for _ in range(2))
    assert move(wire, artifact_id=first, expected=None)["before"] is None
    problem = wire("PUT", "/aliases", {"name": "n/a b", "alias": "champion", "artifact_id": second, "expected": None})
    assert problem.problem(409, "alias-conflict")["artifact_id"] == first
    assert move(wire, artifact_id="n/a b:v2", expected=first)["after"] == second
    name = quote("n/a b", safe="")
    [held] = wire("GET", f"/aliases?name={name}&alias=champion").ok()["items"]
    assert (held["artifact_id"], set(held)) == (second, {"name", "alias", "artifact_id", "by", "at"})
    assert wire("GET", f"/aliases?artifact_id={name}:v2").ok()["items"] == [held]
    assert wire("DELETE", f"/aliases?name={name}&alias=champion&expected={name}:v1").problem(409, "alias-conflict")
    assert move(wire, artifact_id=second, expected="n/a b:v2")["before"] == second
    assert wire("DELETE", f"/artifacts/{second}").problem(409, "alias-held")["aliases"] == ["n/a b@champion"]
    assert wire("DELETE", f"/artifacts/{second}?force=true&by=ann").ok()["deleted"]
    moves = wire("GET", f"/aliases/history?name={name}&limit=2").ok()
    assert [(m["before"], m["after"], m["by"]) for m in moves["items"]] == [(second, None, "ann"), (first, second, "")]
    assert moves["complete"] is False


def test_what_cannot_be_an_alias(wire: Wire) -> None:
    artifact_id = wire.register()
    body = {"name": "n", "alias": "champion", "artifact_id": artifact_id}
    for field, value in (("alias", "v3"), ("name", ""), ("by", 5), ("alias", None), ("expected", "")):
        assert wire("PUT", "/aliases", {**body, field: value}).problem(422, "invalid-input")["field"] == field
    wire("PUT", "/aliases", {"name": "n"}).problem(422, "invalid-input")
    wire("DELETE", "/aliases?name=n").problem(422, "invalid-input")
    wire("GET", "/aliases/history").problem(422, "invalid-input")
    wire("PUT", "/aliases", {**body, "artifact_id": "never"}).problem(404, "not-found")
    wire("DELETE", f"/artifacts/{artifact_id}?force=yes").problem(422, "invalid-input")


def test_the_history_names_the_key(guarded: Wire) -> None:
    body = {"name": "n", "alias": "champion", "artifact_id": "a"}
    assert guarded("PUT", "/aliases", body, headers=bearer(WRITE_KEY)).ok()["by"] == "key writer"
    body |= {"artifact_id": "b", "by": "ann"}
    assert guarded("PUT", "/aliases", body, headers=bearer(WRITE_KEY)).ok()["by"] == "ann (key writer)"
    body |= {"artifact_id": "a", "by": "x" * 256}
    assert guarded("PUT", "/aliases", body, headers=bearer(ADMIN_KEY)).ok()["by"] == "key env"
