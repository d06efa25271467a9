"""A lineage catalog for machine learning: where an artifact came from, and what was made from it."""

__version__ = "0.1.0"
