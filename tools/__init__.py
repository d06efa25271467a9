"""What the repository checks and makes of itself; `make` runs it."""
