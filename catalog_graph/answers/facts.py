"""What a store counts or looks up for an answer, so that the answer itself can be worked out anywhere."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from catalog_graph.lineage import Size
from catalog_graph.query.text import SEPARATOR, tag_token


@dataclass(frozen=True, slots=True)
class Counts:
    """A closure counted."""

    types: Counter[str]
    pipelines: Counter[str]
    depths: Counter[int]
    tags: dict[str, Counter[str]] = field(default_factory=dict)
    """By tag key: how many artifacts have each value, as text; values that no index keeps whole (over about 200
    characters with the key) are not counted."""

    @classmethod
    def of(
        cls,
        kinds: Iterable[tuple[str, str, int]],
        depths: Iterable[tuple[int, int]],
        tags: dict[str, Counter[str]],
    ) -> Self:
        """From how many have each type and pipeline, and how many lie at each depth."""
        counts = cls(Counter(), Counter(), Counter(dict(depths)), tags)
        for artifact_type, pipeline, artifacts in kinds:
            counts.types[artifact_type] += artifacts
            counts.pipelines[pipeline] += artifacts
        return counts

    @property
    def size(self) -> Size:
        """How large the closure is."""
        return Size(self.depths.total(), sum(depth * artifacts for depth, artifacts in self.depths.items()))


class Details(NamedTuple):
    """What cards do not tell of an artifact and some answers need."""

    parents: int
    """How many parents it has now."""
    content_hash: str


def in_order(counts: Mapping[Any, int]) -> dict[Any, int]:
    """Counts, the largest first; depths, which are numbers, ascending."""
    return dict(sorted(counts.items(), key=lambda item: item if isinstance(item[0], int) else (-item[1], item[0])))


def tag_prefixes(keys: Iterable[str]) -> list[str]:
    """How the exact tokens of these tags begin."""
    return [f"{key}{SEPARATOR}" for key in keys]


def tag_counts(keys: Iterable[str], tokens: Iterable[tuple[str, int]]) -> dict[str, Counter[str]]:
    """Counts by key and by value, from counts by exact token."""
    found: dict[str, Counter[str]] = {key: Counter() for key in keys}
    for token, artifacts in tokens:
        key, separator, value = token.rpartition(SEPARATOR)
        if separator and key in found:
            found[key][value_text(json.loads(value))] += artifacts
    return found


def counted_tags(keys: Iterable[str], tags: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """The same from the tags of each artifact."""
    wanted = list(keys)
    tokens = Counter(tag_token(key, found[key]) for found in tags for key in wanted if key in found)
    return tag_counts(wanted, tokens.items())


def value_text(value: Any) -> str:
    """A tag's value as a text: itself where it is one, else JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
