"""How fast the catalog answers, beside what else there is: `make bench` writes `docs/benchmarks.md`."""
