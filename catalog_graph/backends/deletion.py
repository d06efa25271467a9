"""Deleted artifacts: the refusals of `undelete` and of `purge`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from catalog_graph.errors import Conflict


def not_deleted(artifact_id: str) -> Conflict:
    """Return the error for an artifact to undelete that is registered."""
    return Conflict(
        f"artifact {artifact_id!r} is registered, not deleted: there is nothing to undelete", artifact_id=artifact_id
    )


def no_record(artifact_id: str) -> Conflict:
    """Return the error for a deleted artifact whose record is not kept."""
    return Conflict(
        f"artifact {artifact_id!r} cannot be undeleted: the catalog keeps no record of it; register it again",
        artifact_id=artifact_id,
    )


def has_children(artifact_id: str, children: int) -> Conflict:
    """Return the error for an artifact to purge from which something derives."""
    derive = "1 artifact derives" if children == 1 else f"{children:,} artifacts derive"
    return Conflict(
        f"artifact {artifact_id!r} cannot be purged while {derive} from it: delete those first, or use "
        "force=True, which leaves its id as their parent",
        artifact_id=artifact_id,
    )


def receipt_texts(artifact_id: str, names: Iterable[str]) -> list[str]:
    """Return texts, one of which is in each receipt that holds this id, or a warning with it or one of its names."""
    quoted = [json.dumps(repr(text))[1:-1] for text in (artifact_id, *names) if text]
    return [json.dumps(artifact_id), *quoted]
