"""Responses about the change record."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from catalog_graph.changes.change import ChangeKind


class Change(BaseModel):
    """One change; changes of one transaction have the same number."""

    number: int = Field(description="Number of the transaction: 1, 2, 3, … in the order of their commits.")
    at: str
    by: str = Field(description="Name of the API key; empty without one.")
    request_id: str
    kind: ChangeKind
    artifact_id: str | None = Field(description="The artifact; of a move of an alias, its new or else its old holder.")
    details: dict[str, Any] = Field(description="By kind, see the reference page on changes; null after a purge.")


class RecordBounds(BaseModel):
    """The extent of the record."""

    first: int = Field(description="Number of the first transaction that it still holds.")
    last: int = Field(description="Number of the last transaction; 0 if there was none.")
    since: str | None = Field(description="Instant from which it holds every change.")
    whole: bool = Field(description="True if it holds every change that the catalog ever saw.")


class ChangePage(BaseModel):
    """A page of changes."""

    items: list[Change]
    record: RecordBounds
    complete: bool
    cursor: str | None
