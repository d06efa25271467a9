"""A clock that is set back while the service runs, by libfaketime."""

from __future__ import annotations

import time
from pathlib import Path

from tests.reliability.scenario import Figures, Ground, Unavailable, is_starved, scenario
from tests.reliability.service import Service
from tests.reliability.writers import check_all_is_kept, crowd

WRITERS = 8
SECONDS, SHORT_SECONDS = 20.0, 2.0
STEPS = ("-1h", "-1d", "-400d", "+1d", "-1h")
MOST_SECONDS = 5.0
"""Maximum time of a write right after the clock was set."""


@scenario(
    "The clock set back by an hour, a day and 400 days, and forward, under 8 writers",
    "No write waits for the clock to catch up; versions, the latest version and the order of changes stay right",
)
def clock(ground: Ground) -> Figures:
    now = ground.folder / "now"
    now.write_text("+0")
    variables = {
        "LD_PRELOAD": _library(),
        "FAKETIME_TIMESTAMP_FILE": str(now),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    longest = 0.0
    with Service(data=ground.folder / "data", variables=variables) as service:
        wire, sent = service.wire, {"name": "last", "artifact_type": "T"}
        writers = crowd(wire, WRITERS)
        first = wire("POST", "/artifacts", sent, headers={"Idempotency-Key": "first"}).ok(201)
        writers.writers[0].deleted.add(first["artifact_id"])
        with writers.writing():
            for place, step in enumerate(STEPS, start=2):
                now.write_text(step)
                began = time.monotonic()
                last = wire("POST", "/artifacts", sent).ok(201)
                longest = max(longest, time.monotonic() - began)
                assert last["version"] == str(place)
                assert wire("GET", "/resolve?reference=last").ok()["artifact_id"] == last["artifact_id"]
                assert wire("POST", "/artifacts", sent, headers={"Idempotency-Key": "first"}).ok(201) == first
                time.sleep((SHORT_SECONDS if ground.short else SECONDS) / len(STEPS))
                wire("DELETE", f"/artifacts/{last['artifact_id']}", {}).ok()
                writers.writers[0].deleted.add(last["artifact_id"])
        wire("DELETE", f"/artifacts/{first['artifact_id']}", {}).ok()
        compared = check_all_is_kept(wire, writers.writers)
    assert longest < MOST_SECONDS or is_starved()
    return {
        "acknowledged writes": writers.acknowledged,
        "compared afterwards": ", ".join(f"{number:,} {name}" for name, number in compared.items()),
        "longest first write afterwards": f"{longest:.2f} s",
    }


def _library() -> str:
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        raise Unavailable("libfaketime is not installed: on Debian, `apt-get install libfaketime`")
    return str(libraries[0])
