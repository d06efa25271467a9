"""Answers as JSON, encoded in one pass by compiled code, in the thread that made them."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic_core import to_json

from catalog_graph.artifact import CatalogEntry, Registration
from catalog_graph.page import Page


class Answer(Response):
    """A JSON answer; a number that JSON has no word for (a file of another program may hold one) is null."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(encoded(content), status_code, headers)


def encoded(content: Any) -> bytes:
    """`content` as JSON."""
    return to_json(content, inf_nan_mode="null")


def entry_answer(entry: CatalogEntry | None) -> Answer:
    """An entry, or null."""
    return Answer(entry.to_dict() if entry is not None else None)


def page_answer(page: Page) -> Answer:
    """One page of a list or a search."""
    items = [entry.to_dict() for entry in page.items]
    return Answer(
        {
            "items": items,
            "complete": page.complete,
            "cursor": page.cursor,
            "total": page.total,
            "facets": page.facets.to_dict() if page.facets is not None else None,
            "did_you_mean": page.did_you_mean,
        }
    )


def registration(done: Registration) -> dict[str, Any]:
    """What became of one entry, as JSON types."""
    return {
        "artifact_id": done.artifact_id,
        "created": done.created,
        "version": done.version,
        "duplicate_of": done.duplicate_of,
    }
