"""Facets: how many of the artifacts that a query finds have each type, pipeline, step or value of a tag."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.query.text import SEPARATOR, tag_texts, tag_token

FACET_FIELDS = {"type": "artifact_type", "pipeline": "source_pipeline", "step": "source_step"}
"""Fields that are counted, by their name in the query language."""
MAX_FACETS = 20
"""Facets of one question."""
MAX_VALUES = 100
"""Values that a facet shows."""
COUNTED = 2_000
"""So many of the newest artifacts are counted, unless the count is to be exact."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One key, counted. An artifact without it counts nowhere; one with a list of values counts under each."""

    values: dict[str, int]
    """How many artifacts have each value, the most first, then by value; at most 100 values."""
    other: int
    """What the counts of all other values add up to."""
    distinct: int
    """How many different values there are."""


@dataclass(frozen=True, slots=True)
class Facets:
    """The facets of a query, by the key that they were asked for: `facets["team"].values["fraud"]`."""

    by: dict[str, Facet]
    counted: int
    """How many artifacts were counted: all that match, or the newest 2,000 of them."""
    complete: bool
    """Whether that is all of them."""

    def __getitem__(self, key: str) -> Facet:
        return self.by[key]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
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
        """The inverse of `to_dict`."""
        by = {key: Facet(f["values"], f["other"], f["distinct"]) for key, f in data["by"].items()}
        return cls(by, data["counted"], data["complete"])


@dataclass(frozen=True, slots=True)
class FacetKey:
    """What a facet counts by: a field of the entry (`attribute`), or else a tag."""

    name: str
    """As it was asked for."""
    attribute: str = ""
    tag: str = ""


@dataclass(slots=True)
class Tally:
    """Artifacts counted by field and by tag, before the facets that were asked for are made of it."""

    counted: int
    complete: bool
    fields: dict[str, Counter[str]]
    """By attribute of the entry and by value; an empty value is none."""
    tokens: Counter[str]
    """By exact token of a tag (`text.tag_token`); tokens that were not asked for do not matter."""

    def facets(self, keys: Iterable[FacetKey]) -> Facets:
        """The facets of these keys."""
        keys = tuple(keys)
        by_tag: dict[str, Counter[str]] = {key.tag: Counter() for key in keys if key.tag}
        for token, artifacts in self.tokens.items():
            tag, separator, value = token.rpartition(SEPARATOR)
            if separator and tag in by_tag:  # without a separator it is a digest, of a value too long to be shown
                for text in dict.fromkeys(tag_texts(json.loads(value))):
                    by_tag[tag][text] += artifacts
        counted = {
            key.name: (self.fields if key.attribute else by_tag).get(key.attribute or key.tag, Counter())
            for key in keys
        }
        return Facets({name: _facet(counts) for name, counts in counted.items()}, self.counted, self.complete)


def facet_keys(names: Iterable[str]) -> tuple[FacetKey, ...]:
    """The keys of these names: `type`, `pipeline`, `step`, else a tag, for which `tag.KEY` stands too.

    Raises `InvalidInput` for another field of the query language, `LimitExceeded` for more than 20.
    """
    given = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    if len(given) > MAX_FACETS:
        raise LimitExceeded(f"{len(given)} facets; at most {MAX_FACETS} are counted at once", field="facets")
    return tuple(map(_key, given))


def written_names(names: Iterable[str]) -> str:
    """Names with commas between them; a backslash before what is a comma or a backslash of a name."""
    return ",".join(name.replace("\\", "\\\\").replace(",", "\\,") for name in names)


def read_names(text: str) -> list[str]:
    """The inverse of `written_names`."""
    return [re.sub(r"\\([\\,])", r"\1", name) for name in re.findall(r"(?:\\[\\,]|[^,])+", text)]


def tally(entries: Iterable[CatalogEntry], keys: Iterable[FacetKey], complete: bool) -> Tally:
    """These artifacts counted one by one."""
    counts = Tally(0, complete, {key.attribute: Counter() for key in keys if key.attribute}, Counter())
    tags = {key.tag for key in keys if key.tag}
    for entry in entries:
        counts.counted += 1
        for attribute, values in counts.fields.items():
            if value := getattr(entry, attribute):
                values[value] += 1
        counts.tokens.update(tag_token(tag, entry.tags[tag]) for tag in tags if tag in entry.tags)
    return counts


def _key(name: str) -> FacetKey:
    from catalog_graph.query.language import FIELDS

    if not isinstance(name, str) or not name:
        raise InvalidInput(f"a facet is named by text such as type or team, not {name!r}", field="facets")
    field = name.casefold()
    if field in FACET_FIELDS:
        return FacetKey(name, attribute=FACET_FIELDS[field])
    if field in FIELDS:
        raise InvalidInput(
            f"the field {name!r} is not counted; use {', '.join(FACET_FIELDS)}, or tag.{name} for a tag of that name",
            field="facets",
        )
    return FacetKey(name, tag=name[4:] if field.startswith("tag.") and len(name) > 4 else name)


def _facet(counts: Counter[str]) -> Facet:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = dict(ordered[:MAX_VALUES])
    return Facet(shown, counts.total() - sum(shown.values()), len(ordered))
