"""The base class of backends with a database of their own."""

from __future__ import annotations

from abc import ABC

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed.changes import StoreChanges
from catalog_graph.backends.composed.copying import StoreCopying
from catalog_graph.backends.composed.pages import StorePages
from catalog_graph.backends.composed.picture import StorePicture
from catalog_graph.backends.composed.promotion import StorePromotion


class StoreBackend(StorePromotion, StorePicture, StorePages, StoreChanges, StoreCopying, CatalogBackend, ABC):
    """A catalog in a store: it implements the primitives, and gains the rest of the interface from this class."""
