"""Artifacts in the file: registration, look-up, changes, tags, names, aliases."""
