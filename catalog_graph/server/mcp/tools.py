"""The tools: the questions that the catalog answers. None of them changes anything."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from catalog_graph.answers.choke_points import ChokePoints
from catalog_graph.answers.difference import Difference
from catalog_graph.answers.impact import Impact
from catalog_graph.answers.paths import Paths
from catalog_graph.answers.what_if import WhatIf
from catalog_graph.backends.answers import PRODUCTION
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.finding import selected
from catalog_graph.errors import CatalogError, NotFound
from catalog_graph.lineage import Direction
from catalog_graph.server.mcp.results import result, result_model
from catalog_graph.server.models.answers import response_model
from catalog_graph.server.models.artifacts import Entry
from catalog_graph.server.models.lineage import LineageCards
from catalog_graph.server.models.lists import Page
from catalog_graph.server.models.promotion import PromotionReport
from catalog_graph.server.responses import page_dict
from catalog_graph.version import __version__

INSTRUCTIONS = (
    "A catalog of machine learning artifacts and what each was made from. Name an artifact by its id, its name (the "
    "latest version), `name:v3` or `name@alias`. Every answer says whether it is complete, and counts all artifacts; "
    "say so when you quote one that is not complete. Start with `search` if you do not know a name."
)

Reference = Annotated[str, Field(description="An id, a name, `name:v3` or `name@alias`.")]
Query = Annotated[
    str, Field(description="The query language, such as `type:Model stage:production f1_score>=0.9 -team:ops fraud`.")
]
Where = Annotated[str, Field(description="A query: list and count what matches; the walk passes through the rest.")]
AsOf = Annotated[
    str, Field(description="An instant in ISO-8601, with its offset: the lineage as it was recorded then.")
]
Depth = Annotated[int | None, Field(description="Maximum number of edges away; null: any.", ge=0)]
Limit = Annotated[int, Field(description="Maximum number of artifacts to list, nearest first.", ge=1, le=1000)]
Cursor = Annotated[str | None, Field(description="The `cursor` of an earlier answer to the same question.")]

Matches = Annotated[CallToolResult, result_model("SearchResult", Page)]
One = Annotated[CallToolResult, result_model("GetResult", Entry)]
Closure = Annotated[CallToolResult, result_model("LineageResult", LineageCards)]
Affected = Annotated[CallToolResult, result_model("ImpactResult", response_model(Impact))]
Ways = Annotated[CallToolResult, result_model("PathsResult", response_model(Paths))]
Compared = Annotated[CallToolResult, result_model("DiffResult", response_model(Difference))]
Choked = Annotated[CallToolResult, result_model("ChokePointsResult", response_model(ChokePoints))]
CutOff = Annotated[CallToolResult, result_model("WhatIfResult", response_model(WhatIf))]
Checked = Annotated[CallToolResult, result_model("CheckPromotionResult", PromotionReport)]

MAX_COUNT = 2**53
"""Largest number of paths that JSON readers keep exact; a larger one stands in the answer, as text."""
R = TypeVar("R")
_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def mcp_server(backend: CatalogBackend) -> MCPServer[Any]:
    """Return a server whose tools ask this backend."""
    server = _new_server()
    tools = _Tools(backend)
    for tool in (
        tools.search,
        tools.get,
        tools.upstream,
        tools.downstream,
        tools.impact,
        tools.paths,
        tools.diff,
        tools.choke_points,
        tools.what_if,
        tools.check_promotion,
    ):
        server.add_tool(_telling(tool), annotations=_READ_ONLY)
    return server


def _new_server() -> MCPServer[Any]:
    """Return a server without tools; what the SDK then does to the handlers of the root logger is taken back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    server: MCPServer[Any] = MCPServer("catalog_graph", instructions=INSTRUCTIONS, version=__version__)
    root.handlers[:] = handlers
    root.setLevel(level)
    return server


def _telling(tool: Callable[..., R]) -> Callable[..., R]:
    """Return the tool with errors of the catalog as errors of the tool, which say what to do."""

    @wraps(tool)
    def call(**arguments: Any) -> R:
        try:
            return tool(**arguments)
        except CatalogError as error:
            raise ToolError(error.message) from error

    return call


