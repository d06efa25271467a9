"""Lineage as pictures: text for a terminal, mermaid for a page."""

from catalog_graph.render.mermaid import mermaid
from catalog_graph.render.tree import tree

__all__ = ["mermaid", "tree"]
