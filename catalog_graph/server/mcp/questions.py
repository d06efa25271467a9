"""A tool for each question about lineage: parameters, defaults and docstring are those of the interface of backends."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Union

from mcp.types import CallToolResult
from pydantic import Field

from catalog_graph import answers
from catalog_graph.answers.base import Answer
from catalog_graph.backends.answers import AnswerInterface
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.server.mcp.results import result, result_model
from catalog_graph.server.models.answers import response_model

LISTED = 100
"""Default of `limit`, where that of Python is larger: a model reads all of it."""
NOTES = {
    "artifact_id": "An id, a name (its latest version), `name:v3` or `name@alias`.",
    "where": "A query: list and count what matches; the walk passes through the rest.",
    "limit": "Maximum number of artifacts in each list, nearest first.",
    "as_of": "An instant in ISO-8601, with its offset: lineage as it was recorded then.",
    "depth": "Maximum number of edges away; null: any.",
    "until": "A query: list what matches it, but do not go on from there.",
    "without": "Artifacts to treat as missing: ids, names or aliases.",
    "exact": "True: every reference is an id, never a name.",
}
"""Descriptions of parameters, by their name."""
_TYPES = {"Iterable": list, "Instant": str}
"""Types of JSON for types of Python, by name."""


def question_tools(backend: CatalogBackend) -> Iterator[Callable[..., CallToolResult]]:
    """Yield a function for each question."""
    for name, method in vars(AnswerInterface).items():
        if not name.startswith("_"):
            yield _tool(name, inspect.signature(method), inspect.getdoc(method) or "", getattr(backend, name))


def _tool(name: str, signature: inspect.Signature, doc: str, ask: Callable[..., Answer]) -> Callable[..., Any]:
    def tool(**arguments: Any) -> CallToolResult:
        answer = ask(**arguments)
        return result(answer.text(), answer.to_dict(), complete=answer.complete, total=getattr(answer, "total", None))

    kinds = [_answer_types()[each.strip()] for each in str(signature.return_annotation).split("|")]
    model: Any = Union[tuple(map(response_model, kinds))]  # noqa: UP007 (the members are known at run time)
    parameters = [_parameter(each) for each in list(signature.parameters.values())[1:]]
    tool.__name__, tool.__doc__ = name, doc
    tool.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        parameters, return_annotation=Annotated[CallToolResult, result_model(f"{kinds[0].__name__}Result", model)]
    )
    return tool


def _parameter(parameter: inspect.Parameter) -> inspect.Parameter:
    kind: Any = eval(parameter.annotation, dict(_TYPES))  # noqa: S307 - an annotation of the interface
    default = parameter.default
    if default == ():
        default = []
    if parameter.name == "limit" and isinstance(default, int):
        default = min(default, LISTED)
    annotation: Any = Annotated[kind, Field(description=NOTES.get(parameter.name))]
    return parameter.replace(annotation=annotation, default=default, kind=inspect.Parameter.KEYWORD_ONLY)


@cache
def _answer_types() -> dict[str, type[Answer]]:
    """Return the classes of answers by name."""
    modules = [import_module(f"{answers.__name__}.{each.name}") for each in pkgutil.iter_modules(answers.__path__)]
    return {
        name: kind
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, Answer)
    }
