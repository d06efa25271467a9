"""Rates: how many requests a key may send, and how long an address waits that sends wrong keys."""

from __future__ import annotations

import logging
import math
import time
from collections import OrderedDict

from catalog_graph.errors import RateLimited

MAX_CALLERS = 10_000
"""Keys or addresses that are remembered; of more, those that were silent longest are forgotten."""
BURST_SECONDS = 2.0
"""Seconds for which a key that was silent may save its requests."""
FREE_MISTAKES = 5
FIRST_DELAY, LONGEST_DELAY = 0.1, 10.0
"""Seconds that the answer to the next wrong key takes, and at most; each is twice the one before."""
FORGIVEN_SECONDS = 600.0
WARNING_SECONDS = 60.0
_logger = logging.getLogger("catalog_graph.rates")


class RateLimit:
    """A number of requests a second for each key; 0 is no limit."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self._most = max(1.0, per_second * BURST_SECONDS)
        self._saved: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Saved requests of each key, and when that was."""

    def count(self, caller: str) -> None:
        """Count a request; raise `RateLimited` if its key has sent too many."""
        if not self.per_second:
            return
        now = time.monotonic()
        saved, then = self._saved.pop(caller, (self._most, now))
        saved = min(self._most, saved + (now - then) * self.per_second)
        self._saved[caller] = (saved - 1 if saved >= 1 else saved, now)
        if len(self._saved) > MAX_CALLERS:
            self._saved.popitem(last=False)
        if saved < 1:
            raise RateLimited(
                f"this API key may send {self.per_second:g} requests a second; try again later",
                retry_after=math.ceil((1 - saved) / self.per_second),
            )


class WrongKeys:
    """The wrong keys of each address, and the delay that follows from them."""

    def __init__(self) -> None:
        self._mistakes: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._warned = -WARNING_SECONDS

    def delay(self, address: str) -> float:
        """Count a wrong key; return the seconds after which it is answered."""
        now = time.monotonic()
        count, then = self._mistakes.pop(address, (0, now))
        count = 1 if now - then > FORGIVEN_SECONDS else count + 1
        self._mistakes[address] = (count, now)
        if len(self._mistakes) > MAX_CALLERS:
            self._mistakes.popitem(last=False)
        if count <= FREE_MISTAKES:
            return 0.0
        if now - self._warned >= WARNING_SECONDS:
            self._warned = now
            _logger.warning("%s has sent %d wrong API keys; its answers are delayed.", address, count)
        return float(min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(count - FREE_MISTAKES - 1, 20)))
