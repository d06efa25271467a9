"""Facets: counts of the artifacts that match a query by type, pipeline, step or value of a tag."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.forms import Forms, Section
from catalog_graph.query.index import IN_METADATA, indexed_key, is_metadata_key, metadata_tokens, metadata_values
from catalog_graph.query.text import SEPARATOR, tag_texts, tag_token

FACET_FIELDS = {"type": "artifact_type", "pipeline": "source_pipeline", "step": "source_step"}
"""Fields that facets count by, by their name in the query language."""
MAX_FACETS = 20
"""Maximum number of facets of one request."""
MAX_VALUES = 100
"""Maximum number of values of a facet."""
SAMPLE_SIZE = 2_000
"""Number of the newest artifacts that are counted, unless the request asks for exact counts."""


@dataclass(frozen=True, slots=True)
class Facet:
    """The counts for one key. An artifact without the key is not counted; a list of values counts under each value."""

    values: dict[str, int]
    """Number of artifacts with each value, the largest first, then by value; at most 100 values."""
    other: int
    """Sum of the counts of all other values."""
    distinct: int
    """Number of different values."""


@dataclass(frozen=True, slots=True)
class Facets(Forms):
    """The facets of a query, each by the key of the request: `facets["team"].values["fraud"]`."""

    by: dict[str, Facet]
    counted: int
    """Number of artifacts that were counted: all that match, or the newest 2,000 of them."""
    complete: bool
    """True if all artifacts that match were counted."""
    hints: list[str] = field(default_factory=list)
    """The hints of `Page`, if nothing matches and facets alone were asked for."""

    def __getitem__(self, key: str) -> Facet:
        return self.by[key]

    def _headline(self) -> str:
        return f"{self.counted:,} artifacts counted" + ("" if self.complete else ", the newest of more")

    def _sections(self) -> list[Section]:
        return [*facet_sections(self), *([Section("", (), [], self.hints)] if self.hints else [])]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return {
            "counted": self.counted,
            "complete": self.complete,
            "by": {
                key: {"values": facet.values, "other": facet.other, "distinct": facet.distinct}
                for key, facet in self.by.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Facets:
        """Return the facets that `to_dict` converted."""
        by = {key: Facet(f["values"], f["other"], f["distinct"]) for key, f in data["by"].items()}
        return cls(by, data["counted"], data["complete"])


def facet_sections(facets: Facets) -> list[Section]:
    """Return the counts of each key."""
    return [
        Section(key, (key, "artifacts"), [(value, f"{count:,}") for value, count in facet.values.items()])
        for key, facet in facets.by.items()
    ]


@dataclass(frozen=True, slots=True)
class FacetKey:
    """The key of a facet: a field of the entry (`attribute`), or else a tag."""

    name: str
    """The key as the request wrote it."""
    attribute: str = ""
    tag: str = ""
    in_metadata: bool = False
    """True if values in the metadata count as tags of this key, as they do in a query."""


@dataclass(slots=True)
class Tally:
    """Counts by field and by tag, from which the facets are made."""

    counted: int
    complete: bool
    fields: dict[str, Counter[str]]
    """Counts by attribute of the entry, then by value; empty values are not counted."""
    tokens: Counter[str]
    """Counts by exact token of a tag or of a value in the metadata; those of others are ignored."""

    def facets(self, keys: Iterable[FacetKey]) -> Facets:
        """Return the facets for these keys."""
        keys = tuple(keys)
        by_tag: dict[tuple[str, bool], Counter[str]] = {(key.tag, key.in_metadata): Counter() for key in keys}
        for token, artifacts in self.tokens.items():
            tag, separator, value = token.removeprefix(IN_METADATA).rpartition(SEPARATOR)
            if not separator:  # it is the digest of a value too long to show
                continue
            for in_metadata in {True, token.startswith(IN_METADATA)}:
                if (tag, in_metadata) in by_tag:
                    by_tag[tag, in_metadata].update(dict.fromkeys(tag_texts(json.loads(value)), artifacts))
        counted = {
            key.name: self.fields.get(key.attribute, Counter()) if key.attribute else by_tag[key.tag, key.in_metadata]
            for key in keys
        }
        return Facets({name: _facet(counts) for name, counts in counted.items()}, self.counted, self.complete)


def facet_keys(names: Iterable[str]) -> tuple[FacetKey, ...]:
    """Return the keys of these names: `type`, `pipeline`, `step`, or a tag, as `KEY` or as `tag.KEY`.

    They mean what they mean in a query: `metrics.auc` counts metadata too, `tag.metrics.auc` the tag alone.
    Raises `InvalidInput` for another field of the query language, `LimitExceeded` for more than 20 names.
    """
    distinct = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    if len(distinct) > MAX_FACETS:
        raise LimitExceeded(f"facets has {len(distinct)} names; at most {MAX_FACETS} are allowed", field="facets")
    return tuple(map(_key, distinct))


def joined_names(names: Iterable[str]) -> str:
    """Return the names with commas between them; a backslash precedes each comma or backslash of a name."""
    return ",".join(name.replace("\\", "\\\\").replace(",", "\\,") for name in names)


def split_names(text: str) -> list[str]:
    """Return the names in a text of `joined_names`."""
    return [re.sub(r"\\([\\,])", r"\1", name) for name in re.findall(r"(?:\\[\\,]|[^,])+", text)]


def tally(entries: Iterable[CatalogEntry], keys: Iterable[FacetKey], complete: bool) -> Tally:
    """Return the counts of these artifacts, counted one by one."""
    counts = Tally(0, complete, {key.attribute: Counter() for key in keys if key.attribute}, Counter())
    tags, in_metadata = {key.tag for key in keys if key.tag}, {key.tag for key in keys if key.in_metadata}
    for entry in entries:
        counts.counted += 1
        for attribute, values in counts.fields.items():
            if value := getattr(entry, attribute):
                values[value] += 1
        counts.tokens.update(tag_token(tag, entry.tags[tag]) for tag in tags if tag in entry.tags)
        counts.tokens.update(
            token for key, token in metadata_tokens(metadata_values(entry)).items() if key in in_metadata
        )
    return counts


def _key(name: str) -> FacetKey:
    from catalog_graph.query.language import FIELDS

    if not isinstance(name, str) or not name:
        raise InvalidInput(f"facets must be texts such as type or team, not {name!r}", field="facets")
    field = name.casefold()
    if field in FACET_FIELDS:
        return FacetKey(name, attribute=FACET_FIELDS[field])
    if field in FIELDS:
        raise InvalidInput(
            f"facets cannot count by the field {name!r}; use {', '.join(FACET_FIELDS)}, or tag.{name} for a tag",
            field="facets",
        )
    own = field.startswith("tag.") and len(name) > 4
    tag = name[4:] if own else indexed_key(name) or name
    return FacetKey(name, tag=tag, in_metadata=tag == "how" or (is_metadata_key(tag) and not own))


def _facet(counts: Counter[str]) -> Facet:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = dict(ordered[:MAX_VALUES])
    return Facet(shown, counts.total() - sum(shown.values()), len(ordered))
