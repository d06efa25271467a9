"""Searches in the graph: sources of candidates, pages, counts."""
