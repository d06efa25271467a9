"""Counts of a closure: its artifacts by type, pipeline, depth and tag."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from catalog_graph.answers.facts import Counts, tag_counts
from catalog_graph.backends.local.search.labels import field_token, unpack
from catalog_graph.query.text import SEPARATOR

_TYPES = "SELECT n.node, n.artifact_type FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value"
_LABELS = "SELECT s.node, s.labels FROM json_each(?) j CROSS JOIN cg_search s ON s.node = j.value"
_TOKENS = "SELECT l.label, l.token FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value"


def counts(connection: sqlite3.Connection, levels: Sequence[list[int]], tag_keys: Sequence[str]) -> Counts:
    """Count the nodes of these levels, the first of which is one edge away from the root."""
    nodes = json.dumps(list(chain.from_iterable(levels)))
    types = dict(connection.execute(_TYPES, (nodes,)))
    labels = {node: unpack(packed) for node, packed in connection.execute(_LABELS, (nodes,))}
    by_label: Counter[int] = Counter(chain.from_iterable(labels.values()))
    tokens = dict(connection.execute(_TOKENS, (json.dumps(list(by_label)),)))
    by_pipeline = Counter({name: by_label[label] for label, name in _values(tokens, field_token("pipeline", ""))})
    without_pipeline = Counter({"": len(types) - by_pipeline.total()})
    by_tag = tag_counts(tag_keys, ((tag, by_label[label]) for label, tag in _values(tokens, f"t{SEPARATOR}")))
    by_depth = Counter({depth: len(level) for depth, level in enumerate(levels, 1) if level})
    return Counts(Counter(types.values()), by_pipeline + without_pipeline, by_depth, by_tag)


def _values(tokens: dict[int, str], prefix: str) -> list[tuple[int, str]]:
    """Return the labels whose tokens begin with `prefix`, with the rest of each token."""
    return [(label, token.removeprefix(prefix)) for label, token in tokens.items() if token.startswith(prefix)]
