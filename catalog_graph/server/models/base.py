"""Base classes of request bodies."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, FailFast, WithJsonSchema

from catalog_graph.changes.event import PLACE


class FirstError(FailFast):
    """Mark of a list in a request: one error is reported, since a million would take a thousand times the memory."""

    def __hash__(self) -> int:  # a union needs it
        return hash(self.fail_fast)


Texts = Annotated[list[str], FirstError()]
"""A list of texts in a request."""

PlaceText = WithJsonSchema({"type": "string", "pattern": f"^{PLACE}$"})
"""The documented type of a place in the change record."""
_Id = Annotated[str, WithJsonSchema({"type": "string", "minLength": 1})]
Ids = Annotated[list[_Id], FirstError()]
"""A list of ids or references, none of them empty; the stores check them."""


class Input(BaseModel):
    """A request body: JSON types are not converted, unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class StrictInput(Input):
    """A body of a route that FlowyML's contract does not have: an unknown field is refused, it may be a misspelling."""

    model_config = ConfigDict(extra="forbid")
