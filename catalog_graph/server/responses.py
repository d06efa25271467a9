"""JSON responses, encoded in one pass by compiled code, in the thread that made their content."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import Response
from pydantic_core import to_json

from catalog_graph.artifact import CatalogEntry, Registration
from catalog_graph.backends import notes
from catalog_graph.backends.wording import in_http
from catalog_graph.page import Page

_PIECE = 500
"""Items of a long list that are written at a time."""


class JsonResponse(Response):
    """A JSON response; NaN and infinity, which a file of another program may hold, become null."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        texts = notes.collected_notes()
        if texts and isinstance(content, dict):
            content = {
                **content,
                "warnings": [
                    *(content.get("warnings") or ()),
                    *map(in_http, texts),
                ],
            }
        super().__init__(encode_json(content), status_code, headers)


def encode_json(content: Any) -> bytes:
    """Return `content` as JSON; long lists and iterators in it are written piece by piece.

    A piece is written in a millisecond, in which no other thread runs: a list of 70,000 takes a hundred.
    """
    return b"".join(_pieces(content))


def _pieces(content: Any) -> Iterator[bytes]:
    if isinstance(content, dict) and any(
        isinstance(value, dict | Iterator) or _is_long(value) for value in content.values()
    ):
        comma = b"{"
        for key, value in content.items():
            yield comma + to_json(str(key)) + b":"
            yield from _pieces(value)
            comma = b","
        yield b"}"
    elif isinstance(content, Iterator) or _is_long(content):
        comma, rest = b"[", iter(content)
        while piece := list(islice(rest, _PIECE)):
            yield comma + _dump(piece)[1:-1]
            comma = b","
        yield b"[]" if comma == b"[" else b"]"
    else:
        yield _dump(content)


def _is_long(value: Any) -> bool:
    return isinstance(value, list) and len(value) > _PIECE


def _dump(value: Any) -> bytes:
    return to_json(value, inf_nan_mode="null")


def entry_response(entry: CatalogEntry | None) -> JsonResponse:
    """Return the response with an entry, or with null."""
    return JsonResponse(entry.to_dict() if entry is not None else None)


def page_response(page: Page) -> JsonResponse:
    """Return the response with one page of a list or a search."""
    return JsonResponse(page_dict(page))


def page_dict(page: Page) -> dict[str, Any]:
    """Return one page of a list or a search, as JSON types."""
    return {
        "items": [entry.to_dict() for entry in page.items],
        "complete": page.complete,
        "cursor": page.cursor,
        "total": page.total,
        "facets": page.facets.to_dict() if page.facets is not None else None,
        "did_you_mean": page.did_you_mean,
        **({"hints": page.hints} if page.hints else {}),
    }


def registration_dict(registration: Registration) -> dict[str, Any]:
    """Return the result of registering one entry, as JSON types."""
    return {
        "artifact_id": registration.artifact_id,
        "created": registration.created,
        "version": registration.version,
        "duplicate_of": registration.duplicate_of,
        "warnings": registration.warnings,
    }
