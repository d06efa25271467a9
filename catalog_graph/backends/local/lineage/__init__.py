"""Lineage in the file: nodes, edges, traversals, history."""
