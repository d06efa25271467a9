"""The part of the interface that every store gains over a few primitives: answers, references, pages, promotion."""

from catalog_graph.backends.composed.backend import Sizes, StoreBackend

__all__ = ["Sizes", "StoreBackend"]
