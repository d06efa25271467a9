"""The query language: a search text becomes one `Query`, which each store evaluates in its own way."""

from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Conjunction, Field, Query, Range

__all__ = ["Conjunction", "Field", "Query", "Range", "Selection"]
