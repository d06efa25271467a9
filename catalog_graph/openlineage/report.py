"""The answer to events: what was taken, and what was left out, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

MAX_NAMED = 100
"""Maximum number of artifacts, and of things left out, that a report names; its numbers count all."""


@dataclass
class EventReport:
    """The result of a batch of events."""

    received: int = 0
    taken: int = 0
    """Events that are stored; those that were stored before, too."""
    changed: int = 0
    """Artifacts that were registered or changed."""
    artifacts: list[str] = field(default_factory=list)
    """The ids of the first 100 of them."""
    refused: list[dict[str, Any]] = field(default_factory=list)
    """Events that could not be read: the `index` and the `reason` of each."""
    left_out: list[dict[str, Any]] = field(default_factory=list)
    """`what` was left out, `why`, and how many `times`: the first 100 kinds."""
    left_out_times: int = 0

    def refuse(self, index: int, reason: str) -> None:
        """Note that an event could not be read."""
        self.refused.append({"index": index, "reason": reason})

    def leave_out(self, what: str, why: str) -> None:
        """Note that a part of an event is not taken."""
        self.left_out_times += 1
        for each in self.left_out:
            if each["what"] == what and each["why"] == why:
                each["times"] += 1
                return
        if len(self.left_out) < MAX_NAMED:
            self.left_out.append({"what": what, "why": why, "times": 1})

    def change(self, artifact_ids: list[str]) -> None:
        """Note artifacts that were registered or changed."""
        self.changed += len(artifact_ids)
        self.artifacts += artifact_ids[: MAX_NAMED - len(self.artifacts)]

    def add(self, other: EventReport) -> None:
        """Add the report of later events."""
        for each in other.refused:
            self.refuse(self.received + each["index"], each["reason"])
        self.received += other.received
        self.taken += other.taken
        self.changed += other.changed
        self.artifacts += other.artifacts[: max(0, MAX_NAMED - len(self.artifacts))]
        for each in other.left_out:
            for _ in range(each["times"]):
                self.leave_out(each["what"], each["why"])

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the report that `to_dict` converted."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__ if name in data})

    def text(self) -> str:
        """Return the report as lines of text."""
        changed = f"{self.changed:,} {'artifact' if self.changed == 1 else 'artifacts'} registered or changed"
        lines = [f"{self.taken:,} of {self.received:,} events taken, {changed}"]
        lines += [f"Refused: event {each['index']}: {each['reason']}" for each in self.refused[:MAX_NAMED]]
        lines += [f"Left out: {each['what']} ({each['times']:,}): {each['why']}" for each in self.left_out]
        return "\n".join(lines)
