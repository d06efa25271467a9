"""Promotion policies: the rules that an artifact and its ancestry must pass before it goes to production.

This is the documented place to import them from; the code is in `catalog_graph.promotion`.
"""

from catalog_graph.promotion.policy import Policy, Rule
from catalog_graph.promotion.policy_files import load_policy, read_policy

__all__ = ["Policy", "Rule", "load_policy", "read_policy"]
