"""Sealed lineage: signed statements of what an artifact was made from; pure functions, the format and its checks."""
