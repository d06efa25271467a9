"""Lineage in the graph: traversals and marks of ancestries."""
