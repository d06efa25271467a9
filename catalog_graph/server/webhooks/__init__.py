"""Webhooks: signed messages about changes, delivered at least once and in order by one replica at a time."""
