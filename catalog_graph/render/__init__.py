"""Lineages and answers as text, pictures and files for other tools: tree, mermaid, DOT, SVG, GraphML, CSV."""

from catalog_graph.render.dot import dot
from catalog_graph.render.graphml import graphml
from catalog_graph.render.mermaid import mermaid
from catalog_graph.render.tree import tree

__all__ = ["dot", "graphml", "mermaid", "tree"]
