"""What is to be reached: ratios between contenders of one run, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Target:
    """`subject` against `other` (or a number), by a factor. Made by `faster`, `within`, `at_least_share`, `below`."""

    kind: Literal["faster", "within", "below"]
    subject: str
    factor: float
    other: str = ""

    def judged(self, values: Mapping[str, float], *, higher_is_better: bool) -> dict[str, Any] | None:
        """What is asked, what was reached, and whether that is enough; `None` if a contender did not take part."""
        if self.subject not in values or (self.other and self.other not in values):
            return None
        mine = values[self.subject]
        if self.kind == "below":
            return self._verdict(
                f"under {self.factor:g}", f"{mine:.3g}" if mine < 100 else f"{mine:,.0f}", mine <= self.factor
            )
        slower_by = values[self.other] / mine if higher_is_better else mine / values[self.other]
        if self.kind == "faster":
            reached = 1 / slower_by
            return self._verdict(f"at least {self.factor:g} × {self.other}", f"{reached:.1f} ×", reached >= self.factor)
        asked = f"at most {self.factor:.2g} × that of {self.other}"
        return self._verdict(asked, f"{slower_by:.2f} ×", slower_by <= self.factor)

    def _verdict(self, asked: str, reached: str, met: bool) -> dict[str, Any]:
        return {"subject": self.subject, "asked": asked, "reached": reached, "met": met}


def faster(subject: str, times: float, other: str) -> Target:
    """`subject` answers at least `times` times as fast as `other`."""
    return Target("faster", subject, times, other)


def within(subject: str, times: float, other: str) -> Target:
    """`subject` takes at most `times` times as long as `other`."""
    return Target("within", subject, times, other)


def below(subject: str, limit: float) -> Target:
    """`subject` stays under `limit`, in the unit of the measurement."""
    return Target("below", subject, limit)
