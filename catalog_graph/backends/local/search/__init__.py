"""Searches in the file: the index, conditions, pages, counts."""
