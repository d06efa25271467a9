"""The Model Context Protocol, by the SDK's own client: over standard input and output, and over HTTP with keys."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from catalog_graph import ArtifactCatalog, LocalCatalogBackend
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.support.answers import OF_CATALOG, questions

KEY = "reader-key-0123456789"
TOOLS = {"search", "get", "upstream", "downstream", "check_promotion", *questions(), *OF_CATALOG}
POLICY = "rules:\n  - rule: forbid\n    query: licence:restricted\n"
BY_HTTP = pytest.mark.parametrize("ask", ["http"], indirect=True)
Act = Callable[[Client], Awaitable[Any]]
Ask = Callable[[Act], Any]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mcp") / "catalog.db"
    with ArtifactCatalog(db_path=path) as catalog:
        raw = catalog.register("raw", "Dataset", tags={"licence": "restricted"})
        for number in range(3):
            model = catalog.register("model", "Model", parent_ids=[raw], tags={"stage": "production", "f1": number})
        catalog.register("report", "Report", parent_ids=[model, raw])
    return path


@pytest.fixture(scope="module")
def service(file: Path) -> Iterator[str]:
    settings = ServerSettings(api_keys=f"reader={KEY}:read")
    with LocalCatalogBackend(file) as backend, running(backend, settings) as endpoint:
        yield endpoint.removesuffix("/api/v1/catalog") + "/mcp"


@pytest.fixture(params=["stdio", "http"])
def ask(request: pytest.FixtureRequest, file: Path) -> Ask:
    """Run an action with a client that is connected in either way."""

    async def by_stdio(act: Act) -> Any:
        command = StdioServerParameters(command=sys.executable, args=["-m", "catalog_graph", "mcp", "--db", str(file)])
        async with Client(command) as client:
            return await act(client)

    async def by_http(act: Act) -> Any:
        url = request.getfixturevalue("service")
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            return await act(client)

    way = by_stdio if request.param == "stdio" else by_http
    if request.param == "http":
        request.getfixturevalue("service")
    return lambda act: asyncio.run(way(act))


def test_every_question_is_a_tool_that_only_reads(ask: Ask) -> None:
    tools = {tool.name: tool for tool in ask(lambda client: client.list_tools()).tools}
    assert set(tools) == TOOLS
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert tool.description
        assert {"text", "complete", "total", "cursor", "answer"} == set(tool.output_schema["properties"])
    assert "name@alias" in json.dumps(tools["impact"].input_schema)


def test_answers_are_those_of_the_catalog(ask: Ask, file: Path) -> None:
    calls: dict[str, dict[str, Any]] = {
        "search": {"query": "type:Model f1>=1"},
        "get": {"artifact_id": "model:v2"},
        "upstream": {"artifact_id": "report"},
        "downstream": {"artifact_id": "raw", "where": "type:Model"},
        "impact": {"artifact_id": "raw"},
        "paths": {"source": "raw", "target": "report"},
        "diff": {"left": "model:v1", "right": "report"},
        "what_if": {"artifact_id": "report", "without": ["model:v3"]},
        "check_promotion": {"artifact_id": "report", "policy": POLICY},
    }

    async def act(client: Client) -> dict[str, Any]:
        return {name: await client.call_tool(name, arguments) for name, arguments in calls.items()}

    answers = ask(act)
    with ArtifactCatalog(db_path=file) as catalog:
        expected = {
            "get": catalog.get("model:v2").to_dict(),  # type: ignore[union-attr]
            "upstream": catalog.upstream("report", limit=100).to_dict(),
            "downstream": catalog.downstream("raw", where="type:Model", limit=100).to_dict(),
            "impact": catalog.impact("raw", limit=100).to_dict(),
            "paths": catalog.paths("raw", "report").to_dict(),
            "diff": catalog.diff("model:v1", "report", limit=100).to_dict(),
            "what_if": catalog.what_if("report", ["model:v3"], limit=100).to_dict(),
        }
    for name, result in answers.items():
        assert not result.is_error, (name, result.content)
        structured = result.structured_content
        assert structured["text"] == result.content[0].text != ""
        if name in expected:
            assert structured["answer"] == json.loads(json.dumps(expected[name])), name
    totals = {name: result.structured_content["total"] for name, result in answers.items()}
    assert (totals["search"], totals["upstream"], totals["downstream"], totals["impact"]) == (2, 2, 3, 4)
    assert answers["paths"].structured_content["answer"]["count"] == "2"
    assert answers["check_promotion"].structured_content["answer"]["outcome"] == "fail"
    assert all(result.structured_content["complete"] for result in answers.values())


@BY_HTTP
def test_a_part_says_so_and_has_a_cursor(ask: Ask) -> None:
    async def act(client: Client) -> list[Any]:
        pages, cursor = [], None
        while not pages or cursor:
            more = {"cursor": cursor} if cursor else {}
            result = await client.call_tool("downstream", {"artifact_id": "raw", "limit": 2, **more})
            pages.append(result.structured_content)
            cursor = pages[-1]["cursor"]
        return pages

    first, second = ask(act)
    assert (first["complete"], first["total"], len(first["answer"]["nodes"])) == (False, 4, 2)
    assert (second["complete"], second["total"], len(second["answer"]["nodes"])) == (True, 4, 2)


@BY_HTTP
def test_errors_say_what_to_do(ask: Ask) -> None:
    async def act(client: Client) -> list[Any]:
        return [
            await client.call_tool("upstream", {"artifact_id": "modle"}),
            await client.call_tool("search", {"query": "f1>=>3"}),
            await client.call_tool("search", {"limit": 100_000}),
            await client.call_tool("check_promotion", {"artifact_id": "report", "policy": "rules: 1"}),
        ]

    texts = []
    for result in ask(act):
        assert result.is_error
        texts.append(result.content[0].text)
    assert "'modle' not found" in texts[0]
    assert "column" in texts[1]
    assert "1000" in texts[2]
    assert "rules" in texts[3]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong-key-0123456789"}])
def test_a_key_is_needed_as_elsewhere(service: str, headers: dict[str, str]) -> None:
    answer = httpx.post(service, headers=headers, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_what_is_no_call_is_refused(service: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "application/json", "Content-Type": "application/json"}
    assert httpx.get(service, headers=headers).status_code == 405
    for body in (b"{", b"[" * 100_000, b'{"jsonrpc": "2.0"}', b"x" * 2_000_000):
        assert 400 <= httpx.post(service, headers=headers, content=body).status_code < 500
