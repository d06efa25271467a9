"""Lineage in the file: `graph` writes nodes and edges, `closure` walks them, `traversal` returns pages."""
