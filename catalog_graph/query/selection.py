"""The selection of a list or a search: a text of the query language and exact filters."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

from catalog_graph.instants import instant_at
from catalog_graph.query.tree import MATCH_ALL, Query

Order = Literal["best", "newest"]


@dataclass(frozen=True)
class Selection:
    """The artifacts that a list or a search returns: all that match the text and equal every field and tag."""

    text: str = ""
    artifact_type: str | None = None
    source_pipeline: str | None = None
    source_step: str | None = None
    tags: dict[str, Any] = field(default_factory=dict)
    """Tags that must be equal as JSON; keys and values are case-sensitive."""
    order: Order = "best"
    """`best` ranks by the words of the text, then by age; `newest` ranks by age alone."""
    moment: int | None = None
    """Instant from which ages in the text count back, in microseconds since 1970; `None` is the present."""

    @cached_property
    def query(self) -> Query:
        """The query of `text`. Raises `InvalidQuery`, also for metadata without a condition that an index has."""
        query = self._parsed()
        return query if self.order == "best" else replace(query, words=(), compact="")

    def _parsed(self) -> Query:
        if not self.text.strip():
            return MATCH_ALL
        from catalog_graph.query.language import parse
        from catalog_graph.query.metadata import require_index

        query = parse(self.text, None if self.moment is None else instant_at(self.moment))
        require_index(query, bool(self.artifact_type or self.source_pipeline or self.source_step or self.tags))
        return query

    def by(self, query: Query, order: Order) -> Selection:
        """Return the same selection by another query than that of the text."""
        own = {each.name: getattr(self, each.name) for each in fields(Selection)}
        return _SelectionByQuery(**{**own, "order": order}, parsed=query)

    @cached_property
    def tag_tokens(self) -> list[str]:
        """The exact tokens of the tags (`text.tag_token`), sorted."""
        from catalog_graph.query.text import tag_token

        return sorted(tag_token(key, value) for key, value in self.tags.items())


@dataclass(frozen=True)
class _SelectionByQuery(Selection):
    """A selection whose query is not that of the text."""

    parsed: Query = MATCH_ALL

    def _parsed(self) -> Query:
        return self.parsed
