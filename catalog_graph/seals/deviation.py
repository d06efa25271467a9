"""The deviations of the present ancestry from a sealed one, in the order of a seal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from catalog_graph.answers.base import AnswerPart
from catalog_graph.seals.records import FIELDS, Record

_NAMED = 3
DeviationKind = Literal["changed", "appeared", "vanished"]


@dataclass(frozen=True, slots=True)
class Deviation(AnswerPart):
    """An artifact that is not what it was when it was sealed."""

    kind: DeviationKind
    artifact_id: str
    name: str
    fields: list[str]
    """The fields of its record that changed."""
    before: dict[str, Any]
    """The values of these fields in the seal; of an artifact that vanished, its record."""
    after: dict[str, Any]
    """The present values; of an artifact that appeared, its record."""

    @property
    def sentence(self) -> str:
        """The deviation in one sentence."""
        label = f"{self.artifact_id!r}" + (f" ({self.name})" if self.name else "")
        if self.kind == "changed":
            return f"{label} changed: {'; '.join(map(self._change, self.fields))}"
        return f"{label} {'is new in the ancestry' if self.kind == 'appeared' else 'is no longer in the ancestry'}"

    def _change(self, field: str) -> str:
        before, after = self.before[field], self.after[field]
        if field != "parents":
            return f"{field} was {before!r}, is {after!r}"
        gained, lost = sorted(set(after) - set(before)), sorted(set(before) - set(after))
        changes = [f"{verb} {_few(ids)}" for verb, ids in (("gained", gained), ("lost", lost)) if ids]
        return f"parents {' and '.join(changes)}"


def _few(ids: list[str]) -> str:
    more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    return ", ".join(map(repr, ids[:_NAMED])) + more


def deviations(sealed: Mapping[str, Record], present: Mapping[str, Record]) -> list[Deviation]:
    """Return what differs between two ancestries, by generation, then by id, each with its records by id.

    What changed or vanished has its generation in the seal, what appeared its present one.
    """
    generations = _generations(present.values()) | _generations(sealed.values())
    return sorted(_deviations(sealed, present), key=lambda each: (generations[each.artifact_id], each.artifact_id))


def vanished(record: Record) -> Deviation:
    """Return the deviation of an artifact that is gone."""
    return Deviation("vanished", record["artifact_id"], record["name"], [], dict(record), {})


def _deviations(sealed: Mapping[str, Record], present: Mapping[str, Record]) -> Iterator[Deviation]:
    for artifact_id, before in sealed.items():
        after = present.get(artifact_id)
        if after is None:
            yield vanished(before)
        elif fields := [field for field in FIELDS if before[field] != after[field]]:
            old, new = ({field: record[field] for field in fields} for record in (before, after))
            yield Deviation("changed", artifact_id, before["name"] or after["name"], fields, old, new)
    for artifact_id, after in present.items():
        if artifact_id not in sealed:
            yield Deviation("appeared", artifact_id, after["name"], [], {}, dict(after))


def _generations(records: Iterable[Record]) -> dict[str, int]:
    """Return the generation of each artifact, whose parents come before it: 0 for one without parents."""
    generations: dict[str, int] = {}
    for record in records:
        generations[record["artifact_id"]] = max((generations[p] + 1 for p in record["parents"]), default=0)
    return generations
