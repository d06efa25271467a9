"""The versions of a name as a table of text and as a flowchart, with the changes in each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from catalog_graph.forms import Section, instant, shortened
from catalog_graph.render.mermaid import ICONS, OTHER_ICON, STYLES, box_id, escaped

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Changes, Version, Versions
    from catalog_graph.artifact import CatalogEntry


HEAD = ("VERSION", "CREATED", "ID", "CHANGED")
_MAX_ON_ARROW = 60
"""Maximum letters of the changes on an arrow."""
_MAX_ITEMS = 4
"""Maximum number of changes of each kind that are named; the rest are counted."""


def versions_text(versions: Versions) -> str:
    """Return a table, newest first, with the changes since the version before, which is the line below.

    `+` marks an addition, `-` a removal, `~` another value.
    """
    rows = [HEAD, *map(_row, versions.items)]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    lines = [
        "  ".join((*(text.ljust(w) for text, w in zip(row, widths, strict=False)), row[3])).rstrip() for row in rows
    ]
    return "\n".join(lines if versions.complete else [*lines, "… older versions follow"])


def versions_section(versions: Versions) -> Section:
    """Return a row for each version, newest first."""
    notes = [] if versions.complete else ["… older versions follow"]
    return Section("", [head.lower() for head in HEAD], list(map(_row, versions.items)), notes)


def versions_mermaid(versions: Versions) -> str:
    """Return the versions as a mermaid flowchart (`graph LR`), the oldest first, with the changes on the arrows."""
    lines = ['older["… older versions"]:::partial'] if not versions.complete else []
    before = "older" if lines else ""
    for item in reversed(versions.items):
        artifact, box = item.artifact, box_id(item.artifact.artifact_id)
        facts = f"v{with_aliases(artifact)}" if (artifact.version or "").isdigit() else with_aliases(artifact)
        icon = ICONS.get(artifact.artifact_type.lower(), OTHER_ICON)
        lines.append(f'{box}["{icon} {escaped(artifact.name)}<br/>({escaped(facts)})"]')
        if before:
            text = escaped(shortened(changed(item.changes), _MAX_ON_ARROW)) if item.changes else ""
            lines.append(f'{before} -->|"{text}"| {box}' if text else f"{before} --> {box}")
        before = box
    lines += [f"classDef partial {STYLES['partial']}"] if not versions.complete else []
    return "\n    ".join(["graph LR", *lines]) + "\n"


def _row(version: Version) -> tuple[str, str, str, str]:
    artifact, changes = version.artifact, version.changes
    change = "the first" if changes is None else changed(changes)
    return with_aliases(artifact), instant(artifact.created_at), artifact.artifact_id, change


def with_aliases(artifact: CatalogEntry) -> str:
    """Return the version of an artifact and the aliases that it holds: `3 @champion`."""
    return " ".join([artifact.version or "", *(f"@{alias}" for alias in artifact.aliases)])


def changed(changes: Changes) -> str:
    """Return the changes as one line."""
    tags = [
        *(f"+{key}={_value(value)}" for key, value in changes.tags_added.items()),
        *(f"~{key} {_value(old)} -> {_value(new)}" for key, (old, new) in changes.tags_changed.items()),
        *(f"-{key}" for key in changes.tags_removed),
    ]
    metadata = _signed(changes.metadata_added, changes.metadata_changed, changes.metadata_removed)
    parents = _signed(changes.parents_added, [], changes.parents_removed)
    fields = [f"{name} {old or 'none'} -> {new or 'none'}" for name, (old, new) in changes.fields.items()]
    groups = [("tags", tags), ("metadata", metadata), ("parents", parents), ("", fields)]
    content = ["content"] if changes.content == "changed" else []
    return "; ".join([*content, *(_group(name, items) for name, items in groups if items)]) or "nothing"


def _signed(added: list[str], changed_: list[str], removed: list[str]) -> list[str]:
    signs: Iterator[tuple[str, list[str]]] = iter((("+", added), ("~", changed_), ("-", removed)))
    return [f"{sign}{item}" for sign, items in signs for item in items]


def _group(name: str, items: list[str]) -> str:
    more = f" and {len(items) - _MAX_ITEMS} more" if len(items) > _MAX_ITEMS else ""
    return f"{name} {', '.join(items[:_MAX_ITEMS])}{more}".strip()


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"
