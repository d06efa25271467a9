"""Findings of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["good", "note", "problem"]
"""`note`: it works, but has a property worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    level: Level
    about: str
    message: str
    advice: str = ""
    """The recommended action; empty if there is none."""

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON types."""
        return {"level": self.level, "about": self.about, "told": self.message, "advice": self.advice}


def good(about: str, message: str) -> Finding:
    """Return the finding of a check that passed."""
    return Finding("good", about, message)


def noted(about: str, message: str, advice: str = "") -> Finding:
    """Return the finding of a check that passed with a remark."""
    return Finding("note", about, message, advice)


def problem(about: str, message: str, advice: str = "") -> Finding:
    """Return the finding of a check that failed."""
    return Finding("problem", about, message, advice)
