"""The entries of artifacts that events made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph import checks, instants
from catalog_graph.artifact import CatalogEntry
from catalog_graph.openlineage.documents import Document
from catalog_graph.openlineage.events import version_of
from catalog_graph.openlineage.runs import STRENGTH, How, Run

METADATA = frozenset(
    {
        "columns",
        "dataset_type",
        "documentation",
        "dropped_at",
        "how",
        "job_namespace",
        "lifecycle",
        "namespace",
        "owners",
        "schema",
        "source",
        "statistics",
        "symlinks",
    }
)
"""Keys of the metadata that events set; others are the user's."""
UNKNOWN_VERSION = "0"
"""Version of what was there before the first known run wrote it."""
DEFAULT_TYPE = "Dataset"

Edges = Mapping[str, How]
"""The rule that made the edge to each parent, by its id."""


def version_entry(
    artifact_id: str, names: Sequence[str], facets: Document, writer: Run | None, at: int, metadata: Document
) -> CatalogEntry:
    """Return the entry of a version that a run made, or that a facet names, or of what no known run made."""
    namespace, name = names
    named_version = version_of(facets.get("version"))
    version = named_version or (UNKNOWN_VERSION if writer is None else version_at(at))
    kind = facets.get("datasetType") or {}
    entry = CatalogEntry(
        artifact_id=artifact_id,
        name=_cut(name, "name"),
        artifact_type=type_of(kind.get("datasetType")),
        source_step=_cut(writer.job["name"], "source_step") if writer else "",
        source_run_id=_cut(writer.run_id, "source_run_id") if writer else "",
        source_pipeline=_cut(writer.pipeline, "source_pipeline") if writer else "",
        uri=_cut(f"{namespace}/{name}", "uri") if "://" in namespace else "",
        created_at=instants.from_microseconds(at),
        version=_cut(version, "version"),
    )
    stated = {
        "namespace": namespace,
        "job_namespace": writer.job["namespace"] if writer else None,
        "schema": (facets.get("schema") or {}).get("fields"),
        "owners": (facets.get("ownership") or {}).get("owners"),
        "source": facets.get("dataSource"),
        "documentation": (facets.get("documentation") or {}).get("description"),
        "dataset_type": kind or None,
        "symlinks": (facets.get("symlinks") or {}).get("identifiers"),
        "lifecycle": facets.get("lifecycleStateChange"),
        "statistics": facets.get("outputStatistics"),
        **metadata,
    }
    entry.metadata = {key: value for key, value in stated.items() if value not in (None, "", {}, [])}
    return entry


def version_at(at: int) -> str:
    """Return the version of what was complete at an instant: its digits, a whole number that grows with time.

    It has the last two digits of the year, and ends with milliseconds, since whole-number versions have at most 15
    digits. So versions are in the order of completion, however late their events come.
    """
    return instants.instant_at(at).strftime("%y%m%d%H%M%S%f")[:15]


def type_of(kind: Any) -> str:
    """Return the type of an artifact by the dataset-type facet: `MODEL` is a Model, `TABLE` a Table."""
    return _cut(kind.replace("_", " ").title().replace(" ", ""), "artifact_type") if _is_text(kind) else DEFAULT_TYPE


def updated(current: CatalogEntry | None, new: CatalogEntry, edges: Edges) -> CatalogEntry:
    """Return an artifact as events state it, with what people added to it: tags, metadata, parents."""
    new.metadata = {**new.metadata, **({"how": dict(sorted(edges.items()))} if edges else {})}
    parents = list(edges)
    if current is None or current.state != "registered":
        return replace(new, parent_ids=parents)
    made = rules_in(current.metadata)
    added = [p for p in current.parent_ids if p not in made]
    return replace(
        new,
        content_hash=current.content_hash,
        parent_ids=list(dict.fromkeys([*parents, *added])),
        tags=current.tags,
        metadata={**{k: v for k, v in current.metadata.items() if k not in METADATA}, **new.metadata},
        recorded_at=current.recorded_at,
        aliases=current.aliases,
    )


def rules_in(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the rules of edges in metadata, by parent, without what events do not write: users may change it."""
    rules = metadata.get("how")
    return {i: rule for i, rule in rules.items() if isinstance(rule, str)} if isinstance(rules, dict) else {}


def columns_in(metadata: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return the artifacts and columns that each column was made from, without what events do not write."""
    columns = metadata.get("columns")
    if not isinstance(columns, dict):
        return {}
    return {
        column: [(each[0], each[1]) for each in sources if _is_source(each)]
        for column, sources in columns.items()
        if isinstance(sources, list)
    }


def stronger(rules: Iterable[How]) -> How:
    """Return the rule that is trusted most."""
    return max(rules, key=STRENGTH.index)


def _is_source(value: Any) -> bool:
    return isinstance(value, list) and len(value) >= 2 and all(isinstance(each, str) for each in value[:2])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _cut(text: str, field: str) -> str:
    """Return a text as a field takes it: without control characters, and not longer than its limit."""
    limit = checks.TEXT_LIMITS[field]
    if text.isprintable() and len(text) <= limit:
        return text
    return "".join(c for c in text if ord(c) >= 32 and ord(c) != 127)[:limit] or "-"
