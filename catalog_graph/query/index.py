"""The search index of an artifact: a folded search text and a list of terms, the same on every backend.

A term is a word, or a token: one of the letters below, followed by a separator that no word contains. Tokens are folded
like words, and cut to a length that every index accepts.

    t␟KEY␟VALUE   tag with this value         t␟KEY   tag with any value
    n␟KEY␟NUMBER  tag's number, sortable      m␟version␟NUMBER   whole-number version, sortable
    n␟KEY␟NUMBERt number that a text writes
    f␟FIELD␟VALUE field with this value       f␟FIELD   field with any value

Metrics and parameters in the metadata have the tokens of tags named `metrics.NAME` and `params.NAME` (see
`metadata_values`). A tag of such a name has tokens of the kinds `g` and `h`, too, by which `tag.metrics.NAME` finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from catalog_graph.artifact import CatalogEntry, version_number
from catalog_graph.query.text import (
    CACHED,
    SHORT,
    bounded,
    compact_name,
    cut,
    fold,
    number_token,
    numbers,
    split_words,
    tag_texts,
    tag_token,
    token,
)

IN_METADATA = "\x1d"
"""Beginning of the exact tokens of values in the metadata."""
OWN_KINDS = {"t": "g", "n": "h"}
"""Kinds of the tokens of tags alone, by those that values in the metadata have too."""
MAX_SEARCH_TEXT_BYTES = 30_000
"""Maximum size of a search text; Neo4j's text index takes up to 32 kB."""
METADATA_PREFIXES = ("metrics.", "params.")
"""Beginnings of the keys that name values in the metadata, and tags."""
METADATA_OBJECTS = (("metrics", "metrics."), ("params", "params."), ("parameters", "params."))
"""Objects in the metadata that are indexed, with the beginnings of their keys."""
MAX_METADATA_VALUES = 100
"""Maximum number of metrics, and of parameters, of an artifact that are indexed."""
MAX_VALUE_BYTES = 256
"""Maximum size of a text among them that is indexed."""
TERM_FIELDS = {
    "name": "name",
    "type": "artifact_type",
    "pipeline": "source_pipeline",
    "step": "source_step",
    "version": "version",
}
"""Fields with tokens of their own, by their name in the query language."""

IndexPart = tuple[dict[str, None], dict[str, None]]
"""Lines of the search text, and terms: the keys of dictionaries, so that each is unique and in order."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The search index of one artifact."""

    compact_name: str
    """The name as ranking compares it, of at most 2,048 bytes."""
    search_text: str
    """Folded lines: each value, and its separate words if they differ from it."""
    terms: list[str]
    metadata: dict[str, Any]
    """Values in the metadata that are indexed, as `metadata_values` returns them."""


def search_index(entry: CatalogEntry, aliases: Iterable[str] = ()) -> SearchIndex:
    """Return the search index of a registered artifact that holds these aliases."""
    lines: dict[str, None] = {}
    terms: dict[str, None] = {}
    for name, attribute in TERM_FIELDS.items():
        if text := getattr(entry, attribute):
            _add(field_index(name, text), lines, terms)
    for key, value in entry.tags.items():
        _add(tag_index(key, value), lines, terms)
    if entry.uri:
        _add(field_index("uri", entry.uri), lines, terms)
    metadata = metadata_values(entry)
    for key, value in metadata.items():
        terms |= metadata_index(key, value)[1]
    terms |= dict.fromkeys(alias_terms(aliases))
    return SearchIndex(compact_name(entry.name), search_text(lines), list(terms), metadata)


def alias_terms(aliases: Iterable[str]) -> list[str]:
    """Return the terms of an artifact's aliases: tokens only, so that words and phrases do not match aliases."""
    return list(dict.fromkeys(term for alias in aliases for term in field_index("alias", alias)[1]))


def field_index(name: str, text: str) -> IndexPart:
    """Return the part of the index for a non-empty field of `TERM_FIELDS`, for an alias, or for a uri.

    A uri has a line of the search text alone: almost every artifact has one of its own, and terms of it would cost
    more than all others.
    """
    if name == "uri":
        return {fold(text): None}, {}
    return _short_field_index(name, text) if len(text) <= SHORT else _field_index(name, text)


def _field_index(name: str, text: str) -> IndexPart:
    tokens = dict.fromkeys((token("f", name), token("f", name, text)))
    if name == "alias":
        return {}, tokens
    if name != "version":
        lines, words = _value(text)
        return lines, words | tokens
    number = version_number(text)
    if number is not None:
        tokens[number_token(name, number, "m")] = None
    return {}, tokens


_short_field_index = lru_cache(CACHED)(_field_index)


def tag_index(key: str, value: Any) -> IndexPart:
    """Return the part of the index for a tag."""
    short = isinstance(value, str) and len(key) + len(value) <= SHORT
    return _short_tag_index(key, value) if short else _tag_index(key, value)


