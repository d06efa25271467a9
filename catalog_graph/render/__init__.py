"""Lineages and answers as text, pictures and files for other tools, such as mermaid, SVG, GraphML and PROV."""

from catalog_graph.render.dot import dot
from catalog_graph.render.graphml import graphml
from catalog_graph.render.mermaid import mermaid
from catalog_graph.render.openlineage import openlineage
from catalog_graph.render.prov import prov_json, prov_n
from catalog_graph.render.tree import tree

__all__ = ["dot", "graphml", "mermaid", "openlineage", "prov_json", "prov_n", "tree"]
