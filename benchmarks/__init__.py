"""Benchmarks of the catalog and of other systems on the same history; `make bench` writes `docs/benchmarks.md`."""
