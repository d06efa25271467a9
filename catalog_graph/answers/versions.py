"""The history of a name: its versions in order of registration, newest first, and the changes from each to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from catalog_graph.answers.bookkeeping import comparable
from catalog_graph.artifact import CatalogEntry, same_json
from catalog_graph.forms import Forms, Section

Content = Literal["same", "changed", "unknown"]
"""The result of comparing content hashes; `unknown` if either artifact has none."""

COMPARED = ("artifact_type", "source_step", "source_run_id", "source_pipeline", "uri")
"""Fields that are compared as they are."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences between an artifact and the version before it."""

    since: str
    """Id of the version before."""
    content: Content
    fields: dict[str, list[str]] = field(default_factory=dict)
    """Fields that differ, by name: the old value and the new one."""
    tags_added: dict[str, Any] = field(default_factory=dict)
    tags_removed: dict[str, Any] = field(default_factory=dict)
    tags_changed: dict[str, list[Any]] = field(default_factory=dict)
    """By key, the old value and the new one."""
    metadata_added: list[str] = field(default_factory=list)
    """Keys only, because values may be large."""
    metadata_removed: list[str] = field(default_factory=list)
    metadata_changed: list[str] = field(default_factory=list)
    parents_added: list[str] = field(default_factory=list)
    parents_removed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Version:
    """One artifact of the name."""

    artifact: CatalogEntry
    changes: Changes | None
    """Changes from the version before; `None` for the first version."""


@dataclass(frozen=True, slots=True)
class Versions(Forms):
    """One page of a name's history; the artifact that was registered last comes first."""

    name: str
    items: list[Version]
    cursor: str | None = None
    """Start of the next page; `None` on the last page."""

    @property
    def complete(self) -> bool:
        """True on the last page."""
        return self.cursor is None

    def text(self) -> str:
        """Return a table, newest first, with the changes since the version before."""
        from catalog_graph.render.versions import versions_text

        return versions_text(self)

    def mermaid(self) -> str:
        """Return the versions as a mermaid flowchart, the oldest first, with the changes on the arrows."""
        from catalog_graph.render.versions import versions_mermaid

        return versions_mermaid(self)

    def _headline(self) -> str:
        return f"{self.name}: {len(self.items):,} {'version' if len(self.items) == 1 else 'versions'}"

    def _sections(self) -> list[Section]:
        from catalog_graph.render.versions import versions_section

        return [versions_section(self)]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        items = [
            {"artifact": v.artifact.to_dict(), "changes": None if v.changes is None else asdict(v.changes)}
            for v in self.items
        ]
        return {"name": self.name, "items": items, "complete": self.complete, "cursor": self.cursor}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Versions:
        """Return the object that `to_dict` converted."""
        items = [
            Version(CatalogEntry.from_dict(item["artifact"]), Changes(**item["changes"]) if item["changes"] else None)
            for item in data["items"]
        ]
        return cls(data["name"], items, data["cursor"])


def versions(name: str, newest_first: Sequence[CatalogEntry], limit: int, cursor: str | None) -> Versions:
    """Return a page of the first `limit` entries; one more entry, if any, is what the last of them is compared with."""
    predecessors = [*newest_first[1:], None]
    pairs = zip(newest_first[:limit], predecessors, strict=False)
    items = [Version(entry, None if before is None else changes(before, entry)) for entry, before in pairs]
    return Versions(name, items, cursor)


def changes(before: CatalogEntry, after: CatalogEntry) -> Changes:
    """Return the changes from one artifact to another."""
    tags, metadata = _Edits(before.tags, after.tags), _Edits(comparable(before.metadata), comparable(after.metadata))
    return Changes(
        since=before.artifact_id,
        content=_content(before.content_hash, after.content_hash),
        fields={
            name: [getattr(before, name), getattr(after, name)]
            for name in COMPARED
            if getattr(before, name) != getattr(after, name)
        },
        tags_added={key: after.tags[key] for key in tags.added},
        tags_removed={key: before.tags[key] for key in tags.removed},
        tags_changed={key: [before.tags[key], after.tags[key]] for key in tags.changed},
        metadata_added=metadata.added,
        metadata_removed=metadata.removed,
        metadata_changed=metadata.changed,
        parents_added=[p for p in after.parent_ids if p not in set(before.parent_ids)],
        parents_removed=[p for p in before.parent_ids if p not in set(after.parent_ids)],
    )


class _Edits:
    """The sorted keys in which two objects differ."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self.added = sorted(after.keys() - before.keys())
        self.removed = sorted(before.keys() - after.keys())
        both = sorted(before.keys() & after.keys())
        self.changed = [key for key in both if not same_json(before[key], after[key])]


def _content(before: str, after: str) -> Content:
    if not before or not after:
        return "unknown"
    return "same" if before == after else "changed"
