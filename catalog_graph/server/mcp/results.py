"""Results of tools: one shape for all, with a text to quote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, Field, create_model

MAX_LINES = 30
"""Maximum number of lines of the text of a result."""
MAX_LETTERS = 4_000
"""Maximum size of the text of a result."""


class _Head(BaseModel):
    text: str = Field(description="The answer in a few lines, to quote.")
    complete: bool = Field(description="False if the answer leaves something out: do not call it whole then.")
    total: int | None = Field(description="The number of all artifacts of the answer; null if it was not counted.")
    cursor: str | None = Field(description="Sent as `cursor`, it gets the next page; null if there is none.")


def result_model(name: str, answer: Any) -> type[BaseModel]:
    """Return the model of a tool's result whose `answer` has this type."""
    return create_model(
        name, __base__=_Head, answer=(answer, Field(description="The answer as the HTTP API gives it."))
    )


def result(
    text: str, answer: Mapping[str, Any], *, complete: bool, total: int | None = None, cursor: str | None = None
) -> CallToolResult:
    """Return a result: the text for the model to read, and everything as structured content."""
    short = shortened(text)
    content = {"text": short, "complete": complete, "total": total, "cursor": cursor, "answer": dict(answer)}
    return CallToolResult(content=[TextContent(type="text", text=short)], structured_content=content)


def shortened(text: str) -> str:
    """Return the first lines of a text, and how many are left out."""
    lines = text.splitlines()
    kept: list[str] = []
    for line in lines[:MAX_LINES]:
        if sum(map(len, kept)) + len(line) > MAX_LETTERS:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    return "\n".join([*kept, f"… and {left:,} more lines; the structured answer has them"] if left else kept)
