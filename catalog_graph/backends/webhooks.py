"""Webhooks of a service, as its store keeps them: where events go, and how far they have come."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit

from catalog_graph.changes.event import Place

State = Literal["active", "failing", "off"]
STATES: tuple[State, ...] = get_args(State)
LEASE = "webhooks"
"""Name of the lease whose holder delivers, and nobody else."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a webhook; instants are microseconds since 1970."""

    place: str
    """Place in the change record behind which everything is still to be delivered."""
    failures: int = 0
    """Attempts that have failed since the last one that succeeded."""
    failing_since: int | None = None
    retry_at: int | None = None
    error: str = ""
    """Why the last attempt failed."""
    delivered_at: int | None = None
    off_since: int | None = None
    """When it was switched off, since its receiver was away for too long; `None` if it is on."""

    @property
    def state(self) -> State:
        """The state in a word: `failing` if the last attempt failed, `off` if it is switched off."""
        return "off" if self.off_since else "failing" if self.failures else "active"

    def behind(self, last: Place) -> int:
        """Return the number of transactions up to a place that are still to be delivered, whole or in part."""
        place = Place.of(self.place)
        done = place.number if place >= Place(place.number) else place.number - 1
        return max(0, last.number - done)


@dataclass(frozen=True, slots=True)
class StoredWebhook:
    """A webhook."""

    id: str
    url: str
    secret: str
    """`whsec_` and the key in base64, with which messages are signed."""
    query: str
    kinds: tuple[str, ...]
    created_at: int
    created_by: str
    """Name of the key that made it."""
    progress: Progress

    @property
    def host(self) -> str:
        """The host of the receiver; the rest of its address may be secret."""
        return urlsplit(self.url).netloc

    def properties(self) -> dict[str, Any]:
        """Return everything as one flat dictionary of JSON types."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "progress"}
        return {**own, "kinds": list(self.kinds), **asdict(self.progress)}

    @classmethod
    def of(cls, properties: dict[str, Any]) -> Self:
        """Return the webhook of `properties`, in which what is null may be missing."""
        progress = Progress(**{f.name: properties[f.name] for f in fields(Progress) if f.name in properties})
        own = {f.name: properties[f.name] for f in fields(cls) if f.name not in ("kinds", "progress")}
        return cls(**own, kinds=tuple(properties["kinds"]), progress=progress)


class WebhookStore(ABC):
    """The webhooks in a store, and the lease of the replica that delivers."""

    @abstractmethod
    def all(self) -> list[StoredWebhook]:
        """Return all webhooks, the oldest first."""

    @abstractmethod
    def keep(self, webhook: StoredWebhook) -> None:
        """Store a new webhook."""

    @abstractmethod
    def delete(self, webhook_id: str) -> None:
        """Delete a webhook; an unknown one is ignored."""

    @abstractmethod
    def note(self, webhook_id: str, progress: Progress, holder: str | None) -> bool:
        """Store the progress of a webhook; return False, and change nothing, unless `holder` took the lease last.

        `None` stores it in any case. A webhook that is gone stays so.
        """

    @abstractmethod
    def take_lease(self, holder: str, seconds: float) -> bool:
        """Take the lease, or renew it, from now on; return False if another holds it. 0 seconds give it back."""
