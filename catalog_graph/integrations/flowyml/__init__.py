"""The true lineage of FlowyML pipelines, recorded while they run, without a change to them.

    from catalog_graph.integrations import flowyml as lineage

    lineage.enable()

or, with nothing changed at all, `catalog-graph flowyml run pipeline.py`. FlowyML itself registers each step's output
without parents; here that registration is completed with what the step really read. `docs/flowyml.md` has the rules.
"""

from catalog_graph.integrations.flowyml.switch import disable, enable, flush

__all__ = ["disable", "enable", "flush"]
