"""The base class of backends with a database of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed.bom import StoreBom
from catalog_graph.backends.composed.copying import StoreCopying
from catalog_graph.backends.composed.erasure import StoreErasure
from catalog_graph.backends.composed.feed import StoreFeed
from catalog_graph.backends.composed.openlineage import StoreEvents
from catalog_graph.backends.composed.pages import StorePages
from catalog_graph.backends.composed.picture import StorePicture
from catalog_graph.backends.composed.seals import StoreSeals
from catalog_graph.backends.keys import StoredKey
from catalog_graph.backends.observation import StoreObserver
from catalog_graph.backends.webhooks import WebhookStore


class Sizes(NamedTuple):
    """Numbers of what a store holds."""

    artifacts: int
    """Known artifacts: deleted ones, and parents that were never registered, too."""
    edges: int


class StoreBackend(
    StoreSeals,
    StoreBom,
    StoreErasure,
    StorePicture,
    StorePages,
    StoreFeed,
    StoreCopying,
    StoreEvents,
    CatalogBackend,
    ABC,
):
    """A catalog in a store: it implements the primitives, and gains the rest of the interface from this class."""

    webhooks: WebhookStore
    """The webhooks of a service over this store."""

    @abstractmethod
    def observe(self, observer: StoreObserver) -> None:
        """Report the work of this store to `observer` from now on, and to no other."""

    @abstractmethod
    def sizes(self) -> Sizes:
        """Return the numbers of artifacts and edges, without a walk over them. Raises `StoreUnavailable`."""

    @abstractmethod
    def stored_keys(self) -> list[StoredKey]:
        """Return all API keys, also those that have ended, by name and instant."""

    @abstractmethod
    def store_key(self, key: StoredKey) -> None:
        """Store a new API key."""

    @abstractmethod
    def end_keys(self, digests: Sequence[str], at: int) -> None:
        """Let API keys end at an instant, unless they end before."""

    @abstractmethod
    def store_key_uses(self, uses: Mapping[str, int]) -> None:
        """Store when API keys were used last, by digest; unknown keys and earlier instants change nothing."""
