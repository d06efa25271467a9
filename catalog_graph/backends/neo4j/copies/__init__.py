"""Copies of the whole catalog: reading everything at one instant, and taking the records of another catalog."""
