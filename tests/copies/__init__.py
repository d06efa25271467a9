"""Copies of whole catalogs."""
