"""Bodies and responses about webhooks."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from catalog_graph.backends.webhooks import State
from catalog_graph.changes.change import KINDS
from catalog_graph.server.models.base import PlaceText, StrictInput, Texts


class WebhookIn(StrictInput):
    """A new webhook."""

    url: str = Field(description="Where messages are sent.", examples=["https://example.com/catalog"])
    query: str = Field(default="", description="Only changes of artifacts that match this query when they are sent.")
    kinds: Texts = Field(
        default=[],
        description="Only changes of these kinds; any kind if empty.",
        json_schema_extra={"items": {"enum": list(KINDS)}},
    )
    after: Annotated[str, PlaceText] | None = Field(
        default=None, description="The number of a transaction or the id of an event: first what is behind it."
    )


class Webhook(BaseModel):
    """A webhook, without its secret."""

    id: str
    url: str
    query: str
    kinds: list[str]
    created_at: str
    created_by: str = Field(description="Name of the key that made it.")
    state: State = Field(
        description="`failing`: the last attempt failed, and is repeated. `off`: its receiver was away for too long."
    )
    place: str = Field(description="Place in the change record behind which everything is still to be delivered.")
    behind: int = Field(description="Transactions behind that place.")
    delivered_at: str | None
    failures: int = Field(description="Attempts that have failed since the last one that succeeded.")
    failing_since: str | None
    retry_at: str | None
    error: str = Field(description="Why the last attempt failed.")


class Webhooks(BaseModel):
    """All webhooks."""

    items: list[Webhook]


class NewWebhook(Webhook):
    """A new webhook."""

    secret: str = Field(description="The key of its signatures, which is shown this once.")


class WebhookTest(BaseModel):
    """The answer of a receiver to a message about nothing."""

    delivered: bool
    status: int | None = Field(description="Status of its answer.")
    error: str
    webhook: Webhook = Field(description="The webhook, which is on again if it was off and the message arrived.")
