"""Answers worked out over a lineage that was read whole, the same for every backend."""
