"""A lineage as W3C PROV, in its two texts: PROV-JSON and PROV-N.

Artifacts are entities, and the steps that made them activities: https://www.w3.org/TR/prov-dm/,
https://www.w3.org/submissions/prov-json/, https://www.w3.org/TR/prov-n/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.cards import Card
from catalog_graph.render.entries import entries_of
from catalog_graph.render.graphml import graph_data
from catalog_graph.render.order import Picture

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

Value = str | int | bool

PREFIXES = {
    "artifact": "urn:catalog-graph:artifact:",
    "step": "urn:catalog-graph:step:",
    "catalog": "urn:catalog-graph:",
}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_ENCODED = re.compile(r"[^A-Za-z0-9_.-]|^[.-]|\.$")
"""Characters that a local name of PROV-N cannot contain unescaped."""


class _Statement(NamedTuple):
    """One statement; its arguments are in the order of PROV-N, and `None` if they are left out."""

    kind: str
    identifier: str
    """Empty for a relation, which has none."""
    arguments: dict[str, str | None]
    attributes: dict[str, Value]


def prov_json(lineage: Lineage) -> str:
    """Return the lineage as a PROV-JSON document."""
    document: dict[str, dict[str, object]] = {"prefix": {**PREFIXES}}
    for number, each in enumerate(_statements(lineage), 1):
        values = {key: value for key, value in each.arguments.items() if value is not None}
        document.setdefault(each.kind, {})[each.identifier or f"_:r{number}"] = {**values, **each.attributes}
    return json.dumps(document, ensure_ascii=False, indent=1)


def prov_n(lineage: Lineage) -> str:
    """Return the lineage as a PROV-N document."""
    lines = ["document", *(f"  prefix {prefix} <{name}>" for prefix, name in PREFIXES.items())]
    for each in _statements(lineage):
        parts = [each.identifier] if each.identifier else []
        parts += [value or "-" for value in each.arguments.values()]
        if each.attributes:
            parts.append(f"[{', '.join(f'{key}={_literal(value)}' for key, value in each.attributes.items())}]")
        lines.append(f"  {each.kind}({', '.join(parts)})")
    return "\n".join([*lines, "endDocument", ""])


def _statements(lineage: Lineage) -> Iterator[_Statement]:
    """Yield the lineage itself, which says whether it is complete, then artifacts, steps and relations."""
    picture, entries = Picture(lineage), entries_of(lineage)
    whole = {f"catalog:{key}": value for key, value in graph_data(lineage).items()}
    yield _Statement("entity", "catalog:lineage", {}, {"prov:type": "Lineage", **whole})
    for drawn in picture.artifacts:
        yield _Statement("entity", _artifact(drawn.artifact_id), {}, _attributes(drawn.artifact_id, drawn.card))
    steps = {each.artifact_id: step for each in entries.values() if (step := _step(each))}
    for step, entry in {steps[i]: entries[i] for i in steps}.items():
        origin = {"pipeline": entry.source_pipeline, "step": entry.source_step, "run": entry.source_run_id}
        attributes: dict[str, Value] = {f"catalog:{key}": value for key, value in origin.items() if value}
        yield _Statement("activity", step, {"prov:startTime": None, "prov:endTime": None}, attributes)
    for drawn in picture.artifacts:
        if drawn.card is not None and drawn.card.created_at:
            made = {"prov:entity": _artifact(drawn.artifact_id), "prov:activity": steps.get(drawn.artifact_id)}
            yield _Statement("wasGeneratedBy", "", {**made, "prov:time": drawn.card.created_at}, {})
    ids = [drawn.artifact_id for drawn in picture.artifacts]
    edges = [(ids[child], ids[parent]) for parent, child in picture.edges()]
    for step, parent in dict.fromkeys((steps[child], parent) for child, parent in edges if child in steps):
        used = {"prov:activity": step, "prov:entity": _artifact(parent), "prov:time": None}
        yield _Statement("used", "", used, {})
    for child, parent in edges:
        derived = {"prov:generatedEntity": _artifact(child), "prov:usedEntity": _artifact(parent)}
        rest = {"prov:activity": steps.get(child), "prov:generation": None, "prov:usage": None}
        yield _Statement("wasDerivedFrom", "", {**derived, **rest}, {})


def _attributes(artifact_id: str, card: Card | None) -> dict[str, Value]:
    values: dict[str, Value] = {"catalog:id": artifact_id}
    if card is not None:
        texts = {
            "prov:label": card.name,
            "prov:type": card.artifact_type,
            "catalog:version": card.version,
            "catalog:aliases": " ".join(card.aliases),
            "catalog:state": card.state,
        }
        values |= {key: text for key, text in texts.items() if text}
    return values


def _artifact(artifact_id: str) -> str:
    return f"artifact:{_local_name(artifact_id)}"


def _step(entry: CatalogEntry) -> str | None:
    """Return the activity that made an artifact, `None` if neither step nor run is known."""
    if not (entry.source_step or entry.source_run_id):
        return None
    # A slash inside one of the three is encoded twice, one between them once.
    parts = (entry.source_pipeline, entry.source_run_id, entry.source_step)
    return f"step:{_local_name('/'.join(map(_local_name, parts)))}"


def _local_name(text: str) -> str:
    """Return a text percent-encoded, as local names of both forms may contain it."""
    return _ENCODED.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return f'"{str(value).lower()}" %% xsd:boolean'
    return str(value) if isinstance(value, int) else f'"{value.translate(_ESCAPES)}"'
