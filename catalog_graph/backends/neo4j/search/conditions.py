"""Conditions of a query and a selection as the parameters that `cypher/fragments/matches.cypher` reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from catalog_graph.backends.neo4j.store.records import storable
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import MATCH_ALL, Conjunction, Query

FOREVER = 2**62
"""An instant in microseconds, and a number of rows, that nothing reaches."""
_NO_FILTERS = Selection()


def possible(selection: Selection) -> bool:
    """Return False if the selection holds half of a surrogate pair, which no stored text can equal."""
    fields = (selection.artifact_type, selection.source_pipeline, selection.source_step)
    return storable(json.dumps([fields, selection.tags], ensure_ascii=False))


def conjunctions(query: Query, filters: Selection = _NO_FILTERS) -> list[dict[str, Any]]:
    """Return the conjunctions of a query, each with the fields and tags of a selection."""
    return [_as_parameters(conjunction, filters) for conjunction in query.any_of]


def filters_alone(selection: Selection) -> list[dict[str, Any]] | None:
    """Return the condition that a selection's fields and tags make without its text; None if it has none."""
    is_filtered = selection.tags or any(value is not None for _, value in _fields(selection))
    return conjunctions(MATCH_ALL, selection) if is_filtered else None


def created_within(query: Query) -> tuple[int, int]:
    """Return the oldest and the newest instant at which a match can have been created, in microseconds."""
    since = min((_or(part.created_from, -FOREVER) for part in query.any_of), default=-FOREVER)
    until = max((_or(part.created_before, FOREVER) for part in query.any_of), default=FOREVER)
    return since, until


def _fields(selection: Selection) -> list[tuple[str, str | None]]:
    return [
        ("artifact_type", selection.artifact_type),
        ("source_pipeline", selection.source_pipeline),
        ("source_step", selection.source_step),
    ]


def _as_parameters(conjunction: Conjunction, filters: Selection) -> dict[str, Any]:
    values = asdict(conjunction)
    del values["metadata"]  # compared outside of the database, see `examined.py`
    for name in ("ranges", "lacks_ranges", "equals", "differs", "starts", "lacks_starts"):
        values[name] = [list(pair.values()) for pair in values[name]]
    values["equals"] += [[name, value] for name, value in _fields(filters) if value is not None]
    values["tokens"] = filters.tag_tokens
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