class _Tools:
    """The tools, each a method; its docstring is what a model reads of it."""

    def __init__(self, backend: CatalogBackend) -> None:
        self._backend = backend

    def search(self, query: Query = "", limit: Limit = 20, cursor: Cursor = None) -> Matches:
        """Find artifacts by words, fields, tags, metrics and numbers, best first; an empty query lists the newest."""
        page = self._backend.find(selected(query, None, None, None, None), limit=limit, cursor=cursor, total=True)
        return result(page.text(), page_dict(page), complete=page.complete, total=page.total, cursor=page.cursor)

    def get(self, artifact: Reference) -> One:
        """Get one artifact: type, version, tags, metadata with metrics and parameters, parents, aliases."""
        artifact_id = self._backend.resolve(artifact)
        entry = self._backend.get(artifact_id)
        if entry is None:
            raise NotFound(f"artifact {artifact_id!r} is deleted; ask for its upstream or downstream")
        return result(entry.text(), entry.to_dict(), complete=True, total=1)

    def upstream(
        self,
        artifact: Reference,
        depth: Depth = None,
        limit: Limit = 100,
        where: Where = "",
        as_of: AsOf = "",
        cursor: Cursor = None,
    ) -> Closure:
        """Get everything that an artifact was made from, at any depth, nearest first, with the edges."""
        return self._lineage(artifact, "upstream", depth, limit, where, as_of, cursor)

    def downstream(
        self,
        artifact: Reference,
        depth: Depth = None,
        limit: Limit = 100,
        where: Where = "",
        as_of: AsOf = "",
        cursor: Cursor = None,
    ) -> Closure:
        """Get everything that was made from an artifact, at any depth, nearest first, with the edges."""
        return self._lineage(artifact, "downstream", depth, limit, where, as_of, cursor)

    def _lineage(
        self,
        artifact: str,
        direction: Direction,
        depth: int | None,
        limit: int,
        where: str,
        as_of: str,
        cursor: str | None,
    ) -> CallToolResult:
        lineage = self._backend.lineage(
            artifact, direction, depth=depth, limit=limit, cursor=cursor, where=where, as_of=as_of or None
        )
        return result(
            lineage.table(), lineage.to_dict(), complete=lineage.complete, total=lineage.total, cursor=lineage.cursor
        )

    def impact(
        self,
        artifact: Reference,
        where: Where = "",
        limit: Limit = 100,
        production: Annotated[str, Field(description="A query that artifacts in production match.")] = PRODUCTION,
        as_of: AsOf = "",
    ) -> Affected:
        """Tell what a change of an artifact affects: counts, the nearest, and what is in production with its path."""
        impact = self._backend.impact(artifact, where=where, limit=limit, production=production, as_of=as_of or None)
        return result(impact.text(), impact.to_dict(), complete=impact.complete, total=impact.total)

    def paths(
        self,
        source: Annotated[str, Field(description="The artifact at which the paths begin, upstream.")],
        target: Annotated[str, Field(description="The artifact at which they end, downstream.")],
        limit: Annotated[int, Field(ge=1, le=1000)] = 10,
    ) -> Ways:
        """Get the paths from one artifact down to another, the shortest first, and their exact number."""
        paths = self._backend.paths(source, target, limit=limit)
        return result(
            paths.text(),
            paths.to_dict(),
            complete=paths.complete,
            total=None if paths.count is None or paths.count > MAX_COUNT else paths.count,
        )

    def diff(self, left: Reference, right: Reference, limit: Limit = 100) -> Compared:
        """Compare the ancestries of two artifacts: what is common, what each has alone, and where they diverge."""
        difference = self._backend.diff(left, right, limit=limit)
        return result(difference.text(), difference.to_dict(), complete=difference.complete)

    def choke_points(self, artifact: Reference) -> Choked:
        """Get the artifacts that every path from a source to this one passes, nearest first."""
        points = self._backend.choke_points(artifact)
        return result(points.text(), points.to_dict(), complete=points.complete, total=len(points.points))

    def what_if(
        self,
        artifact: Reference,
        without: Annotated[list[str], Field(description="References of artifacts to strike.", min_length=1)],
        limit: Limit = 100,
    ) -> CutOff:
        """Tell what would be cut off from an artifact, or left without a source, if others were missing."""
        answer = self._backend.what_if(artifact, without, limit=limit)
        return result(answer.text(), answer.to_dict(), complete=answer.complete)

    def check_promotion(
        self,
        artifact: Reference,
        policy: Annotated[str, Field(description="The text of a policy in YAML, with a list `rules`.")],
        alias: Annotated[str | None, Field(description="Compare with the holder of this alias.")] = None,
    ) -> Checked:
        """Check whether an artifact and its ancestry pass a policy, such as before production; nothing changes."""
        report = self._backend.check_promotion(artifact, policy, alias=alias)
        return result(report.text(), report.to_dict(), complete=all(rule.complete for rule in report.results))