def _tag_index(key: str, value: Any) -> IndexPart:
    lines: dict[str, None] = {}
    terms: dict[str, None] = {token("t", key): None}
    for text in tag_texts(value):
        _add(_value(text), lines, terms)
        terms[token("t", key, text)] = None
    for number, sign in numbers(value):
        terms[number_token(key, number) + sign] = None
    if is_metadata_key(key):
        terms |= {OWN_KINDS[term[0]] + term[1:]: None for term in _tokens(key, value)}
    return lines, terms


def metadata_index(key: str, value: Any) -> IndexPart:
    """Return the part of the index for a value of `metadata_values`: the tokens of such a tag, but no words."""
    return {}, _tokens(key, value)


def _tokens(key: str, value: Any) -> dict[str, None]:
    terms = {token("t", key): None} | {token("t", key, text): None for text in tag_texts(value)}
    return terms | {number_token(key, number) + sign: None for number, sign in numbers(value)}


def is_metadata_key(key: str) -> bool:
    """Return True if a key names a metric or a parameter."""
    return key[0:1] in "mMpP" and key.casefold().startswith(METADATA_PREFIXES)


def indexed_key(key: str) -> str | None:
    """Return `metrics.auc` for `metadata.metrics.auc`, `None` for other metadata, and any other key as it is.

    Objects such as `Metrics` are other metadata: the index has `metrics` alone.
    """
    start, _, path = key.partition(".")
    if start.casefold() != "metadata" or not path:
        return key
    name, _, rest = path.partition(".")
    return next((start + rest for each, start in METADATA_OBJECTS if each == name and rest), None)


def metadata_values(entry: CatalogEntry) -> dict[str, Any]:
    """Return the metrics and parameters in the metadata that are indexed: `metrics.auc`, `params.optimizer.lr`.

    They are the numbers, texts and booleans in `metrics`, and in `params` and `parameters`: at most 100 each, the first
    by their keys, and texts of at most 256 bytes. A value that is a tag of the same key, too, is left out.
    """
    if not entry.metadata:
        return {}
    values = metadata_objects(entry, _is_indexed)
    if not values and "how" not in entry.metadata:
        return {}
    chosen = {key: each[key] for each in values.values() for key in sorted(each)[:MAX_METADATA_VALUES]}
    # Artifacts are found by the rules that made their edges: `how:run`.
    if isinstance(rules := entry.metadata.get("how"), dict):
        chosen["how"] = tuple(sorted({rule for rule in rules.values() if isinstance(rule, str) and _is_indexed(rule)}))
    tags = entry.tags
    return {k: v for k, v in chosen.items() if k not in tags or tag_token(k, tags[k]) != tag_token(k, v)}


def metadata_objects(entry: CatalogEntry, is_kept: Callable[[Any], bool]) -> dict[str, dict[str, Any]]:
    """Return the metrics and parameters in the metadata that are kept, by the beginning of their keys, and by key."""
    values: dict[str, dict[str, Any]] = {}
    for name, start in METADATA_OBJECTS:
        if isinstance(each := entry.metadata.get(name), dict):
            _flatten(start, each, values.setdefault(start, {}), is_kept)
    for key, value in entry.metadata.items():
        if is_metadata_key(key) and is_kept(value):
            start = key.casefold().partition(".")[0] + "."
            values.setdefault(start, {}).setdefault(key, value)
    return values


def metadata_tokens(values: Mapping[str, Any]) -> dict[str, str]:
    """Return a token for each of `metadata_values`, by key: that of such a tag behind a sign that no key has."""
    return {key: IN_METADATA + tag_token(key, value) for key, value in values.items()}


def _flatten(
    start: str, values: dict[str, Any], into: dict[str, Any], is_kept: Callable[[Any], bool], levels: int = 8
) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and levels:
            _flatten(f"{start}{key}.", value, into, is_kept, levels - 1)
        elif is_kept(value):
            into.setdefault(start + key, value)


def _is_indexed(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_VALUE_BYTES and len(value.encode("utf-8", "replace")) <= MAX_VALUE_BYTES
    return isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 2**1023 and isfinite(value))


_short_tag_index = lru_cache(CACHED)(_tag_index)


def search_text(lines: Iterable[str]) -> str:
    """Return the search text of these lines, cut to its maximum size."""
    return cut("\n".join(filter(None, lines)), MAX_SEARCH_TEXT_BYTES)


def _add(part: IndexPart, lines: dict[str, None], terms: dict[str, None]) -> None:
    lines.update(part[0])
    terms.update(part[1])


def _value(value: str) -> IndexPart:
    return _short_value(value) if len(value) <= SHORT else _any_value(value)


def _any_value(value: str) -> IndexPart:
    folded, words = fold(value), split_words(value)
    return dict.fromkeys((folded, " ".join(words))), dict.fromkeys(map(bounded, (*folded.split(), *words)))


_short_value = lru_cache(CACHED)(_any_value)
