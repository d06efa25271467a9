"""Counts of a closure: its artifacts by type, pipeline, depth and tag."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from catalog_graph.answers.facts import Counts, tag_counts
from catalog_graph.backends.local.lineage.as_of import state_column, type_column
from catalog_graph.backends.local.lineage.graph import REGISTERED, STATES
from catalog_graph.backends.local.search.labels import field_token, unpack
from catalog_graph.lineage import Traversal
from catalog_graph.query.text import SEPARATOR

_LABELS = "SELECT s.node, s.labels FROM json_each(?) j CROSS JOIN cg_search s ON s.node = j.value"
_TOKENS = "SELECT l.label, l.token FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value"


def counts(
    connection: sqlite3.Connection, levels: Sequence[list[int]], traversal: Traversal, tag_keys: Sequence[str]
) -> Counts:
    """Count the nodes of these levels, the first of which is one edge away from the root."""
    states = states_of(connection, levels, traversal)
    gone = Counter[str]({STATES[state]: len(nodes) for state, nodes in states.items() if state != REGISTERED})
    types = states.get(REGISTERED, {})
    if gone:
        levels = [[node for node in level if node in types] for level in levels]
    nodes = json.dumps(list(types))
    labels = {node: unpack(packed) for node, packed in connection.execute(_LABELS, (nodes,))}
    by_label: Counter[int] = Counter(chain.from_iterable(labels.values()))
    tokens = dict(connection.execute(_TOKENS, (json.dumps(list(by_label)),)))
    by_pipeline = Counter({name: by_label[label] for label, name in _values(tokens, field_token("pipeline", ""))})
    without_pipeline = Counter({"": len(types) - by_pipeline.total()})
    by_tag = tag_counts(tag_keys, ((tag, by_label[label]) for label, tag in _values(tokens, f"t{SEPARATOR}")))
    by_depth = Counter({depth: len(level) for depth, level in enumerate(levels, 1) if level})
    return Counts(Counter(types.values()), by_pipeline + without_pipeline, by_depth, by_tag, gone)


def registered_levels(
    connection: sqlite3.Connection, levels: Sequence[list[int]], traversal: Traversal
) -> list[list[int]]:
    """Return the registered nodes of each level."""
    registered = states_of(connection, levels, traversal).get(REGISTERED, {})
    return [[node for node in level if node in registered] for level in levels]


def states_of(
    connection: sqlite3.Connection, levels: Sequence[list[int]], traversal: Traversal
) -> dict[int, dict[int, str]]:
    """Return the nodes of these levels by state, each with its type, at the instant of the traversal."""
    values = {"nodes": json.dumps(list(chain.from_iterable(levels))), "at": traversal.as_of}
    statement = (
        f"SELECT {state_column(traversal)}, n.node, {type_column(traversal)} FROM json_each(:nodes) j "
        "CROSS JOIN cg_node n ON n.node = j.value"
    )
    states: dict[int, dict[int, str]] = {}
    for state, node, artifact_type in connection.execute(statement, values):
        states.setdefault(state, {})[node] = artifact_type
    return states


def _values(tokens: dict[int, str], prefix: str) -> list[tuple[int, str]]:
    """Return the labels whose tokens begin with `prefix`, with the rest of each token."""
    return [(label, token.removeprefix(prefix)) for label, token in tokens.items() if token.startswith(prefix)]
