"""Which artifacts a list or a search shows: a text of the query language beside exact filters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from catalog_graph.query.tree import MATCH_ALL, Query

Order = Literal["best", "newest"]


@dataclass(frozen=True)
class Selection:
    """Which artifacts a list shows: a search text, and fields and tags that must be equal, all of them."""

    text: str = ""
    artifact_type: str | None = None
    source_pipeline: str | None = None
    source_step: str | None = None
    tags: dict[str, Any] = field(default_factory=dict)
    """Compared by JSON equality, keys and values exact in case."""
    order: Order = "best"
    """`newest`: by age alone, whatever the words of the text."""

    @cached_property
    def query(self) -> Query:
        """`text` read; raises `InvalidQuery`."""
        if not self.text.strip():
            return MATCH_ALL
        from catalog_graph.query.language import parse

        query = parse(self.text)
        return query if self.order == "best" else replace(query, words=(), compact="")

    @cached_property
    def tag_tokens(self) -> list[str]:
        """The tags as exact tokens, as `text.tag_token` writes them."""
        from catalog_graph.query.text import tag_token

        return sorted(tag_token(key, value) for key, value in self.tags.items())
