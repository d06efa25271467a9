"""Entries as the properties of a node, and back.

A property that would be empty is left out. `seq`, and what search needs, is on registered artifacts alone, so that the
indexes hold nothing else. A type is a label as well, for whoever looks at the graph: no query here reads it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CatalogEntry, State
from catalog_graph.instants import from_microseconds, microseconds
from catalog_graph.lineage import Columns
from catalog_graph.query.text import SEPARATOR, bounded, search_index, tag_token

EXACT_FIELDS = ("artifact_id", "content_hash", "source_run_id", "uri")
"""Fields that queries compare as they are: each has a term, by which the full-text index finds it."""
_OWN_PREFIX = "_Catalog"
_STAND_IN = "Type "
_HOUR, _LAST = 3_600_000_000, 99_999_999
_BEFORE_ALL = 62_135_683_200_000_000
"""Microseconds to 1970 from a day before the year 1: in some time zone, that year begins then."""


def type_label(artifact_type: str) -> str:
    """The label of a type: its own name, unless the catalog needs that label for itself."""
    reserved = artifact_type == "Artifact" or artifact_type.startswith((_OWN_PREFIX, _STAND_IN))
    return _STAND_IN + artifact_type if reserved else artifact_type


def labels(entry: CatalogEntry | None) -> list[str]:
    """The labels beside `Artifact`: only a registered one has a type."""
    return [type_label(entry.artifact_type)] if entry is not None and entry.state == "registered" else []


def exact_term(field: str, value: str) -> str:
    """The term of one of `EXACT_FIELDS`; of a long value it tells the start and a digest."""
    return SEPARATOR.join(("e", field, bounded(value)))


def hour_term(seq: int) -> str:
    """The term of the hour in which something was created, in microseconds; hours sort as their terms do."""
    return f"c{SEPARATOR}{min((seq + _BEFORE_ALL) // _HOUR, _LAST):08d}"


LAST_HOUR = hour_term(2**62)
"""No hour's term sorts behind this one."""


def sort_id(artifact_id: str) -> str:
    """A text that sorts as the id does by code points, and that Neo4j sorts so too.

    Neo4j compares texts now by code points, now by UTF-16 units. These orders differ from U+D800 on, so characters from
    U+D000 on are written as two lower ones: the upper and the lower 12 bits.
    """
    if artifact_id.isascii() or max(artifact_id) < "\ud000":
        return artifact_id
    return "".join(
        c if c < "\ud000" else chr(0xD000 + (ord(c) >> 12)) + chr(0x1000 + (ord(c) & 0xFFF)) for c in artifact_id
    )


def new_revision() -> int:
    """A number that tells a state of an artifact from those before; the sum of millions of them fits 63 bits."""
    return random.getrandbits(40)


def storable(text: str) -> bool:
    """Whether `text` is any: half of a surrogate pair is not, and nothing in the catalog can equal it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def properties(entry: CatalogEntry, position: int | None = None) -> dict[str, Any]:
    """All properties of a registered artifact's node, but for `kind`, by which it is counted.

    `position` is that of an artifact that is registered now; without it, the node keeps the one that it has.
    """
    seq = microseconds(entry.created_at)
    index = search_index(entry)
    exact = [exact_term(name, value) for name in EXACT_FIELDS if (value := getattr(entry, name))]
    return {
        **_kept_when_deleted(entry),
        "content_hash": entry.content_hash or None,
        "source_step": entry.source_step or None,
        "source_run_id": entry.source_run_id or None,
        "source_pipeline": entry.source_pipeline or None,
        "tags": _json(entry.tags),
        "metadata": _json(entry.metadata),
        "uri": entry.uri or None,
        "position": position,
        "seq": seq,
        "compact_name": index.compact_name,
        "search_text": index.search_text,
        "terms": [*index.terms, *exact, hour_term(seq)],
        "tag_tokens": [tag_token(key, value) for key, value in entry.tags.items()] or None,
    }


def tombstone(entry: CatalogEntry, deleted_at: int) -> dict[str, Any]:
    """All properties of the node that stays where a deleted artifact was, but for `kind`."""
    kept = _kept_when_deleted(replace(entry, state="deleted"))
    return {**kept, "deleted_at": deleted_at}


def stub(artifact_id: str) -> dict[str, Any]:
    """All properties of a parent that nobody has registered."""
    return _identity(CatalogEntry(artifact_id=artifact_id, state="unregistered"))


def _kept_when_deleted(entry: CatalogEntry) -> dict[str, Any]:
    return {
        **_identity(entry),
        "name": entry.name,
        "artifact_type": entry.artifact_type,
        "version": entry.version,
        "created_at": entry.created_at,
        "parent_ids": entry.parent_ids or None,
        "recorded_at": microseconds(entry.recorded_at) if entry.recorded_at else None,
    }


def _identity(entry: CatalogEntry) -> dict[str, Any]:
    card = (entry.artifact_id, entry.name, entry.artifact_type, entry.version or "", entry.created_at, entry.state)
    return {
        "artifact_id": entry.artifact_id,
        "sort_id": sort_id(entry.artifact_id),
        "state": entry.state,
        "revision": new_revision(),
        # A walk reads one property of each artifact instead of six, which takes half of the time.
        "card": SEPARATOR.join(card),
    }


def cards(texts: list[str], depths: list[int], states: list[State] | None = None) -> Columns:
    """The columns that the `card` properties of some nodes spell, and their depths.

    `states` are those at another instant: of what was unregistered then, only the id shows.
    """
    columns = Columns.from_text(SEPARATOR.join(texts), depths)
    for at, state in enumerate(states or []):
        columns.state[at] = state
        if state == "unregistered":
            columns.name[at] = columns.artifact_type[at] = columns.created_at[at] = ""
            columns.version[at] = None
    return columns


def entry_from(row: Sequence[Any]) -> CatalogEntry:
    """The entry that queries answer as one list, in the order of its fields."""
    *texts, parent_ids, tags, metadata, uri, created_at, version, recorded_at, state = row
    artifact_id, name, artifact_type, content_hash, source_step, source_run_id, source_pipeline = (
        text or "" for text in texts
    )
    known_state: State = state
    return CatalogEntry(
        artifact_id=artifact_id,
        name=name,
        artifact_type=artifact_type,
        content_hash=content_hash,
        source_step=source_step,
        source_run_id=source_run_id,
        source_pipeline=source_pipeline,
        parent_ids=parent_ids or [],
        tags=json.loads(tags) if tags else {},
        metadata=json.loads(metadata) if metadata else {},
        uri=uri or "",
        created_at=created_at or "",
        version=version,
        recorded_at=from_microseconds(recorded_at) if recorded_at is not None else "",
        state=known_state,
    )


def _json(value: dict[str, Any]) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None
