"""Promotion policies: what has to hold of an artifact and its ancestry before it goes to production."""

from catalog_graph.promotion.policy_files import load_policy, read_policy
from catalog_graph.promotion.rules import Policy, Rule

__all__ = ["Policy", "Rule", "load_policy", "read_policy"]
