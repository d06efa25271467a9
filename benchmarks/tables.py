"""Tables that are no comparison: profiles, sizes, curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.bench import Bench

Rows = list[list[str | int | float | None]]


@dataclass(frozen=True)
class Table:
    """What is found out, and how."""

    name: str
    title: str
    header: list[str]
    rows: Callable[[Bench], Rows]
    stages: frozenset[str]
    note: str
    last: bool
    """Whether it is made at the very end, when everything may be stopped."""


REGISTERED: dict[str, Table] = {}
"""All tables by name, in the order in which they are made; after the measurements that only read."""


def table(
    name: str,
    title: str,
    header: list[str],
    *,
    stages: frozenset[str] = frozenset({"quick", "bench"}),
    note: str = "",
    last: bool = False,
) -> Callable[[Callable[[Bench], Rows]], Callable[[Bench], Rows]]:
    """Registers the decorated function as a table."""

    def register(rows: Callable[[Bench], Rows]) -> Callable[[Bench], Rows]:
        if name in REGISTERED:
            raise ValueError(f"there is a table {name!r} already")
        REGISTERED[name] = Table(name, title, header, rows, stages, note, last)
        return rows

    return register
