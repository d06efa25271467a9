"""Counts and details that a store reads for an answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from catalog_graph.artifact import State
from catalog_graph.lineage import Card, Lineage, Size
from catalog_graph.query.text import SEPARATOR, tag_token


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of the registered artifacts of a closure."""

    types: Counter[str]
    pipelines: Counter[str]
    depths: Counter[int]
    tags: dict[str, Counter[str]] = field(default_factory=dict)
    """By tag key, the number of artifacts with each value, as text. Values of over about 200 characters, with the key,
    are not counted, because no index has them whole."""
    gone: Counter[str] = field(default_factory=Counter)
    """The number of artifacts that are not registered, by state; no other count has them."""

    @classmethod
    def of(
        cls,
        kinds: Iterable[tuple[str, str, int]],
        depths: Iterable[tuple[int, int]],
        tags: dict[str, Counter[str]],
        gone: Mapping[str, int],
    ) -> Self:
        """Return the counts, from the numbers of artifacts of each type and pipeline, at each depth, and gone."""
        counts = cls(Counter(), Counter(), Counter(dict(depths)), tags, Counter(gone))
        for artifact_type, pipeline, artifacts in kinds:
            counts.types[artifact_type] += artifacts
            counts.pipelines[pipeline] += artifacts
        return counts

    @property
    def size(self) -> Size:
        """Size of the closure, without what is gone."""
        return Size(self.depths.total(), sum(depth * artifacts for depth, artifacts in self.depths.items()))


class Details(NamedTuple):
    """Facts about an artifact that its card lacks."""

    parents: int
    """Number of its present parents."""
    content_hash: str
    state: State = "registered"


class Ancestries(NamedTuple):
    """The upstream lineages of two artifacts, to be compared; both may lack the same of what is common.

    Each has its root, everything that the other lacks, and all edges among what it has.
    """

    left: Lineage
    right: Lineage
    omitted: int = 0
    """Number of the common artifacts that neither has; all that it has are as near to the left root or nearer."""


class Newest(NamedTuple):
    """The newest artifact of a name."""

    card: Card
    by_number: bool
    """True if the versions of the name go by their whole numbers, false if they go by registration."""
    moved: dict[str, dict[str, Card]]
    """The artifacts that held an alias of the name that another one holds now: by id and alias, the present holder."""


def in_order(counts: Mapping[Any, int]) -> dict[Any, int]:
    """Return the counts with the largest first, then by key; counts by depth (an `int`) in ascending order."""
    return dict(sorted(counts.items(), key=lambda item: item if isinstance(item[0], int) else (-item[1], item[0])))


def tag_prefixes(keys: Iterable[str]) -> list[str]:
    """Return the beginnings of the exact tokens of these tags."""
    return [f"{key}{SEPARATOR}" for key in keys]


def tag_counts(keys: Iterable[str], tokens: Iterable[tuple[str, int]]) -> dict[str, Counter[str]]:
    """Return the counts by key and value, from counts by exact token."""
    counts: dict[str, Counter[str]] = {key: Counter() for key in keys}
    for token, artifacts in tokens:
        key, separator, value = token.rpartition(SEPARATOR)
        if separator and key in counts:
            counts[key][value_text(json.loads(value))] += artifacts
    return counts


def counted_tags(keys: Iterable[str], tags: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """Return the counts by key and value, from the tags of each artifact."""
    keys = list(keys)
    tokens = Counter(tag_token(key, each[key]) for each in tags for key in keys if key in each)
    return tag_counts(keys, tokens.items())


def value_text(value: Any) -> str:
    """Return a tag's value as text: a text as it is, any other value as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
