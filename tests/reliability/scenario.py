"""Scenarios: what is tried, what is promised, and the figures of a run."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Ground(NamedTuple):
    """The place of one run of a scenario."""

    folder: Path
    """An empty folder."""
    short: bool
    """True for the form that CI runs."""
    ends: float = math.inf
    """When to end although less was tried than planned, by the monotonic clock."""

    @property
    def is_over(self) -> bool:
        """True if the time of the scenario is over."""
        return time.monotonic() > self.ends


Figures = dict[str, object]
"""Measured values, by their description."""


class Unavailable(Exception):
    """A scenario needs what the machine lacks."""


class Forbidden(Unavailable):
    """A scenario needs what the machine does not allow, so that nothing can be installed for it."""


@dataclass(frozen=True)
class Scenario:
    """A function that tries something, and raises `AssertionError` where a promise is broken."""

    form: str
    """`chaos` or `fuzz`."""
    name: str
    title: str
    promise: str
    run: Callable[[Ground], Figures]


REGISTERED: dict[str, Scenario] = {}


def is_starved() -> bool:
    """Return True if other programs hold the processors, so that times say nothing; print a line then."""
    load = os.getloadavg()[1]
    if load > (limit := 3 * (os.cpu_count() or 1)):
        say(f"    times are not judged: the load of the last five minutes is {load:.1f}, above {limit}")
        return True
    return False


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def scenario(title: str, promise: str) -> Callable[[Callable[[Ground], Figures]], Callable[[Ground], Figures]]:
    """Register a function as a scenario, by its own name and that of its folder."""

    def register(run: Callable[[Ground], Figures]) -> Callable[[Ground], Figures]:
        form = run.__module__.split(".")[-2]
        REGISTERED[run.__name__] = Scenario(form, run.__name__, title, promise, run)
        return run

    return register
