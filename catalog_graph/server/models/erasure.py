"""Bodies of requests and responses about worklists of what must go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from catalog_graph.answers import erasure as answers
from catalog_graph.server.models.answers import response_model
from catalog_graph.server.models.base import StrictInput, Texts

if TYPE_CHECKING:
    KeptErasure = Any
else:
    KeptErasure = response_model(answers.KeptErasure)


class OpenErasureIn(StrictInput):
    """A worklist to keep."""

    by: str = Field(default="", description="Who asks for it.")
    reason: str = Field(default="", description="Why it is asked for; at most 1,024 characters.")


class MarkErasedIn(StrictInput):
    """Items of a worklist that are done."""

    items: Texts | None = Field(
        default=None, description="Items such as `artifact:ID`; null: all that the catalog no longer has."
    )
    by: str = Field(default="", description="Who did it.")
    note: str = Field(default="", description="What was done; at most 1,024 characters.")


class KeptErasures(BaseModel):
    """The worklists that are kept, the newest first."""

    items: list[KeptErasure]
