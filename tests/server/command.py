"""The real command, as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.server.forks import run_forked

COMMAND = str(Path(sys.executable).parent / "catalog-graph")


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of this process without settings of a catalog, with `variables`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEO4J_", "FLOWYML_", "CATALOG_GRAPH_"))}
    if "CATALOG_GRAPH_CACHE_DIR" in os.environ:
        kept["CATALOG_GRAPH_CACHE_DIR"] = os.environ["CATALOG_GRAPH_CACHE_DIR"]
    return {**kept, **variables}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [COMMAND, *arguments], env=environment(**variables), capture_output=True, text=True, timeout=120, check=False
    )


def forked(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, where how it starts is not what is tested."""
    return run_forked(arguments, environment(**variables))


def refusal(*arguments: str, **variables: str) -> str:
    """Run the command, which must fail with one sentence and print nothing else; return the sentence."""
    done = forked(*arguments, **variables)
    assert done.returncode not in (0, None), done
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


class Served:
    """A running `catalog-graph serve`, read line by line."""

    def __init__(
        self, *arguments: str, variables: Mapping[str, str] | None = None, starter: Sequence[str] = ()
    ) -> None:
        """Start it, by a `starter` that runs its arguments."""
        self.process = subprocess.Popen(
            [*starter, COMMAND, "serve", *arguments],
            env=environment(**(variables or {})),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=_read, args=(stream, lines))
            for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()

    def wait_for(self, text: str, seconds: float = 120) -> None:
        """Wait for a line of standard output with `text`."""
        deadline = time.monotonic() + seconds
        while not any(text in line for line in self.out):
            assert self.process.poll() is None, self.err
            assert time.monotonic() < deadline, (self.out, self.err)
            time.sleep(0.02)

    @property
    def url(self) -> str:
        """The URL of the API; waits until the service is up."""
        self.wait_for("Stop with Ctrl-C")
        match = re.search(r"served at (http://\S+)", "\n".join(self.out))
        assert match
        return match[1]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self, seconds: float = 90) -> int:
        """Wait until the service ends by itself, and return its exit status."""
        status = self.process.wait(seconds)
        for reader in self._readers:
            reader.join()
        return status

    def close(self) -> None:
        """Stop the process and close its streams."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(90)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.end()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()


@contextmanager
def served(*arguments: str, **variables: str) -> Iterator[Served]:
    """Run `catalog-graph serve` on a free port until the end of the block."""
    service = Served("--port", "0", *arguments, variables=variables)
    try:
        yield service
    finally:
        service.close()


def _read(stream: object, lines: list[str]) -> None:
    for line in stream:  # type: ignore[attr-defined]
        lines.append(line.rstrip("\n"))
