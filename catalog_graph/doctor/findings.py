"""What an examination says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["good", "note", "problem"]
"""`note`: it works, but something about it should be known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    about: str
    told: str
    advice: str = ""
    """What to do about it."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)


def good(about: str, told: str) -> Finding:
    """All is well with it."""
    return Finding("good", about, told)


def noted(about: str, told: str, advice: str = "") -> Finding:
    """It works, but."""
    return Finding("note", about, told, advice)


def problem(about: str, told: str, advice: str = "") -> Finding:
    """It does not work."""
    return Finding("problem", about, told, advice)
