"""Answers that follow from lineage: each module has the answer, its question, and the algorithm over a graph."""
