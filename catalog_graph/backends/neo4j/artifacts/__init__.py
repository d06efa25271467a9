"""Artifacts in the graph: registering, reading, changing, tagging, naming."""
