"""The `where` of a lineage: the nodes of a closure that a query chooses."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import chain

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.lineage.graph import REGISTERED, STATES
from catalog_graph.backends.local.search.conditions import ConditionBuilder, Conditions
from catalog_graph.backends.local.search.sources import BY_NODE
from catalog_graph.query.match import matches_in_lineage
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Query

_NOT_REGISTERED = (
    "SELECT n.node, n.artifact_id, n.state FROM json_each(:nodes) j CROSS JOIN cg_node n ON n.node = j.value "
    f"WHERE n.state <> {REGISTERED}"
)


class WhereFilter:
    """Filters the levels of a closure by queries; reads the rows of its nodes once for all queries."""

    def __init__(self, connection: sqlite3.Connection, levels: Sequence[list[int]]) -> None:
        """Read the rows of these levels, the first of which is one edge away from the root."""
        self._connection = connection
        self._levels = levels
        nodes = {"nodes": json.dumps(list(chain.from_iterable(levels)))}
        self._registered = connection.execute(BY_NODE, nodes).fetchall()
        self._not_registered = connection.execute(_NOT_REGISTERED, nodes).fetchall()

    def levels(self, query: Query) -> list[list[int]]:
        """Return the nodes of each level that the query chooses."""
        builder = ConditionBuilder(self._connection, query, Selection())
        chosen: set[int] = set()
        for part in query.any_of:
            chosen.update(self._matches(builder.build(part, 0)))
        for node, artifact_id, state in self._not_registered:
            if matches_in_lineage(query, CatalogEntry(artifact_id=artifact_id, state=STATES[state])):
                chosen.add(node)
        return [[node for node in level if node in chosen] for level in self._levels]

    def _matches(self, conditions: Conditions) -> list[int]:
        if not conditions.satisfiable:
            return []
        first, last = conditions.created_from, conditions.created_to
        return [row.node for row in conditions.filter([row for row in self._registered if first <= row[0] <= last])]
