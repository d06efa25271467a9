"""Cursors give no rights, whoever sends them: the key of the request alone decides, and what is malformed gets 422."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire

ADMIN, READ = (f"{scope}-key-0123456789" for scope in ("admin", "read"))
SETTINGS = ServerSettings(api_keys=f"{ADMIN}:admin {READ}:read")  # type: ignore[arg-type]
PAGES = {
    "/artifacts?": "/artifacts",
    "/artifacts?artifact_type=T": "/artifacts",
    "/artifacts/search?q=n": "/artifacts/search",
    "/artifacts/top/upstream?": "/artifacts/{artifact_id}/upstream",
    "/artifacts/a/downstream?": "/artifacts/{artifact_id}/downstream",
    "/artifacts/a/history?": "/artifacts/{artifact_id}/history",
    "/artifacts/b/history?": "/artifacts/{artifact_id}/history",
    "/versions?name=n": "/versions",
    "/aliases?name=n": "/aliases",
    "/aliases/history?name=n": "/aliases/history",
    "/audit?": "/audit",
    "/audit?kind=tagged": "/audit",
}
"""Questions with more than one page, and their routes: one for each route that takes a cursor, and some for others."""


class Question(NamedTuple):
    """A question with the cursor of its second page, which an administrator got."""

    url: str
    cursor: str

    def at(self, cursor: str) -> str:
        """Return the address of the page at a cursor."""
        return f"{self.url}&limit=1&cursor={quote(cursor, safe='')}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """Run a service with keys, on artifacts that give each question two pages."""
    path: Path = tmp_path_factory.mktemp("cursors") / "catalog.db"
    with LocalCatalogBackend(path) as backend, running(backend, SETTINGS) as url:
        wire = Wire(url, bearer(ADMIN))
        for artifact_id, parents in (("a", []), ("b", ["a"]), ("top", ["a", "b"])):
            wire.register(artifact_id=artifact_id, parent_ids=parents)
            for alias in ("x", "y"):
                wire("PUT", "/aliases", {"name": "n", "alias": alias, "artifact_id": artifact_id}).ok()
            wire("PUT", f"/artifacts/{artifact_id}/tags", {"t": 1}).ok()
        yield wire


@pytest.fixture(scope="module")
def questions(service: Wire) -> list[Question]:
    """Return all questions, with the cursors that an administrator got."""
    questions = [Question(url, service("GET", f"{url}&limit=1").ok()["cursor"]) for url in PAGES]
    assert all(question.cursor for question in questions)
    return questions


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_these_are_all_the_routes_with_cursors(service: Wire) -> None:
    paths = service("GET", "root:/openapi.json").ok()["paths"]
    taking = {
        path.removeprefix(service.prefix)
        for path, operations in paths.items()
        for operation in operations.values()
        if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ()))
    }
    assert taking == set(PAGES.values())


def test_the_cursor_of_an_administrator_gives_a_reader_what_a_reader_may_see(
    service: Wire, questions: list[Question]
) -> None:
    for question in questions:
        seen = service("GET", question.at(question.cursor), headers=bearer(READ))
        if question.url.startswith("/audit"):
            seen.problem(403, "forbidden")
        else:
            assert seen.json == service("GET", question.at(question.cursor)).ok(), question
        service("GET", question.at(question.cursor), headers={"Authorization": None}).problem(401, "unauthorized")


def test_the_cursor_of_another_question_is_refused(service: Wire, questions: list[Question]) -> None:
    """Those of the whole change record too, which are sent to routes that a reader may ask."""
    for asked, other in itertools.permutations(questions, 2):
        reply = service("GET", asked.at(other.cursor), headers=bearer(READ))
        if asked.url.startswith("/audit"):
            reply.problem(403, "forbidden")
        else:
            assert reply.problem(422, "invalid-input")["field"] == "cursor", (asked, other)


def test_a_malformed_cursor_is_refused(service: Wire, questions: list[Question]) -> None:
    for question in questions:
        for cursor in malformed(question.cursor):
            reply = service("GET", question.at(cursor))
            assert reply.problem(422, "invalid-input")["field"] == "cursor", (question, cursor)


def test_a_forged_position_shows_nothing_else(service: Wire, questions: list[Question]) -> None:
    """It is refused, or it is some place in the answer to the same question."""
    for question in {PAGES[question.url]: question for question in questions}.values():
        whole = items(service("GET", question.url).ok())
        for cursor in forged(question.cursor):
            reply = service("GET", question.at(cursor))
            if reply.status != 200:
                assert reply.problem(422, "invalid-input")["field"] == "cursor", (question, cursor)
            else:
                assert all(item in whole for item in items(reply.json)), (question, cursor)


def items(page: dict[str, Any]) -> list[Any]:
    """Return what a page lists."""
    return list(page["nodes"] if "nodes" in page else page["items"])


def malformed(cursor: str) -> Iterator[str]:
    """Yield texts that are no cursor, and a cursor with each of its parts replaced."""
    digest, moment, position = cursor.split(".", 2)
    yield from ("x", ".", "...", "\0", "é", "x" * 20_000, position, f"{digest}.{moment}", f"{cursor}~x")
    yield from (f"x{cursor}", f"{digest[::-1]}.{moment}.{position}", f"{digest}.{moment}x.{position}")
    yield from (f"{digest}.{moment}1.{position}", f"{digest}.-1.{position}", f"{digest}.{'f' * 40}.{position}")
    yield from (f"{cursor}~{encoded(parts)}" for parts in ({}, [1], ["a\nb"], ["x" * 9_000]))


def forged(cursor: str) -> Iterator[str]:
    """Yield cursors of the same question with other positions, of every type and number."""
    digest, moment, _ = cursor.split(".", 2)
    values = (-1, 2**62, 2**63, 1e308, None, "\0", "\ud800", "x" * 9_000)
    for length in range(1, 5):
        yield from (f"{digest}.{moment}.{encoded([value] * length)}" for value in values)
    yield from (f"{digest}.{moment}.{encoded([1, value])}" for value in values)
    yield from (f"{digest}.{moment}.{encoded([value, 'a'])}" for value in values)


def encoded(parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
