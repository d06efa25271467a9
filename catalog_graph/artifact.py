"""Entries of the catalog, and the results of registering and reading them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from operator import itemgetter
from typing import Any, Literal

from catalog_graph.errors import InvalidInput
from catalog_graph.forms import Forms, Section, instant, shown

State = Literal["registered", "unregistered", "deleted"]
"""`unregistered`: named as a parent, but never registered. `deleted`: kept as a tombstone, since lineage needs it."""


@dataclass(init=False, repr=False, eq=False)
class CatalogEntry(dict[str, Any], Forms):
    """One artifact: the thirteen fields of the catalog contract, and three that the store adds.

    An entry is an object (`entry.name`) and a dictionary of its fields (`entry["name"]`, `entry.items()`,
    `json.dumps(entry)`); `id` is an alias of `artifact_id`. Entries are equal if their fields are. An empty value
    (`""`, `None`, `{}`, `[]`) means that the field is not set.
    """

    __slots__ = ()

    artifact_id: str
    name: str
    artifact_type: str
    content_hash: str
    source_step: str
    source_run_id: str
    source_pipeline: str
    parent_ids: list[str]
    tags: dict[str, Any]
    metadata: dict[str, Any]
    uri: str
    created_at: str
    version: str | None
    recorded_at: str
    """Instant of registration by the store's clock; a client cannot set it."""
    state: State
    aliases: list[str]
    """The aliases that the artifact holds; a client sets them by `set_alias` alone."""

    def __init__(
        self,
        artifact_id: str = "",
        name: str = "",
        artifact_type: str = "",
        content_hash: str = "",
        source_step: str = "",
        source_run_id: str = "",
        source_pipeline: str = "",
        parent_ids: list[str] | None = None,
        tags: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        uri: str = "",
        created_at: str = "",
        version: str | None = None,
        recorded_at: str = "",
        state: State = "registered",
        aliases: list[str] | None = None,
    ) -> None:
        # Literal keys are the quickest way to fill a dictionary: a page has thousands of entries.
        super().__init__(
            {
                "artifact_id": artifact_id,
                "name": name,
                "artifact_type": artifact_type,
                "content_hash": content_hash,
                "source_step": source_step,
                "source_run_id": source_run_id,
                "source_pipeline": source_pipeline,
                "parent_ids": [] if parent_ids is None else parent_ids,
                "tags": {} if tags is None else tags,
                "metadata": {} if metadata is None else metadata,
                "uri": uri,
                "created_at": created_at,
                "version": version,
                "recorded_at": recorded_at,
                "state": state,
                "aliases": [] if aliases is None else aliases,
            }
        )

    @property
    def id(self) -> str:
        """The `artifact_id`."""
        return self.artifact_id

    def __missing__(self, key: str) -> Any:
        if key == "id":
            return self["artifact_id"]
        raise KeyError(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the field `key`, or `default` if there is no such field or it is `None`."""
        try:
            value = self[key]
        except KeyError:
            return default
        return default if value is None else value

    def __contains__(self, key: object) -> bool:
        return key == "id" or super().__contains__(key)

    def __repr__(self) -> str:
        return f"CatalogEntry({', '.join(f'{name}={value!r}' for name, value in self.items())})"

    def to_dict(self) -> dict[str, Any]:
        """Return all fields by name, as JSON types."""
        return dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CatalogEntry:
        """Return the entry with these fields; unknown fields are ignored."""
        return cls(**{name: data[name] for name in FIELDS if name in data})

    def _headline(self) -> str:
        """Return the name, the type and the version as one line."""
        kind = ", ".join(filter(None, (self.artifact_type, self.version and f"version {self.version}")))
        return shown(f"{self.name or self.artifact_id}{f' ({kind})' if kind else ''}")

    def _sections(self) -> list[Section]:
        """Return the fields that are set: those that hold objects with a row for each key."""
        rows: list[tuple[str, str]] = []
        for name, value in self.items():
            if isinstance(value, dict):
                rows += [(f"{name}.{key}", _value_text(each)) for key, each in value.items()]
            elif value and not (name == "state" and value == "registered"):
                rows.append((name, ", ".join(value) if isinstance(value, list) else str(value)))
        return [Section("", ("field", "value"), rows)]


class Entries(list[CatalogEntry], Forms):
    """A list of entries that shows itself as a table."""

    __slots__ = ()

    def _headline(self) -> str:
        """Return the number of entries."""
        return "1 artifact" if len(self) == 1 else f"{len(self):,} artifacts"

    def _sections(self) -> list[Section]:
        """Return a row for each entry."""
        return [entries_section(self)]


def entries_section(entries: Iterable[CatalogEntry], title: str = "", notes: Iterable[str] = ()) -> Section:
    """Return a row for each entry, with its tags in one cell."""
    rows = [
        (
            entry.name,
            entry.artifact_type,
            entry.version or "",
            " ".join(f"@{alias}" for alias in entry.aliases),
            ", ".join(f"{key}={_value_text(value)}" for key, value in entry.tags.items()),
            instant(entry.created_at),
            entry.artifact_id,
        )
        for entry in entries
    ]
    return Section(title, ("name", "type", "version", "aliases", "tags", "created", "id"), rows, list(notes))


def _value_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


FIELDS: tuple[str, ...] = tuple(f.name for f in fields(CatalogEntry))
CONTRACT_FIELDS: tuple[str, ...] = FIELDS[:13]


def _field(name: str) -> property:
    """Return the attribute that reads and sets a key of the dictionary."""

    def set_field(entry: CatalogEntry, value: Any) -> None:
        entry[name] = value

    return property(itemgetter(name), set_field)


for _name in FIELDS:
    setattr(CatalogEntry, _name, _field(_name))


@dataclass(frozen=True, slots=True)
class Registration:
    """The result of registering one entry."""

    artifact_id: str
    created: bool
    """False if the id was registered already and the entry was merged into that artifact."""
    version: str | None = None
    duplicate_of: str | None = None
    """Id of the oldest other artifact with the same content hash; with `on_duplicate="reuse"` it is `artifact_id`."""
    warnings: list[str] = field(default_factory=list, hash=False)
    """For the caller to know, such as a parent that is not registered; at most 20 in a batch, and a count."""


OnDuplicate = Literal["warn", "reuse", "error"]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """An artifact with its direct parents (in the order of `parent_ids`) and its direct children (oldest first)."""

    artifact: CatalogEntry
    parents: list[CatalogEntry]
    children: list[CatalogEntry]


def merged(old: CatalogEntry | None, new: CatalogEntry, now: str) -> CatalogEntry:
    """Return the entry that the store keeps after `new` is registered over `old`, which has the same id or is `None`.

    Registering removes nothing: fields that `new` sets win, tags and metadata merge by top-level key, parents add up,
    and the `created_at` of a registered artifact stays. Of a deleted artifact only the parents count. `version` is
    `None` if the store has to number it.
    """
    kept = old if old is not None and old.state == "registered" else CatalogEntry()
    parents = old.parent_ids if old is not None else []
    return CatalogEntry(
        artifact_id=new.artifact_id,
        name=new.name or kept.name,
        artifact_type=new.artifact_type or kept.artifact_type,
        content_hash=new.content_hash or kept.content_hash,
        source_step=new.source_step or kept.source_step,
        source_run_id=new.source_run_id or kept.source_run_id,
        source_pipeline=new.source_pipeline or kept.source_pipeline,
        parent_ids=list(dict.fromkeys([*parents, *new.parent_ids])),
        tags={**kept.tags, **new.tags},
        metadata={**kept.metadata, **new.metadata},
        uri=new.uri or kept.uri,
        created_at=kept.created_at or new.created_at or now,
        version=new.version or kept.version,
        recorded_at=kept.recorded_at or now,
    )


def without(entry: CatalogEntry, metadata: Iterable[str], fields: Iterable[str]) -> CatalogEntry:
    """Return an entry without some metadata keys, and with some text fields empty."""
    keys = set(metadata)
    kept = {key: value for key, value in entry.metadata.items() if key not in keys}
    cleared: dict[str, Any] = dict.fromkeys(fields, "")
    return replace(entry, metadata=kept, **cleared)


def version_number(version: str | None) -> int | None:
    """Return the number of a version such as `3` or `v3`; `None` for any other version."""
    digits = (version or "").removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def same_json(left: Any, right: Any) -> bool:
    """Return True if two values are equal as JSON: 1 equals 1.0, but true does not equal 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(v, right[k]) for k, v in left.items())
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)


def checked_on_duplicate(value: str) -> OnDuplicate:
    """Return `value`. Raises `InvalidInput` unless it is `warn`, `reuse` or `error`."""
    if value == "warn":
        return "warn"
    if value == "reuse":
        return "reuse"
    if value == "error":
        return "error"
    raise InvalidInput(f"on_duplicate {value!r} is not known; use warn, reuse or error", field="on_duplicate")
