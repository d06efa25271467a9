"""What the catalog holds: entries, and the answers about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from catalog_graph.errors import InvalidInput

State = Literal["registered", "unregistered", "deleted"]
"""`unregistered`: named as a parent, never registered. `deleted`: kept because lineage needs it."""


@dataclass(slots=True)
class CatalogEntry:
    """One artifact: the thirteen fields of the catalog contract, and two that the store adds.

    Works as an object (`entry.name`) and as a mapping (`entry["name"]`, `entry.get("tags", {})`); `id` is
    an alias of `artifact_id`. Empty values (`""`, `None`, `{}`, `[]`) mean *not given*.
    """

    artifact_id: str = ""
    name: str = ""
    artifact_type: str = ""
    content_hash: str = ""
    source_step: str = ""
    source_run_id: str = ""
    source_pipeline: str = ""
    parent_ids: list[str] = field(default_factory=list)
    tags: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    uri: str = ""
    created_at: str = ""
    version: str | None = None
    recorded_at: str = ""
    """The store's own clock when it took the entry in; never taken from a client."""
    state: State = "registered"

    @property
    def id(self) -> str:
        """The same as `artifact_id`."""
        return self.artifact_id

    def __getitem__(self, key: str) -> Any:
        if key == "id":
            return self.artifact_id
        if key in FIELDS:
            return getattr(self, key)
        raise KeyError(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The field `key`, or `default` where there is no such field or it is `None`."""
        try:
            value = self[key]
        except KeyError:
            return default
        return default if value is None else value

    def keys(self) -> Iterator[str]:
        """The names of the fields, so that `dict(entry)` works."""
        return iter(FIELDS)

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __contains__(self, key: object) -> bool:
        return key == "id" or key in FIELDS

    def to_dict(self) -> dict[str, Any]:
        """All fields by name, as JSON types."""
        return {name: getattr(self, name) for name in FIELDS}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CatalogEntry:
        """The inverse of `to_dict`; fields that are not known are left out."""
        return cls(**{name: data[name] for name in FIELDS if name in data})


FIELDS: tuple[str, ...] = tuple(f.name for f in fields(CatalogEntry))
CONTRACT_FIELDS: tuple[str, ...] = FIELDS[:13]


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of one registered entry."""

    artifact_id: str
    created: bool
    """False where an artifact of that id was registered before, and what was sent was merged into it."""
    version: str | None = None
    duplicate_of: str | None = None
    """The oldest other artifact with the same content hash. With `on_duplicate="reuse"` it is `artifact_id`."""


OnDuplicate = Literal["warn", "reuse", "error"]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """An artifact with its direct parents (in the order they were given) and children (oldest first)."""

    artifact: CatalogEntry
    parents: list[CatalogEntry]
    children: list[CatalogEntry]


def merged(old: CatalogEntry | None, sent: CatalogEntry, now: str) -> CatalogEntry:
    """What the store holds after `sent` is registered over `old` (the same id; `None`: not known).

    Registering never takes away: given fields win, tags and metadata merge by top-level key, parents add
    up, the `created_at` of a registered artifact stays. A deleted artifact keeps nothing but its parents.
    `version` is left `None` where the store has to number it.
    """
    kept = old if old is not None and old.state == "registered" else CatalogEntry()
    parents = old.parent_ids if old is not None else []
    return CatalogEntry(
        artifact_id=sent.artifact_id,
        name=sent.name or kept.name,
        artifact_type=sent.artifact_type or kept.artifact_type,
        content_hash=sent.content_hash or kept.content_hash,
        source_step=sent.source_step or kept.source_step,
        source_run_id=sent.source_run_id or kept.source_run_id,
        source_pipeline=sent.source_pipeline or kept.source_pipeline,
        parent_ids=list(dict.fromkeys([*parents, *sent.parent_ids])),
        tags={**kept.tags, **sent.tags},
        metadata={**kept.metadata, **sent.metadata},
        uri=sent.uri or kept.uri,
        created_at=kept.created_at or sent.created_at or now,
        version=sent.version or kept.version,
        recorded_at=kept.recorded_at or now,
    )


def version_number(version: str | None) -> int | None:
    """The whole number of a version such as `3` or `v3`, else `None`."""
    digits = (version or "").removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def same_json(left: Any, right: Any) -> bool:
    """JSON equality: 1 equals 1.0, true does not equal 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(v, right[k]) for k, v in left.items())
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)


def checked_on_duplicate(value: str) -> OnDuplicate:
    """`value`, or `InvalidInput` where it is none of the three."""
    if value == "warn":
        return "warn"
    if value == "reuse":
        return "reuse"
    if value == "error":
        return "error"
    raise InvalidInput(f"on_duplicate {value!r} is not known; use warn, reuse or error", field="on_duplicate")
