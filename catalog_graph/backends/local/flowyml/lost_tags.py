"""Tags that a writer removed by accident.

FlowyML's `tag()` reads the tags, adds its own and writes all of them back. Whatever others wrote in between is lost,
although the caller did not name it. The recent states of the tags show which of them the writer may have read, and so
which tags it named: of all these states, the one that leaves the fewest named tags is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog_graph.artifact import same_json

Tags = dict[str, Any]


def restored_tags(before: Tags, written: Tags, earlier: Sequence[Tags], intended: Tags) -> Tags:
    """Return the tags that an artifact should have after a writer replaced `before` by `written`.

    `earlier` has states before `before` that the writer may have read; `intended` are the tags that the artifact should
    have had until then. A writer that leaves out keys, which `tag()` never does, gets what it wrote.
    """
    # `tag()` names at least one tag, so the writer has not read an earlier state that equals `written`.
    earlier_readings = [_named_tags(state, written) or None for state in earlier]
    readings: list[Tags] = [named for named in (_named_tags(before, written), *earlier_readings) if named is not None]
    if not readings:
        return written
    fewest = min(readings, key=len)
    return {**intended, **fewest}


def _named_tags(read: Tags, written: Tags) -> Tags | None:
    """Return the tags that a writer added or changed, or `None` if it also removed some."""
    if not read.keys() <= written.keys():
        return None
    return {k: v for k, v in written.items() if k not in read or not same_json(read[k], v)}
