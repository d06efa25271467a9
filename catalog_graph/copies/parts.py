"""Batches of which a catalog refuses some records: the others are taken all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from catalog_graph.errors import CatalogError, Conflict, CycleRefused, InvalidInput

R = TypeVar("R")
A = TypeVar("A")


def in_parts(
    rows: Sequence[R],
    act: Callable[[Sequence[R]], A],
    leave_out: Callable[[R, str], None],
    id_of: Callable[[R], str],
) -> list[tuple[Sequence[R], A]]:
    """Call `act` with the rows, without those that it refuses; return its results, each with its rows.

    `act` takes all of its rows or none, and raises an error that names a row, by position or by id, or none: then
    each half is tried by itself.
    """
    rest = list(rows)
    results: list[tuple[Sequence[R], A]] = []
    while rest:
        try:
            results.append((rest, act(rest)))
            break
        except (InvalidInput, Conflict) as error:
            culprits = _culprits([id_of(row) for row in rest], error)
            if not culprits:
                middle = len(rest) // 2
                results += in_parts(rest[:middle], act, leave_out, id_of)
                rest = rest[middle:]
                continue
            for position, reason in culprits.items():
                leave_out(rest[position], reason)
            rest = [row for position, row in enumerate(rest) if position not in culprits]
    return results


def _culprits(ids: Sequence[str], error: CatalogError) -> dict[int, str]:
    """Return the reasons for refused rows by their positions; empty if the error does not tell which row it is."""
    listed: list[Any] = error.details.get("errors", [])
    reasons = {each["index"]: str(each["reason"]) for each in listed if 0 <= each.get("index", -1) < len(ids)}
    if not reasons and len(ids) == 1:
        return {0: error.message}
    if not reasons and isinstance(error, CycleRefused):
        positions = {artifact_id: position for position, artifact_id in enumerate(ids)}
        first = next((positions[i] for i in error.details.get("path", []) if i in positions), None)
        return {} if first is None else {first: error.message}
    return reasons
