"""Two services on one data folder."""

from __future__ import annotations

import time

from tests.reliability.scenario import Figures, Ground, is_starved, scenario
from tests.reliability.service import SMALL, Service
from tests.server.command import refusal

TRIES, SHORT_TRIES = 3, 1
MOST_SECONDS = 1.0


@scenario(
    "A second service on one data folder",
    f"It is refused in words within {MOST_SECONDS:.0f} s; the first one goes on",
)
def one_owner(ground: Ground) -> Figures:
    seconds = []
    with Service(data=ground.folder / "data") as service:
        for _ in range(SHORT_TRIES if ground.short else TRIES):
            began = time.monotonic()
            said = refusal("serve", "--port", "0", "--data-dir", str(service.data), **SMALL)
            seconds.append(time.monotonic() - began)
            assert f"in use by process {service.served.process.pid}" in said
        service.wire.register(artifact_id="after")
    assert ground.short or min(seconds) < MOST_SECONDS or is_starved(), seconds
    return {"seconds until it is refused": f"{min(seconds):.2f}"}
