"""Checks of all values before they reach a store, which trusts them.

The limits are the same on every backend. They follow from Neo4j: a range index takes keys of up to about 8 kB, a text
index of up to 32 kB, and a full-text term over 32,766 bytes stops the database.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn

from catalog_graph.artifact import CatalogEntry, merged
from catalog_graph.errors import CycleRefused, InvalidInput, LimitExceeded
from catalog_graph.instants import checked_instant

TEXT_LIMITS = {
    "artifact_id": 512,
    "name": 512,
    "artifact_type": 128,
    "content_hash": 512,
    "source_step": 512,
    "source_run_id": 512,
    "source_pipeline": 512,
    "version": 128,
    "uri": 8192,
}
"""Maximum number of characters of each text field."""
MAX_TAG_BYTES = 16 * 1024
"""Maximum size of an artifact's tags as JSON."""
MAX_METADATA_BYTES = 1024 * 1024
"""Maximum size of an artifact's metadata as JSON."""
MAX_PARENTS = 10_000
MAX_NODES = 250_000
"""Maximum number of nodes in one lineage answer; a larger lineage is continued at its cursor."""
MAX_BATCH = 10_000
"""Maximum number of entries in one batch."""
MAX_ERRORS = 100
"""Maximum number of errors in the details of an exception; its `total` counts all."""
MAX_NESTING = 100
"""Maximum depth of objects and lists in tags and metadata."""
MAX_PAGE = 10_000
"""Maximum number of entries on one page of a list or a search."""
MAX_QUERY = 1024
"""Maximum number of characters of a search text."""
CLEARABLE_FIELDS = ("content_hash", "source_step", "source_run_id", "source_pipeline", "uri")
"""Fields that an artifact may lose."""
_LEAST, _GREATEST = -(2**63), 2**63 - 1
"""The whole numbers that every store holds."""
RESERVED_IDS = frozenset({"search", "by-hash", "batch"})
"""Names of routes, which no artifact can have as its id."""


def checked_entry(entry: CatalogEntry) -> CatalogEntry:
    """Return `entry` with its instant in UTC and its missing values made uniform.

    Raises `InvalidInput` and `LimitExceeded`.
    """
    for name in TEXT_LIMITS:
        _check_text(entry[name], name)
    for name in ("name", "artifact_type"):
        if not entry[name]:
            raise InvalidInput(f"{name} is required and must not be empty", field=name)
    if entry.artifact_id:
        checked_id(entry.artifact_id)
    created_at = _or_empty(entry.created_at, "")
    if created_at != "":
        if not isinstance(created_at, datetime):
            _check_is_text(created_at, "created_at")
        created_at = checked_instant(created_at, "created_at")
    return CatalogEntry(
        artifact_id=entry.artifact_id or "",
        name=entry.name,
        artifact_type=entry.artifact_type,
        content_hash=entry.content_hash or "",
        source_step=entry.source_step or "",
        source_run_id=entry.source_run_id or "",
        source_pipeline=entry.source_pipeline or "",
        parent_ids=checked_parents(entry.artifact_id, _or_empty(entry.parent_ids, [])),
        tags=checked_object(_or_empty(entry.tags, {}), "tags", MAX_TAG_BYTES),
        metadata=checked_object(_or_empty(entry.metadata, {}), "metadata", MAX_METADATA_BYTES),
        uri=entry.uri or "",
        created_at=created_at,
        version=entry.version or None,
    )


def _or_empty(value: Any, empty: Any) -> Any:
    """Return `empty` for a value that means "not set"; 0 and False are wrong values, and are returned to be refused."""
    return empty if value is None or (not value and isinstance(value, str | list | tuple | dict)) else value


