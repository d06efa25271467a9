"""Artifacts in the file: registering, reading, changing, tagging, naming."""
