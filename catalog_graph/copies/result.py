"""The result of a copy: what was new, known, changed and left out, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_REASONS = 100
MAX_ROWS = 1000

BadRow = Callable[[str, str], None]
"""Callback for each record left out: its id or its position in the file, and the reason."""
Progress = Callable[[int], None]
"""Callback after each batch, with the number of records processed so far."""

Outcome = Literal["new", "known", "changed"]
"""`known`: the target had it already, and nothing changed."""


@dataclass
class TransferResult:
    """The counts of one copy, and the reasons for records left out."""

    new: int = 0
    """Records that the target did not have."""
    known: int = 0
    """Records that the target had already, and that changed nothing."""
    changed: int = 0
    """Records that changed what the target had."""
    left_out: int = 0
    resumed_at: int = 0
    """Records that an earlier, interrupted copy had processed; what it left out is counted here too."""
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    """The same counts by kind of record: `{"artifact": {"new": 3}}`."""
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    """The first 1,000 records left out: label, reason and kind."""
    warnings: list[str] = field(default_factory=list)
    """Sentences about the copy as a whole, such as history that the API key may not set."""

    incomplete: bool = False
    """True if the copy as a whole lacks something.

    It was taken as of now, a service of an earlier version cannot give or take all of it, or the file of the copy is
    cut short or altered.
    """

    @property
    def whole(self) -> bool:
        """True if the target has all that was copied, with its history."""
        return not self.incomplete and not self.left_out

    @property
    def reasons(self) -> list[str]:
        """The first 100 records left out, each with the reason."""
        return [f"{label}: {reason}" for label, reason, _ in self.rows[:MAX_REASONS]]

    @property
    def registered(self) -> int:
        """Artifacts of the copy that the target has now, including those that it had before."""
        counts = self.kinds.get("artifact", Counter())
        return counts["new"] + counts["known"] + counts["changed"]

    @property
    def text(self) -> str:
        """The counts of artifacts, and those of all other records together, in one line."""
        others: Counter[str] = sum((counts for kind, counts in self.kinds.items() if kind != "artifact"), Counter())
        artifacts = _counts_text(self.kinds.get("artifact", Counter()))
        return f"{artifacts}; history and aliases: {_counts_text(others)}" if others else artifacts

    def count(self, outcome: Outcome, kind: str = "artifact", number: int = 1) -> None:
        """Count records that the target has now."""
        setattr(self, outcome, getattr(self, outcome) + number)
        self.kinds.setdefault(kind, Counter())[outcome] += number

    def leave_out(self, label: str, reason: str, bad_row: BadRow, kind: str = "artifact") -> None:
        """Count a record as left out, and report it to `bad_row`."""
        self.left_out += 1
        self.kinds.setdefault(kind, Counter())["left_out"] += 1
        if len(self.rows) < MAX_ROWS:
            self.rows.append((label, reason, kind))
        bad_row(label, reason)

    def warn(self, sentence: str) -> None:
        """Add a sentence about the copy as a whole, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def counts(self) -> dict[str, Any]:
        """Return all counts, as JSON types."""
        return {
            "new": self.new,
            "known": self.known,
            "changed": self.changed,
            "left_out": self.left_out,
            "incomplete": self.incomplete,
            "kinds": {kind: dict(counts) for kind, counts in self.kinds.items()},
            "warnings": self.warnings,
        }


def _counts_text(counts: Counter[str]) -> str:
    changed = f", changed {counts['changed']:,}" if counts["changed"] else ""
    return f"new {counts['new']:,}, known {counts['known']:,}{changed}, left out {counts['left_out']:,}"
