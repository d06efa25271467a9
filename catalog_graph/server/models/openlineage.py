"""Responses to events of OpenLineage."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class LeftOut(BaseModel):
    """A part of events that the catalog does not keep."""

    what: str
    why: str
    times: int


class EventReport(BaseModel):
    """The result of an event."""

    changed: int = Field(description="The number of artifacts that were registered or changed.")
    artifacts: list[str] = Field(description="The ids of the first 100 of them.")
    left_out: list[LeftOut] = Field(description="The first 100 kinds of parts that were left out.")
    left_out_times: int = Field(description="The number of parts that were left out.")


class EventSummary(BaseModel):
    """The numbers of events of a batch, as the API of OpenLineage has them."""

    received: int
    successful: int
    failed: int
    retriable: int
    non_retriable: int


class FailedEvent(BaseModel):
    """An event that could not be read."""

    index: int
    reason: str
    retriable: bool


class EventBatchReport(EventReport):
    """The results of a batch of events."""

    status: Literal["success", "partial_success", "failure"]
    summary: EventSummary
    failed_events: list[FailedEvent]
