"""Checks of the repository and pages and pictures made from its code; `make` runs them."""
