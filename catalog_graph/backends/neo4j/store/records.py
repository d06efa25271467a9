"""Entries as the properties of a node, and back.

Empty properties are left out. Only registered artifacts have `seq` and the properties of search, so that the indexes
hold nothing else. The type is a label too, for people who look at the graph; no query here reads it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, State, version_number
from catalog_graph.instants import from_microseconds, microseconds
from catalog_graph.lineage import Columns
from catalog_graph.query.index import metadata_tokens, search_index
from catalog_graph.query.text import SEPARATOR, bounded, tag_token

EXACT_FIELDS = ("artifact_id", "content_hash", "source_run_id", "uri")
"""Fields that queries compare exactly: each has a term in the full-text index."""
_OWN_PREFIX = "_Catalog"
_STAND_IN = "Type "
_ALIAS = "\x1e"
"""Separator before each alias at the end of a card, behind the state."""
_JOINED = 1_000
"""Cards that are joined at once."""
_HOUR, _LAST = 3_600_000_000, 99_999_999
_BEFORE_ALL = 62_135_683_200_000_000
"""Microseconds to 1970 from a day before the year 1: in some time zone, that year begins then."""


def type_label(artifact_type: str) -> str:
    """Return the label of a type: its name, or a stand-in if the catalog uses that label itself."""
    reserved = artifact_type == "Artifact" or artifact_type.startswith((_OWN_PREFIX, _STAND_IN))
    return _STAND_IN + artifact_type if reserved else artifact_type


def labels(entry: CatalogEntry | None) -> list[str]:
    """Return the labels other than `Artifact`: the type, if it is known, as it is of deleted artifacts too."""
    return [type_label(entry.artifact_type)] if entry is not None and entry.artifact_type else []


def label_change(old: CatalogEntry | None, new: CatalogEntry | None) -> dict[str, list[str]]:
    """Return the part of a row that changes the labels of an artifact: those that it loses, and those that it has."""
    before, after = labels(old), labels(new)
    return {"old_labels": before if before != after else [], "labels": after}


def exact_term(field: str, value: str) -> str:
    """Return the term of one of `EXACT_FIELDS`; for a long value, its start and a digest."""
    return SEPARATOR.join(("e", field, bounded(value)))


def hour_term(seq: int) -> str:
    """Return the term of the hour of an instant (microseconds since 1970); the terms sort as the hours do."""
    return f"c{SEPARATOR}{min((seq + _BEFORE_ALL) // _HOUR, _LAST):08d}"


LAST_HOUR = hour_term(2**62)
"""The greatest of all hour terms."""


def sort_id(artifact_id: str) -> str:
    """Return a text that sorts in Neo4j as the id sorts by code points.

    Neo4j compares some texts by code points and others by UTF-16 units. These orders differ from U+D800 on, so
    characters from U+D000 on are written as two lower ones: the upper and the lower 12 bits.
    """
    if artifact_id.isascii() or max(artifact_id) < "\ud000":
        return artifact_id
    return "".join(
        c if c < "\ud000" else chr(0xD000 + (ord(c) >> 12)) + chr(0x1000 + (ord(c) & 0xFFF)) for c in artifact_id
    )


def new_revision() -> int:
    """Return a random number for a new state of an artifact; the sum of millions of them fits 63 bits."""
    return secrets.randbits(40)


def storable(text: str) -> bool:
    """Tell whether Neo4j can store the text: it cannot store an unpaired surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def properties(entry: CatalogEntry, position: int | None = None) -> dict[str, Any]:
    """Return all properties of a registered artifact's node but `kind`, by which it is counted.

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
        "version_number": version_number(entry.version),
        "seq": seq,
        "compact_name": index.compact_name,
        "search_text": index.search_text,
        "terms": [*index.terms, *exact, hour_term(seq)],
        "tag_tokens": _tag_tokens(entry, index.metadata) or None,
    }


def _tag_tokens(entry: CatalogEntry, metadata: Mapping[str, Any]) -> list[str]:
    """Return the exact tokens of the tags, and of the values in the metadata that are indexed."""
    tags = (tag_token(key, value) for key, value in entry.tags.items())
    return [*tags, *metadata_tokens(metadata).values()]


def tombstone(entry: CatalogEntry, deleted_at: int) -> dict[str, Any]:
    """Return all properties of a deleted artifact's node but `kind`."""
    kept = _kept_when_deleted(replace(entry, state="deleted"))
    record = {name: getattr(entry, name) for name in CONTRACT_FIELDS}
    return {**kept, "deleted_at": deleted_at, "kept": json.dumps(record, ensure_ascii=False)}


def purged(artifact_id: str, parent_ids: list[str], purged_at: int) -> dict[str, Any]:
    """Return all properties of a purged artifact's node; of its time before, nothing is known."""
    entry = CatalogEntry(artifact_id=artifact_id, parent_ids=parent_ids, state="deleted")
    return {
        **_identity(entry),
        "parent_ids": parent_ids or None,
        "recorded_at": purged_at,
        "deleted_at": purged_at,
    }


def kept_entry(text: str, recorded_at: str) -> CatalogEntry:
    """Return the record of a deleted artifact, from the property `kept` of its node."""
    return CatalogEntry(**json.loads(text), recorded_at=recorded_at)


def stub(artifact_id: str) -> dict[str, Any]:
    """Return all properties of an unregistered parent's node."""
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
        # A traversal reads one property of each artifact instead of six, in half the time.
        "card": SEPARATOR.join(card),
    }


def cards(
    texts: list[str], depths: list[int], states: list[State] | None = None, *, with_aliases: bool = True
) -> Columns:
    """Return the columns of a lineage from the `card` properties of nodes and their depths.

    `states` are those at another instant; an artifact that was unregistered then shows only its id. The aliases on the
    cards are those of the present.
    """
    held: dict[str, tuple[str, ...]] = {}
    text = _joined(texts)
    if _ALIAS in text:
        texts, held = _without_aliases(texts)
        text = _joined(texts)
    columns = Columns.from_text(text, depths, held if with_aliases else {})
    for at, state in enumerate(states or []):
        columns.state[at] = state
        if state == "unregistered":
            columns.name[at] = columns.artifact_type[at] = columns.created_at[at] = ""
            columns.version[at] = None
    return columns


def _joined(texts: list[str]) -> str:
    """Return the texts as one, joined in parts: no other thread runs while Python joins 70,000."""
    return SEPARATOR.join(SEPARATOR.join(texts[at : at + _JOINED]) for at in range(0, len(texts), _JOINED))


def card_end(aliases: Iterable[str]) -> str:
    """Return the end of the card of an artifact that holds these aliases."""
    return "".join(_ALIAS + alias for alias in aliases)


def _without_aliases(texts: list[str]) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Return the cards without their aliases, and the aliases by id."""
    plain, held = texts.copy(), {}
    for at in [at for at, text in enumerate(texts) if _ALIAS in text]:
        fields, _, end = texts[at].rpartition(SEPARATOR)
        state, *aliases = end.split(_ALIAS)
        plain[at] = f"{fields}{SEPARATOR}{state}"
        held[texts[at].partition(SEPARATOR)[0]] = tuple(sorted(set(aliases)))
    return plain, held


def entry_from(row: Sequence[Any]) -> CatalogEntry:
    """Return the entry of a row: a list of its fields in order."""
    *texts, parent_ids, tags, metadata, uri, created_at, version, recorded_at, state, aliases = row
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
        aliases=list(dict.fromkeys(alias for _, alias in sorted(aliases))),
    )


def _json(value: dict[str, Any]) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None
