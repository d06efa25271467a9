"""The tools: what a catalog can be asked. None of them changes anything."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.finding import selected
from catalog_graph.errors import CatalogError, NotFound
from catalog_graph.lineage import Direction
from catalog_graph.server.mcp.questions import LISTED, NOTES, question_tools
from catalog_graph.server.mcp.results import result, result_model
from catalog_graph.server.models.artifacts import Entry
from catalog_graph.server.models.lineage import LineageCards
from catalog_graph.server.models.lists import Page
from catalog_graph.server.models.promotion import PromotionReport
from catalog_graph.server.responses import page_dict
from catalog_graph.version import __version__

INSTRUCTIONS = (
    "A catalog of machine learning artifacts and what each was made from. Name an artifact by its id, its name (the "
    "latest version), `name:v3` or `name@alias`. Every answer says whether it is complete; say so when you quote one "
    "that is not. Start with `search` if you do not know a name."
)

Reference = Annotated[str, Field(description=NOTES["artifact_id"])]
Query = Annotated[
    str, Field(description="The query language, such as `type:Model stage:production f1_score>=0.9 -team:ops fraud`.")
]
Limit = Annotated[int, Field(description=NOTES["limit"], ge=1, le=1000)]
Cursor = Annotated[str | None, Field(description="The `cursor` of an earlier answer to the same question.")]
Depth = Annotated[int | None, Field(description=NOTES["depth"], ge=0)]
Where = Annotated[str, Field(description=NOTES["where"])]
AsOf = Annotated[str | None, Field(description=NOTES["as_of"])]

Matches = Annotated[CallToolResult, result_model("SearchResult", Page)]
OneEntry = Annotated[CallToolResult, result_model("GetResult", Entry)]
Closure = Annotated[CallToolResult, result_model("LineageResult", LineageCards)]
Report = Annotated[CallToolResult, result_model("CheckPromotionResult", PromotionReport)]

R = TypeVar("R")
_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def mcp_server(backend: CatalogBackend) -> MCPServer[Any]:
    """Return a server whose tools ask this backend."""
    server = _new_server()
    tools = _Tools(backend)
    of_entries: tuple[Callable[..., CallToolResult], ...] = (
        tools.search,
        tools.get,
        tools.upstream,
        tools.downstream,
        tools.check_promotion,
    )
    for tool in (*of_entries, *question_tools(backend)):
        server.add_tool(_with_tool_errors(tool), annotations=_READ_ONLY)
    return server


def _new_server() -> MCPServer[Any]:
    """Return a server without tools; what the SDK then does to the handlers of the root logger is taken back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    server: MCPServer[Any] = MCPServer("catalog_graph", instructions=INSTRUCTIONS, version=__version__)
    root.handlers[:] = handlers
    root.setLevel(level)
    return server


def _with_tool_errors(tool: Callable[..., R]) -> Callable[..., R]:
    """Return the tool with errors of the catalog as errors of the tool, which say what to do."""

    @wraps(tool)
    def call(**arguments: Any) -> R:
        try:
            return tool(**arguments)
        except CatalogError as error:
            raise ToolError(error.message) from error

    return call


class _Tools:
    """Tools for entries, pages of lineage, and promotion; the docstring of each is what a model reads of it."""

    def __init__(self, backend: CatalogBackend) -> None:
        self._backend = backend

    def search(self, query: Query = "", limit: Limit = 20, cursor: Cursor = None) -> Matches:
        """Find artifacts by words, fields, tags, metrics and numbers, best first; an empty query lists the newest."""
        page = self._backend.find(selected(query, None, None, None, None), limit=limit, cursor=cursor, total=True)
        return result(page.text(), page_dict(page), complete=page.complete, total=page.total, cursor=page.cursor)

    def get(self, artifact_id: Reference) -> OneEntry:
        """Get one artifact: type, version, tags, metadata with metrics and parameters, parents, aliases."""
        own_id = self._backend.resolve(artifact_id)
        entry = self._backend.get(own_id)
        if entry is None:
            raise NotFound(f"artifact {own_id!r} is not registered; ask for its upstream or downstream")
        return result(entry.text(), entry.to_dict(), complete=True, total=1)

    def upstream(
        self,
        artifact_id: Reference,
        depth: Depth = None,
        limit: Limit = LISTED,
        where: Where = "",
        as_of: AsOf = None,
        cursor: Cursor = None,
    ) -> Closure:
        """Get everything that an artifact was made from, at any depth, nearest first, with the edges."""
        return self._lineage(artifact_id, "upstream", depth, limit, where, as_of, cursor)

    def downstream(
        self,
        artifact_id: Reference,
        depth: Depth = None,
        limit: Limit = LISTED,
        where: Where = "",
        as_of: AsOf = None,
        cursor: Cursor = None,
    ) -> Closure:
        """Get everything that was made from an artifact, at any depth, nearest first, with the edges."""
        return self._lineage(artifact_id, "downstream", depth, limit, where, as_of, cursor)

    def _lineage(
        self,
        artifact_id: str,
        direction: Direction,
        depth: int | None,
        limit: int,
        where: str,
        as_of: str | None,
        cursor: str | None,
    ) -> CallToolResult:
        lineage = self._backend.lineage(
            artifact_id, direction, depth=depth, limit=limit, cursor=cursor, where=where, as_of=as_of
        )
        return result(
            lineage.table(), lineage.to_dict(), complete=lineage.complete, total=lineage.total, cursor=lineage.cursor
        )

    def check_promotion(
        self,
        artifact_id: Reference,
        policy: Annotated[str, Field(description="The text of a policy in YAML, with a list `rules`.")],
        alias: Annotated[str | None, Field(description="Compare with the holder of this alias.")] = None,
    ) -> Report:
        """Check whether an artifact and its ancestry pass a policy, such as before production; nothing changes."""
        report = self._backend.check_promotion(artifact_id, policy, alias=alias)
        complete = all(each.complete for each in report.results)
        return result(report.text(), report.to_dict(), complete=complete)
