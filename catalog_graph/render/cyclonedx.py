"""Bills of materials as CycloneDX documents, of the schemas https://cyclonedx.org/docs/1.6/json/ and /1.7/json/."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.cards import Card
from catalog_graph.query.index import is_metadata_key, metadata_objects
from catalog_graph.query.text import canonical_json, split_words, tag_texts
from catalog_graph.version import __version__

MODEL_WORDS = frozenset({"model", "checkpoint"})
"""Last words of the types of models."""
DATA_WORDS = frozenset({"dataset", "data", "set", "table", "frame", "dataframe"})
"""Last words of the types of data sets."""
LICENCE_KEYS = ("license", "licence", "licenses", "licences")
"""Keys of tags and of the metadata that name licences."""

_HASHES = {"md5": ("MD5", 32), "sha1": ("SHA-1", 40), "sha256": ("SHA-256", 64), "sha384": ("SHA-384", 96)}
_HASHES["sha512"] = ("SHA-512", 128)
_PREFIXED = re.compile(r"([a-z0-9-]+):([0-9a-fA-F]+)")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:(?://[A-Za-z0-9._~-]*(?::[0-9]+)?(?=[/?#]|$))?|(?![^/?#]*:))"
    rf"(?!//)(?:{_CHARACTER}|/)*(?:\?(?:{_CHARACTER}|[/?])*)?(?:#(?:{_CHARACTER}|[/?])*)?"
)
"""Plain references of RFC 3986; any other uri becomes a property."""


@dataclass(frozen=True)
class Part:
    """An artifact in a bill of materials."""

    card: Card
    entry: CatalogEntry | None
    """`None` if it is not registered."""
    parents: Sequence[str]
    """The ids of all its parents, sorted."""


def document(parts: Sequence[Part], roots: Sequence[str], spec_version: str, alias: str, total: int) -> dict[str, Any]:
    """Return the document of these parts of `total`; a single root is what it describes.

    A part is complete if it is registered and all its parents are among the parts.
    """
    by_id = {part.card.artifact_id: part for part in parts}
    components = {artifact_id: _component(part, by_id) for artifact_id, part in by_id.items()}
    whole = [i for i, part in by_id.items() if part.entry is not None and by_id.keys() >= set(part.parents)]
    complete = len(whole) == len(by_id) == total
    metadata: dict[str, Any] = {
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "tools": {"components": [{"type": "application", "name": "catalog-graph", "version": __version__}]},
        "properties": [
            *([_property("alias", alias)] if alias else []),
            _property("complete", str(complete).lower()),
            _property("artifacts", str(total)),
        ],
    }
    if len(roots) == 1:
        metadata["component"] = components.pop(roots[0])
    partial = [artifact_id for artifact_id in by_id if artifact_id not in set(whole)]
    compositions = {"complete": whole, "incomplete": partial}
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{spec_version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": spec_version,
        "serialNumber": uuid.uuid4().urn,
        "version": 1,
        "metadata": metadata,
        "components": list(components.values()),
        "dependencies": [
            {"ref": i, "dependsOn": [parent for parent in part.parents if parent in by_id]} for i, part in by_id.items()
        ],
        "compositions": [
            {"aggregate": aggregate, "dependencies": ids} for aggregate, ids in compositions.items() if ids
        ],
    }


def is_complete(bom: dict[str, Any]) -> bool:
    """Return True if nothing is left out of a document, and everything in it is registered."""
    return _property("complete", "true") in bom["metadata"]["properties"]


def _component(part: Part, parts: dict[str, Part]) -> dict[str, Any]:
    card, entry = part.card, part.entry
    component: dict[str, Any] = {"type": "data", "bom-ref": card.artifact_id, "name": card.name or card.artifact_id}
    if card.version:
        component["version"] = card.version
    if entry is not None:
        component |= {**_hashes(entry), **_licenses(entry), **_references(entry)}
    values = {} if entry is None else _values(entry)
    if kind_of(card) == "model":
        component["type"] = "machine-learning-model"
        component["modelCard"] = _model_card(part, parts, values)
    else:
        component["data"] = [{"type": kind_of(card), "name": card.name or card.artifact_id}]
    described = {} if kind_of(card) == "model" else values
    component["properties"] = [*_facts(card, entry), *(_property(key, value) for key, value in described.items())]
    return component


def kind_of(card: Card) -> str:
    """Return `model`, `dataset` or `other`, by the last word of the type of an artifact."""
    last = "".join(split_words(card.artifact_type)[-1:])
    if last in MODEL_WORDS:
        return "model"
    return "dataset" if last in DATA_WORDS else "other"


def _model_card(part: Part, parts: dict[str, Part], values: dict[str, str]) -> dict[str, Any]:
    metrics = {key.partition(".")[2]: value for key, value in values.items() if key.casefold().startswith("metrics.")}
    others = {key: value for key, value in values.items() if not key.casefold().startswith("metrics.")}
    card: dict[str, Any] = {"modelParameters": {"datasets": [{"ref": i} for i in _data_sets(part, parts)]}}
    if metrics:
        measured = [{"type": key, "value": value} for key, value in metrics.items()]
        card["quantitativeAnalysis"] = {"performanceMetrics": measured}
    if others:
        card["properties"] = [_property(key, value) for key, value in others.items()]
    return card


def _data_sets(model: Part, parts: dict[str, Part]) -> list[str]:
    """Return the ids of the data sets upstream of a model, nearest first, and not behind another model."""
    seen, level = {model.card.artifact_id}, [model]
    data_sets: list[str] = []
    while level:
        ids = sorted({parent for part in level for parent in part.parents if parent in parts} - seen)
        seen.update(ids)
        level = [parts[i] for i in ids if kind_of(parts[i].card) != "model"]
        data_sets += [part.card.artifact_id for part in level if kind_of(part.card) == "dataset"]
    return data_sets


def _values(entry: CatalogEntry) -> dict[str, str]:
    """Return the metrics and the parameters of an artifact as texts, by key; those among its tags come first."""
    tags = {key: value for key, value in entry.tags.items() if is_metadata_key(key)}
    kept = metadata_objects(entry, lambda value: value is not None)
    values = tags | {key: value for each in kept.values() for key, value in each.items() if key not in tags}
    return {key: _text(values[key]) for key in sorted(values)}


def _facts(card: Card, entry: CatalogEntry | None) -> list[dict[str, str]]:
    """Return what CycloneDX has no fields for."""
    facts: dict[str, Any] = {"type": card.artifact_type, "created_at": card.created_at, "state": card.state}
    if entry is not None:
        facts |= {name: getattr(entry, name) for name in ("source_pipeline", "source_step", "source_run_id")}
        facts |= {} if _hashes(entry) else {"content_hash": entry.content_hash}
        facts |= {} if _references(entry) else {"uri": entry.uri}
    aliases = [_property("alias", alias) for alias in card.aliases]
    tags = {} if entry is None else {f"tag:{k}": v for k, v in entry.tags.items() if not is_metadata_key(k)}
    texts = [_property(key, _text(value)) for key, value in sorted(tags.items())]
    return [*(_property(key, value) for key, value in facts.items() if value), *aliases, *texts]


def _hashes(entry: CatalogEntry) -> dict[str, Any]:
    """Return the content hash, if the length and the prefix of its digits show what it is; without one, SHA-256."""
    text = entry.content_hash
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed is not None:
        algorithm, length = _HASHES.get(prefixed[1].replace("-", ""), ("", 0))
        return {"hashes": [{"alg": algorithm, "content": prefixed[2]}]} if len(prefixed[2]) == length else {}
    return {"hashes": [{"alg": "SHA-256", "content": text}]} if _SHA256.fullmatch(text) else {}


def _licenses(entry: CatalogEntry) -> dict[str, Any]:
    """Return the licences that tags or the metadata name: one SPDX expression, or names."""
    values = [each[key] for each in (entry.tags, entry.metadata) for key in LICENCE_KEYS if each.get(key)]
    texts = [text for text in tag_texts(values[0]) if text.strip()] if values else []
    if len(texts) == 1 and (expression := _spdx(texts[0])):
        return {"licenses": [{"expression": expression}]}
    return {"licenses": [{"license": {"name": text}} for text in texts]} if texts else {}


def _spdx(text: str) -> str | None:
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return None


def _references(entry: CatalogEntry) -> dict[str, Any]:
    if not entry.uri or _URL.fullmatch(entry.uri) is None:
        return {}
    return {"externalReferences": [{"type": "distribution", "url": entry.uri}]}


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"catalog-graph:{name}", "value": value}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else canonical_json(value)
