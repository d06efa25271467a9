"""Hypothesis as the suite uses it: the same examples on every run, or many more where they are asked for.

HYPOTHESIS_PROFILE=thorough make test
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# A catalog is emptied or only asked within a test, so one of it serves all examples.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


def load_profile() -> None:
    """Take the profile that `HYPOTHESIS_PROFILE` names."""
    # A failure over a database takes minutes to shrink: `thorough` does that.
    phases = [Phase.explicit, Phase.generate]
    settings.register_profile("quick", max_examples=60, derandomize=True, database=None, phases=phases, **_COMMON)
    settings.register_profile("thorough", max_examples=2000, **_COMMON)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
