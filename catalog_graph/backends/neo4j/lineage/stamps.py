"""Marks of whole ancestries: a later transaction compares them to see if anything has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from neo4j import Record


def mark(run: Callable[..., list[Record]], artifact_ids: Sequence[str]) -> str:
    """Return a mark of the present state of artifacts and all their ancestors; `run` sends a query by name."""
    [row] = run("lineage/mark", ids=list(artifact_ids))
    marks: list[Any] = row["marks"]
    return json.dumps(marks)
