"""The record of one artifact, kept on disk until the catalog has the artifact."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry

Lookup = Literal["none", "id", "registration", "cache", "content"]
"""The way in which delivery looks the artifact up before registering it, since the catalog may know it by another id.

`none`: it is new. `id`: an asset that a step read; another program may have registered it under its own id.
`registration`: FlowyML's executor registered it (same pipeline, run and step). `cache`: an earlier run made it, and
FlowyML took it from its cache. `content`: it came from outside the run; the catalog may have the same content.
"""

DETAILS = "flowyml"
"""The key of `metadata` with FlowyML's own details: `output`, `inputs`, `cache_key`, `retries`, `asset_id`."""


@dataclass(slots=True)
class Record:
    """An artifact as its pipeline saw it; its id is minted beforehand, so delivering it twice registers it once."""

    entry: CatalogEntry
    lookup: Lookup = "none"
    resumed_run: str = ""
    """For `content`: the run that was resumed from a checkpoint and whose earlier part made the artifact."""
    maybe_parents: list[str] = field(default_factory=list)
    """For `cache`: ids that the step would have read in this run; parents only if the original run read them too."""

    @property
    def details(self) -> dict[str, Any]:
        """FlowyML's own details in the entry's metadata; empty if there are none."""
        return details_in(self.entry.metadata)

    def to_line(self) -> bytes:
        """Return the record as one line of JSON, line feed included."""
        entry = {name: value for name in CONTRACT_FIELDS if (value := getattr(self.entry, name))}
        fields: dict[str, Any] = {"entry": entry}
        for name in ("lookup", "resumed_run", "maybe_parents"):
            if (value := getattr(self, name)) and value != "none":
                fields[name] = value
        return json.dumps(fields).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Record:
        """Read a line of `to_line`; raise `ValueError` or `TypeError` if it holds no record."""
        fields = json.loads(line)
        if not isinstance(fields, dict) or not isinstance(fields.get("entry"), dict):
            raise ValueError("the line holds no record: 'entry' must be a JSON object")
        return cls(**{**fields, "entry": CatalogEntry.from_dict(fields["entry"])})


def details_in(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return FlowyML's own details in metadata; empty if there are none, or if a user has put something else there."""
    details = metadata.get(DETAILS)
    return details if isinstance(details, dict) else {}