def checked_unset(metadata: Iterable[str], fields: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the metadata keys to remove and the fields to clear, each once. Raises `InvalidInput`."""
    keys, names = ([*dict.fromkeys(checked_texts(v, n))] for v, n in ((metadata, "metadata"), (fields, "fields")))
    for name in names:
        if name not in CLEARABLE_FIELDS:
            raise InvalidInput(
                f"fields: {name!r} cannot be cleared; choose from {', '.join(CLEARABLE_FIELDS)}", field="fields"
            )
    if not keys and not names:
        raise InvalidInput("metadata and fields are both empty; name a metadata key or a field", field="metadata")
    return keys, names


def checked_merge(old: CatalogEntry | None, new: CatalogEntry, now: str) -> CatalogEntry:
    """Return `artifact.merged` of the two. Raises `LimitExceeded` if tags, metadata or parents add up to too much."""
    both = merged(old, new, now)
    if old is not None:
        try:
            checked_object(both.tags, "tags", MAX_TAG_BYTES)
            checked_object(both.metadata, "metadata", MAX_METADATA_BYTES)
            checked_parents(both.artifact_id, both.parent_ids)
        except InvalidInput as error:
            error.details["refused"] = both.artifact_id
            raise
    return both


def checked_id(artifact_id: Any, field: str = "artifact_id") -> str:
    """Return `artifact_id`. Raises `InvalidInput` if no artifact can have it."""
    if not artifact_id:
        raise InvalidInput(f"{field} must not be empty", field=field)
    _check_text(artifact_id, field, limit=TEXT_LIMITS["artifact_id"])
    if artifact_id in RESERVED_IDS:
        raise InvalidInput(f"{field} {artifact_id!r} is reserved for a route of the API; choose another", field=field)
    checked: str = artifact_id
    return checked


def checked_name(name: Any) -> str:
    """Return `name`. Raises `InvalidInput` if no artifact can have it."""
    if not name:
        raise InvalidInput("name must not be empty", field="name")
    _check_text(name, "name")
    return str(name)


def checked_text(text: Any, field: str, limit: int) -> str:
    """Return `text`, or an empty one for `None`. Raises `LimitExceeded` over `limit` characters."""
    _check_text(text, field, limit)
    return text or ""


def checked_parents(child_id: str, parent_ids: Any) -> list[str]:
    """Return `parent_ids` without repetitions. Raises `InvalidInput` if the child is among them."""
    if not isinstance(parent_ids, list | tuple):
        raise InvalidInput(f"parent_ids must be a list of ids, not {_kind(parent_ids)}", field="parent_ids")
    if len(parent_ids) > MAX_PARENTS:
        raise LimitExceeded(
            f"parent_ids has {len(parent_ids):,} ids; at most {MAX_PARENTS:,} are allowed", field="parent_ids"
        )
    for parent_id in parent_ids:
        checked_id(parent_id, "parent_ids")
        if parent_id == child_id:
            raise InvalidInput(f"artifact {child_id!r} cannot be its own parent", field="parent_ids")
    return list(dict.fromkeys(parent_ids))


json_text = json.JSONEncoder(ensure_ascii=False).encode
"""Return a value as JSON: `json.dumps` makes an encoder anew for each text with options."""


def checked_object(value: Any, field: str, max_bytes: int) -> dict[str, Any]:
    """Return `value`. Raises `InvalidInput` or `LimitExceeded` unless it is a JSON object of at most `max_bytes`."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} must be an object, not {_kind(value)}", field=field)
    try:
        _check_json(value, field, MAX_NESTING)
    except _Scalar:
        return checked_object(_without_scalars(value, MAX_NESTING + 1), field, max_bytes)
    size = len(json_text(value).encode())
    if size > max_bytes:
        raise LimitExceeded(f"{field} is {size:,} bytes as JSON; at most {max_bytes:,} are allowed", field=field)
    return value


def checked_limit(value: Any, field: str = "limit") -> int:
    """Return `value`, a number or its digits, as a whole number. Raises `InvalidInput` unless it is at least 1."""
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise InvalidInput(f"{field} must be a whole number of at least 1, not {value!r}", field=field)
    return min(number, 2**31 - 1)


def checked_depth(value: Any, field: str = "depth") -> int:
    """Return `value`, a number of edges or its digits. Raises `InvalidInput` unless it is at least 0."""
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise InvalidInput(f"{field} must be a whole number of at least 0, not {value!r}", field=field)
    return min(number, 2**31 - 2)


def checked_query(text: Any, field: str = "query") -> str:
    """Return `text`. Raises `InvalidInput` or `LimitExceeded` unless it is text of at most `MAX_QUERY` characters."""
    _check_is_text(text, field)
    _check_text(text, field, limit=MAX_QUERY, control=True)
    return str(text)


def checked_texts(value: Any, field: str) -> list[str]:
    """Return `value`, an iterable of texts, as a list; a single text becomes a list of one."""
    if not isinstance(value, Iterable):
        raise InvalidInput(f"{field} must be a list of texts, not {_kind(value)}", field=field)
    texts = [value] if isinstance(value, str) else list(value)
    for text in texts:
        _check_is_text(text, field)
    return texts


def refuse_batch_cycles(entries: list[CatalogEntry]) -> None:
    """Raise `CycleRefused`, with the path, if the edges among these entries close a cycle."""
    parents = {e.artifact_id: e.parent_ids for e in entries}
    done: set[str] = set()
    for start in parents:
        trail: dict[str, None] = {}
        stack = [(start, iter(parents[start]))] if start not in done else []
        if stack:
            trail[start] = None
        while stack:
            node, rest = stack[-1]
            parent = next((p for p in rest if p in parents and p not in done), None)
            if parent is None:
                stack.pop()
                trail.pop(node)
                done.add(node)
            elif parent in trail:
                ids = list(trail)
                raise cycle_refused([*ids[ids.index(parent) :], parent])
            else:
                trail[parent] = None
                stack.append((parent, iter(parents[parent])))


