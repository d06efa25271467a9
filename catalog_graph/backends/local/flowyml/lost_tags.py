"""Tags that a writer undid without meaning to.

FlowyML's `tag()` reads the tags, adds its own and writes all of them back. What was written between its
reading and its writing is lost, although it was not named. From the states that the tags had lately, it
can be told what such a writer had read, and so what it named: the reading that makes it name the least.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog_graph.artifact import same_json

Tags = dict[str, Any]


def meant(before: Tags, written: Tags, earlier: Sequence[Tags], intended: Tags) -> Tags:
    """The tags that an artifact should have after a writer replaced `before` by `written`.

    `earlier` are states before `before` that the writer may have read, the latest first; `intended` is
    what the tags should have been already. A writer that leaves keys out in a way that `tag()` never
    does is taken at its word.
    """
    readings: list[Tags] = [named for named in (_named(state, written) for state in earlier) if named]
    fresh = _named(before, written)
    if fresh is not None:
        readings.insert(0, fresh)
    if not readings:
        return written
    least = min(readings, key=len)
    return {**intended, **least}


def _named(read: Tags, written: Tags) -> Tags | None:
    """What was added to `read` to make `written`; `None` where something was taken away."""
    if not read.keys() <= written.keys():
        return None
    return {k: v for k, v in written.items() if k not in read or not same_json(read[k], v)}
