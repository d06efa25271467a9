"""Targets of measurements: ratios between contenders of one run, and absolute limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Target:
    """A target of `subject`, relative to `other` or absolute; made by `faster`, `within` and `below`."""

    kind: Literal["faster", "within", "below"]
    subject: str
    factor: float
    other: str = ""

    def verdict(self, values: Mapping[str, float], *, higher_is_better: bool) -> dict[str, Any] | None:
        """Return the target, the figure reached and whether it is met; None if a contender did not take part."""
        if self.subject not in values or (self.other and self.other not in values):
            return None
        value = values[self.subject]
        if self.kind == "below":
            reached = f"{value:.3g}" if value < 100 else f"{value:,.0f}"
            return self._verdict(f"under {self.factor:g}", reached, value <= self.factor)
        slower_by = values[self.other] / value if higher_is_better else value / values[self.other]
        if self.kind == "faster":
            faster_by = 1 / slower_by
            target = f"at least {self.factor:g} × {self.other}"
            return self._verdict(target, f"{faster_by:.1f} ×", faster_by >= self.factor)
        target = f"at most {self.factor:.2g} × that of {self.other}"
        return self._verdict(target, f"{slower_by:.2f} ×", slower_by <= self.factor)

    def _verdict(self, target: str, reached: str, met: bool) -> dict[str, Any]:
        return {"subject": self.subject, "asked": target, "reached": reached, "met": met}


def faster(subject: str, times: float, other: str) -> Target:
    """Return the target that `subject` is at least `times` times as fast as `other`."""
    return Target("faster", subject, times, other)


def within(subject: str, times: float, other: str) -> Target:
    """Return the target that `subject` takes at most `times` times as long as `other`."""
    return Target("within", subject, times, other)


def below(subject: str, limit: float) -> Target:
    """Return the target that `subject` stays under `limit`, in the unit of the measurement."""
    return Target("below", subject, limit)