def cycle_refused(path: list[str]) -> CycleRefused:
    """Return the error for a cycle along `path`: ids, each child before its parent, the first id also the last."""
    shown = path if len(path) <= 12 else [*path[:6], "…", *path[-5:]]
    return CycleRefused(
        f"artifact {path[0]!r} would derive from itself: {' -> '.join(shown)}; remove one of these parents",
        path=path,
    )


def _check_text(value: Any, field: str, limit: int | None = None, *, control: bool = False) -> None:
    if value is None:
        return
    if type(value) is not str:
        _check_is_text(value, field)
    most = TEXT_LIMITS[field] if limit is None else limit
    if len(value) > most:
        raise LimitExceeded(f"{field} has {len(value):,} characters; at most {most:,} are allowed", field=field)
    if not value.isprintable():
        bad = next((c for c in value if (ord(c) < 32 or ord(c) == 127) and (not control or c == "\0")), None)
        if bad is not None:
            raise InvalidInput(f"{field} {value[:80]!r} contains the control character {bad!r}; remove it", field=field)
        _check_unicode(value, field)


def _check_is_text(value: Any, field: str) -> None:
    if not isinstance(value, str):
        raise InvalidInput(f"{field} must be text, not {_kind(value)}", field=field)


def _check_unicode(value: str, field: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as cause:
        half = value[cause.start]
        raise InvalidInput(f"{field} contains {half!r}, half of a surrogate pair; remove it", field=field) from cause


def _check_json(value: Any, field: str, levels: int) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise InvalidInput(f"{field} contains a NUL character, which cannot be stored; remove it", field=field)
        _check_unicode(value, field)
    elif isinstance(value, dict | list | tuple):
        if levels == 0:
            raise InvalidInput(f"{field} is nested more than {MAX_NESTING} levels deep; flatten it", field=field)
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            if isinstance(value, dict) and not (type(key) is str and key.isprintable()):
                _check_key(key, field)
            if not _is_plain(item):
                _check_json(item, f"{field}[{key!r}]" if levels == MAX_NESTING else field, levels - 1)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInput(f"{field} is {value}, which JSON cannot express; write it as text or null", field=field)
    elif isinstance(value, int):
        if not _LEAST <= value <= _GREATEST:
            raise InvalidInput(f"{field} is a whole number of more than 64 bits; write it as text", field=field)
    elif value is not None:
        if _is_scalar(value):
            raise _Scalar
        raise InvalidInput(f"{field} is {_kind(value)}, which JSON cannot express{_advice(value)}", field=field)


def _is_plain(value: Any) -> bool:
    """Return True for a printable text, a number that every store holds, a boolean or null, which need no check."""
    kind = type(value)
    if kind is str:
        printable: bool = value.isprintable()
        return printable
    if kind is int:
        return bool(_LEAST <= value <= _GREATEST)
    return math.isfinite(value) if kind is float else kind is bool or value is None


class _Scalar(Exception):
    """Raised inside this module at a number of NumPy or a similar library."""


def _is_scalar(value: Any) -> bool:
    """Return True for a single value of NumPy, torch or the like that equals a plain value of Python exactly."""
    if getattr(value, "shape", None) != () or not callable(getattr(value, "item", None)):
        return False
    return type(value.item()) in (bool, int, float, str)


def _without_scalars(value: Any, levels: int) -> Any:
    """Return `value` with single values of NumPy and the like replaced by those of Python, down to `levels`."""
    if isinstance(value, dict) and levels:
        return {key: _without_scalars(item, levels - 1) for key, item in value.items()}
    if isinstance(value, list | tuple) and levels:
        return [_without_scalars(item, levels - 1) for item in value]
    return value.item() if _is_scalar(value) else value


def _advice(value: Any) -> str:
    if callable(getattr(value, "isoformat", None)):
        return "; write it as text, with .isoformat()"
    if callable(getattr(value, "tolist", None)):
        return "; write it as a list, with .tolist()"
    if isinstance(value, set | frozenset):
        return "; write it as a list"
    return "; write it as text, a number, a list or an object"


def _check_key(key: Any, field: str) -> None:
    if not isinstance(key, str):
        raise InvalidInput(f"a key of {field} must be text, not {_kind(key)}", field=field)
    _check_json(key, f"a key of {field}", 1)


def _kind(value: Any) -> str:
    nouns = {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}
    return nouns.get(type(value)) or ("a number" if type(value) in (int, float) else f"a {type(value).__name__}")


def strict_json(text: str | bytes) -> Any:
    """Return the value of a JSON text; raise `ValueError` if it is invalid, too deep, or has NaN or infinity."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as cause:
        raise ValueError(str(cause)) from cause


def _refuse_constant(text: str) -> NoReturn:
    """Raise `ValueError` for NaN and infinity, which Python's parser accepts and JSON does not have."""
    raise ValueError(f"{text} is not a JSON number; use null")
