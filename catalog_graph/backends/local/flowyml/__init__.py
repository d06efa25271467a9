"""Artifacts that FlowyML writes into the same file: the backfill of those it had, and the log of later changes."""
