"""The `where` of a lineage: which nodes of a walk a query chooses, and what is counted of them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from catalog_graph.answers.facts import Counts, Details, tag_counts
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts.records import fetched
from catalog_graph.backends.local.lineage.graph import REGISTERED, STATES
from catalog_graph.backends.local.search.conditions import Conditions, Reader
from catalog_graph.backends.local.search.labels import field_token, unpacked
from catalog_graph.query.match import matches_in_lineage
from catalog_graph.query.selection import Selection
from catalog_graph.query.text import SEPARATOR
from catalog_graph.query.tree import Query

_ROWS = (
    "SELECT s.created, s.artifact_id, s.node, s.compact_name, s.labels, s.text FROM json_each(?) j "
    "CROSS JOIN cg_search s ON s.node = j.value"
)
_OTHERS = (
    "SELECT n.node, n.artifact_id, n.state FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    f"WHERE n.state <> {REGISTERED}"
)
_TYPES = "SELECT n.node, n.artifact_type FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value"
_LABELS = "SELECT s.node, s.labels FROM json_each(?) j CROSS JOIN cg_search s ON s.node = j.value"
_TOKENS = "SELECT l.label, l.token FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value"
_DETAILS = (
    "SELECT n.artifact_id, (SELECT count(*) FROM cg_edge e WHERE e.child = n.node), a.content_hash "
    "FROM json_each(?) j CROSS JOIN cg_node n ON n.artifact_id = j.value "
    f"LEFT JOIN artifacts a ON n.state = {REGISTERED} AND a.artifact_id = n.artifact_id"
)


class Choice:
    """Which nodes of a walk queries choose; what they are found by is read once, however many queries there are."""

    def __init__(self, connection: sqlite3.Connection, levels: Sequence[list[int]]) -> None:
        """Level 0 is one edge from the root."""
        self._connection = connection
        self._levels = levels
        nodes = json.dumps(list(chain.from_iterable(levels)))
        self._rows = connection.execute(_ROWS, (nodes,)).fetchall()
        self._others = connection.execute(_OTHERS, (nodes,)).fetchall()

    def listed(self, query: Query) -> list[list[int]]:
        """The nodes of each level that the query chooses."""
        reader = Reader(self._connection, query, Selection())
        chosen: set[int] = set()
        for part in query.any_of:
            chosen.update(self._meeting(reader.conditions(part, 0)))
        for node, artifact_id, state in self._others:
            if matches_in_lineage(query, CatalogEntry(artifact_id=artifact_id, state=STATES[state])):
                chosen.add(node)
        return [[node for node in level if node in chosen] for level in self._levels]

    def _meeting(self, conditions: Conditions) -> list[int]:
        if not conditions.can_hold:
            return []
        first, last = conditions.created_from, conditions.created_to
        return [row.node for row in conditions.met_by([row for row in self._rows if first <= row[0] <= last])]


def counts(connection: sqlite3.Connection, levels: Sequence[list[int]], tag_keys: Sequence[str]) -> Counts:
    """The nodes of each level counted; level 0 is one edge from the root."""
    nodes = json.dumps(list(chain.from_iterable(levels)))
    types = dict(connection.execute(_TYPES, (nodes,)))
    labels = {node: unpacked(data) for node, data in connection.execute(_LABELS, (nodes,))}
    every: Counter[int] = Counter(chain.from_iterable(labels.values()))
    tokens = dict(connection.execute(_TOKENS, (json.dumps(list(every)),)))
    pipelines = _values(tokens, field_token("pipeline", ""))
    named = Counter({name: every[label] for label, name in pipelines.items()})
    unnamed = Counter({"": len(types) - named.total()})
    tags = _values(tokens, f"t{SEPARATOR}")
    counted = tag_counts(tag_keys, ((token, every[label]) for label, token in tags.items()))
    depths = Counter({depth: len(level) for depth, level in enumerate(levels, 1) if level})
    return Counts(Counter(types.values()), named + unnamed, depths, counted)


def _values(tokens: dict[int, str], prefix: str) -> dict[int, str]:
    return {label: token.removeprefix(prefix) for label, token in tokens.items() if token.startswith(prefix)}


def details(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> dict[str, Details]:
    """Number of parents and content hash of each of these that is known."""
    rows = fetched(connection, _DETAILS, (json.dumps(list(artifact_ids)),))
    return {artifact_id: Details(parents, str(content_hash or "")) for artifact_id, parents, content_hash in rows}
