"""Lineage of FlowyML pipelines, recorded while they run, without changes to the pipelines.

    from catalog_graph.integrations import flowyml as lineage

    lineage.enable()

or, without that line, `catalog-graph flowyml run pipeline.py`. FlowyML itself registers each step's output without
parents; this integration adds the artifacts that the step read as parents. `docs/flowyml.md` has the rules.
"""

from catalog_graph.integrations.flowyml.switch import disable, enable, flush

__all__ = ["disable", "enable", "flush"]
