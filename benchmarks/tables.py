"""Tables of figures without a comparison: profiles, sizes, curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.bench import Bench

Rows = list[list[str | int | float | None]]


@dataclass(frozen=True)
class Table:
    """A table, and the function that computes its rows."""

    name: str
    title: str
    header: list[str]
    rows: Callable[[Bench], Rows]
    stages: frozenset[str]
    note: str
    last: bool
    """True to compute it at the very end, when databases and services may be stopped."""


REGISTERED: dict[str, Table] = {}
"""All tables by name, in the order in which they are computed, after the measurements that only read."""


def table(
    name: str,
    title: str,
    header: list[str],
    *,
    stages: frozenset[str] = frozenset({"quick", "bench"}),
    note: str = "",
    last: bool = False,
) -> Callable[[Callable[[Bench], Rows]], Callable[[Bench], Rows]]:
    """Register the decorated function as a table."""

    def register(rows: Callable[[Bench], Rows]) -> Callable[[Bench], Rows]:
        if name in REGISTERED:
            raise ValueError(f"table {name!r} is already registered: choose another name")
        REGISTERED[name] = Table(name, title, header, rows, stages, note, last)
        return rows

    return register
