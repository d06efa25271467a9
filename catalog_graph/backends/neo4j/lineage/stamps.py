"""Marks of whole ancestries: to tell, inside a later transaction, whether anything in them has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from neo4j import Record


def mark(run: Callable[..., list[Record]], artifact_ids: Sequence[str]) -> str:
    """What artifacts and everything upstream of them are like now; `run` sends a query by name."""
    [row] = run("lineage/mark", ids=list(artifact_ids))
    marks: list[Any] = row["marks"]
    return json.dumps(marks)
