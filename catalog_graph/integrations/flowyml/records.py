"""What is written down about one artifact until the catalog has it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry

Lookup = Literal["none", "id", "registration", "cache", "content"]
"""How delivery finds out whether the catalog has the artifact already, under an id that only the catalog knows.

`none`: it is new. `id`: registered by somebody else, if at all (an asset that a step read). `registration`: FlowyML's
executor registered it by itself (same pipeline, run and step). `cache`: an earlier run made it, and FlowyML took it
from its cache. `content`: it came from outside the run, and is known by its content, if at all.
"""

DETAILS = "flowyml"
"""The key of `metadata` that holds what only FlowyML knows: `output`, `inputs`, `cache_key`, `retries`, `asset_id`."""


@dataclass(slots=True)
class Record:
    """An artifact as its pipeline saw it. Its id is minted, so that delivering it twice registers it once."""

    entry: CatalogEntry
    lookup: Lookup = "none"
    resumed_run: str = ""
    """For `content`: the run that goes on from a checkpoint, whose earlier part made the artifact."""
    maybe_parents: list[str] = field(default_factory=list)
    """For `cache`: what the step would have read in this run; true only if the run that made it read the same."""

    @property
    def details(self) -> dict[str, Any]:
        """What only FlowyML knows."""
        found = self.entry.metadata.get(DETAILS)
        return found if isinstance(found, dict) else {}

    def to_line(self) -> bytes:
        """One line of JSON, with its end."""
        given = {name: value for name in CONTRACT_FIELDS if (value := getattr(self.entry, name))}
        fields: dict[str, Any] = {"entry": given}
        for name in ("lookup", "resumed_run", "maybe_parents"):
            if (value := getattr(self, name)) and value != "none":
                fields[name] = value
        return json.dumps(fields).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Record:
        """The inverse of `to_line`; raises `ValueError` where the line is none."""
        fields = json.loads(line)
        if not isinstance(fields, dict) or not isinstance(fields.get("entry"), dict):
            raise ValueError("no record")
        return cls(**{**fields, "entry": CatalogEntry.from_dict(fields["entry"])})
