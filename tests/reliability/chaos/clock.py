"""A wall clock that is set back while the service and its Neo4j run, by a library that they load before others."""

from __future__ import annotations

import struct
import subprocess
import time
from pathlib import Path

from tests.reliability.scenario import Figures, Ground, Unavailable, is_starved, scenario
from tests.reliability.service import Service
from tests.reliability.writers import check_all_is_kept, crowd

WRITERS = 8
SECONDS, SHORT_SECONDS = 20.0, 2.0
HOUR, DAY = 3_600, 86_400
STEPS = (-HOUR, -DAY, -400 * DAY, DAY, -HOUR)
"""Seconds by which the clock differs from the true time, one after the other."""
MOST_SECONDS = 5.0
"""Maximum time of a write right after the clock was set."""


@scenario(
    "The clock set back by an hour, a day and 400 days, and forward, under 8 writers",
    "No write waits for the clock to catch up; versions, the latest version and the order of changes stay right",
)
def clock(ground: Ground) -> Figures:
    difference = ground.folder / "seconds"
    _set(difference, 0)
    variables = {"LD_PRELOAD": _library(ground.folder), "SECONDS_FILE": str(difference)}
    longest = 0.0
    with Service(data=ground.folder / "data", variables=variables) as service:
        wire, sent = service.wire, {"name": "last", "artifact_type": "T"}
        writers = crowd(wire, WRITERS)
        first = wire("POST", "/artifacts", sent, headers={"Idempotency-Key": "first"}).ok(201)
        writers.writers[0].deleted.add(first["artifact_id"])
        with writers.writing():
            for place, step in enumerate(STEPS, start=2):
                _set(difference, step)
                began = time.monotonic()
                last = wire("POST", "/artifacts", sent).ok(201)
                longest = max(longest, time.monotonic() - began)
                assert last["version"] == str(place)
                assert wire("GET", "/resolve?reference=last").ok()["artifact_id"] == last["artifact_id"]
                # A day ahead the key is over; the id that it gave is the same, so that nothing is doubled.
                again = wire("POST", "/artifacts", sent, headers={"Idempotency-Key": "first"})
                assert again.json["artifact_id"] == first["artifact_id"]
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


def _set(difference: Path, seconds: int) -> None:
    """Set the difference in place: processes have the file in their memory."""
    with difference.open("r+b" if difference.exists() else "wb") as file:
        file.write(struct.pack("l", seconds))


def _library(folder: Path) -> str:
    library = folder / "wall_clock.so"
    source = Path(__file__).with_name("wall_clock.c")
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    except FileNotFoundError as error:
        raise Unavailable("there is no C compiler, cc") from error
    return str(library)
