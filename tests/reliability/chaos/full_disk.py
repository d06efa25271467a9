"""A small file system that fills under the service and its store, slowly and at once."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.reliability.scenario import Figures, Forbidden, Ground, is_starved, scenario
from tests.reliability.service import Service
from tests.reliability.writers import Crowd, Writer, check_all_is_kept, crowd
from tests.server.wire import Wire

MEGABYTE = 1_000_000
DISK = 600
"""Size of the file system, in MB."""
NEARLY_FULL = 250
"""Free space in MB below which the service refuses changes to its own Neo4j."""
WRITERS = 8
ROUNDS, SHORT_ROUNDS = 5, 1
FULL_SECONDS, SHORT_FULL_SECONDS = 20.0, 2.0
MOST_SECONDS = 60.0
"""Maximum from the moment when there is room until a write is made, with a restart of Neo4j in between."""
PATIENCE = 300.0
WORDS = ("the disk of the catalog is full", "its disk is full or broken", "because the disk is full")


@scenario(
    "A disk that fills under Neo4j and 8 writers",
    "Reads go on, and writes get 503 in words, until there is room; then all is written, and nothing is lost, doubled "
    "or half there. If the disk fills within one write, Neo4j stops, and serves again within "
    f"{MOST_SECONDS:.0f} s after there is room",
)
def full_disk(ground: Ground) -> Figures:
    with small_disk(ground.folder / "disk") as disk, Service(data=disk / "data") as service:
        return _fill_and_empty(service, disk, ground)


@scenario(
    "A disk that fills under a local file and 8 writers",
    "Reads go on, and writes get 503 in words, until there is room; then all is written, and nothing is lost, doubled "
    "or half there",
)
def full_disk_of_a_file(ground: Ground) -> Figures:
    with small_disk(ground.folder / "disk") as disk, Service("--store", f"sqlite:///{disk}/catalog.db") as service:
        return _fill_and_empty(service, disk, ground)


def _fill_and_empty(service: Service, disk: Path, ground: Ground) -> Figures:
    writers, filler = crowd(service.wire, WRITERS), disk / "filler"
    rounds, seconds = (SHORT_ROUNDS, SHORT_FULL_SECONDS) if ground.short else (ROUNDS, FULL_SECONDS)
    reads, probe, slow, sudden = Counter[int](), Probe(service.wire), [], []
    with writers.writing(), _removing(filler):
        for _ in range(rounds):
            _wait_for_writes(writers)
            fill(filler, leave=NEARLY_FULL * MEGABYTE)
            _wait_for_refusals(writers, service)
            fill(filler, leave=0)
            with _reading(service, reads):
                probe.write_in_vain(seconds)
            slow.append(_make_room(writers, filler))
            _wait_for_writes(writers)
            fill(filler, leave=0)
            probe.write_in_vain(seconds)
            sudden.append(_make_room(writers, filler))
    probe.look()
    compared = check_all_is_kept(service.wire, [*writers.writers, probe])
    assert reads.keys() == {200}, reads
    assert max(slow + sudden) < MOST_SECONDS or is_starved(), (slow, sudden)
    restarts = sum("The database of Neo4j has stopped" in line for line in service.served.err)
    return {
        "times that the disk was full": f"{len(slow)} slowly, {len(sudden)} within writes",
        "reads while it was full, all answered": reads[200],
        "answers of 503 that say it": probe.refused,
        **({"restarts of Neo4j": restarts} if service.data else {}),
        "acknowledged writes": writers.acknowledged,
        "compared afterwards": ", ".join(f"{number:,} {name}" for name, number in compared.items()),
        "seconds from room to a write": f"at most {max(slow):.1f}, filled within writes at most {max(sudden):.1f}",
    }


class Probe(Writer):
    """A writer that sends each request once, while the disk is full."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(WRITERS, wire)
        self.refused = 0
        self._sent: dict[str, dict[str, Any]] = {}

    def write_in_vain(self, seconds: float) -> None:
        """Register for some seconds; a file may have room within itself, but each refusal says what is the matter."""
        end, before = time.monotonic() + seconds, self.refused
        while time.monotonic() < end or self.refused == before:
            new = self._new(artifact_id=f"probe-{len(self._sent)}", metadata={"text": "x" * 200_000}, parent_ids=[])
            self._sent[new["artifact_id"]] = new
            reply = self._wire("POST", "/artifacts", new)
            if reply.status != 201:
                assert reply.problem(503, reply.json["code"])["code"] in ("store-full", "unavailable")
                assert int(reply.headers["retry-after"]) > 0
                assert any(words in reply.json["detail"] for words in WORDS), reply
                self.refused += 1
            time.sleep(0.1)

    def look(self) -> None:
        """Note what was made: the answer to a write within which the disk filled does not tell."""
        for artifact_id, new in self._sent.items():
            if self._wire("GET", f"/artifacts/{artifact_id}").status == 200:
                self._holds(new)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of `DISK` MB at a folder. Raises `Forbidden` where this user may not."""
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={DISK * MEGABYTE},mode=0777", "tmpfs", str(folder))
    for starter in ((), ("sudo", "-n")):
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([*starter, *mount], check=True, capture_output=True)
            break
    else:
        raise Forbidden("this user may not mount a file system: run it as root")
    try:
        yield folder
    finally:
        subprocess.run([*starter, "umount", "--lazy", str(folder)], check=True)


def fill(filler: Path, *, leave: int) -> None:
    """Let a file take the space of its disk but for so many bytes."""
    with filler.open("ab") as file:
        free = os.statvfs(filler).f_bavail * os.statvfs(filler).f_frsize
        with suppress(OSError):  # another program may have taken some of it meanwhile
            os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, max(1, free - leave))
    while not leave:
        try:
            with filler.open("ab") as file:
                file.write(b"x" * 4096)
        except OSError:
            return


def _make_room(writers: Crowd, filler: Path) -> float:
    """Delete the filler; return the seconds until another write is acknowledged."""
    began, before = time.monotonic(), writers.acknowledged
    filler.unlink()
    _wait_for(writers, lambda: writers.acknowledged > before)
    return time.monotonic() - began


def _wait_for_writes(writers: Crowd) -> None:
    wanted = writers.acknowledged + 5 * WRITERS
    _wait_for(writers, lambda: writers.acknowledged >= wanted)


def _wait_for_refusals(writers: Crowd, service: Service) -> None:
    """Wait until each writer was refused, so that no write is under way; a local file is not yet full."""
    if service.data is None:
        return
    before = [each.failures["503"] for each in writers.writers]
    _wait_for(writers, lambda: all(w.failures["503"] > n for w, n in zip(writers.writers, before, strict=True)))


def _wait_for(writers: Crowd, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        writers.check()
        assert time.monotonic() < deadline, writers.failures
        time.sleep(0.02)


@contextmanager
def _removing(filler: Path) -> Iterator[None]:
    """Delete the filler at the end of the block: writers get no answer before."""
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


@contextmanager
def _reading(service: Service, seen: Counter[int]) -> Iterator[None]:
    """Read while the block lasts, and count the statuses."""
    ended = threading.Event()

    def read() -> None:
        while not ended.wait(0.02):
            for path in ("/artifacts?limit=5", "/artifacts/search?q=model", "/artifacts/raw-0/downstream?limit=5"):
                seen[service.wire("GET", path).status] += 1

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
