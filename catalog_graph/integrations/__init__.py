"""Integrations that record the lineage of other programs while they run, or import it."""
