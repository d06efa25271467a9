"""Imports from other programs: the shape of all, and each on a real project of its program."""
