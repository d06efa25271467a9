"""Lineage as pictures and in the formats of other tools: text for a terminal, mermaid for a page, DOT, GraphML."""

from catalog_graph.render.dot import dot
from catalog_graph.render.graphml import graphml
from catalog_graph.render.mermaid import mermaid
from catalog_graph.render.tree import tree

__all__ = ["dot", "graphml", "mermaid", "tree"]
