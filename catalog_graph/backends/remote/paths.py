"""Paths and parameters of requests, and which values no artifact can have, so that no request is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends import notes
from catalog_graph.backends.references import ExactId
from catalog_graph.backends.remote.http import Params
from catalog_graph.backends.wording import in_python
from catalog_graph.errors import InvalidInput

MAX_QUERY_STRING = 6000
"""Maximum number of characters of parameters that are split over several requests; proxies accept 8,000."""


def artifact_path(artifact_id: str) -> str:
    """Return the path of an artifact; `.` and `..` are encoded too, because they would be steps in the path."""
    encoded = quote(artifact_id, safe="")
    return f"/artifacts/{encoded.replace('.', '%2E') if encoded in ('.', '..') else encoded}"


def is_possible_id(artifact_id: str) -> bool:
    """Return True if an artifact can have this id; the path of `search`, for example, is a route of its own."""
    try:
        checks.checked_id(artifact_id)
    except InvalidInput:
        return False
    return True


def are_possible_fields(**fields: Any) -> bool:
    """Return True if an artifact can have these values."""
    try:
        checks.checked_entry(CatalogEntry(**{"name": "any", "artifact_type": "any", **fields}))
    except InvalidInput:
        return False
    return True


def is_possible_key(key: str) -> bool:
    """Return True if a tag can have this key."""
    return are_possible_fields(tags={key: 0})


def exact_parameter(*references: str | None) -> dict[str, bool]:
    """Return the parameter that makes the service take these texts as ids, if each is an `ExactId`."""
    named = [reference for reference in references if reference is not None]
    return {"exact": True} if named and all(isinstance(reference, ExactId) for reference in named) else {}


def query_parameters(values: dict[str, Any]) -> Params:
    """Return the query parameters for these values; those that are `None` are left out, a list repeats its name."""
    lists = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    return [(name, _text(value)) for name, items in lists.items() for value in items if value is not None]


def parameters_in_parts(name: str, values: Iterable[str]) -> Iterator[Params]:
    """Yield the repeated parameter `name`, split into parts that fit into the address of a request."""
    part: list[tuple[str, str]] = []
    size = 0
    for value in values:
        length = len(name) + 2 + len(quote(value))
        if part and size + length > MAX_QUERY_STRING:
            yield part
            part, size = [], 0
        part.append((name, value))
        size += length
    if part:
        yield part


def noted(body: Any) -> Any:
    """Return the body of a response; pass on its `warnings`, which are about the references of the request."""
    if isinstance(body, dict) and isinstance(body.get("warnings"), list):
        for text in body["warnings"]:
            notes.note(in_python(str(text)))
        return {name: value for name, value in body.items() if name != "warnings"}
    return body


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
