"""Programs that run FlowyML pipelines, as processes of their own."""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server.command import COMMAND, environment

CHAIN = """
import os, sys, time
from flowyml import Pipeline
from flowyml.core.step import Step

def first():
    return {"start": sys.argv[1:]}

def link(number):
    def follow(value):
        return {"number": number, "of": value}
    return follow

steps = [Step(first, name="first", outputs=["o0"], cache=False)]
for number in range(1, LENGTH):
    follow = link(number)
    exec(f"def s{number}(o{number - 1}, follow=follow): return follow(o{number - 1})")
    steps.append(Step(locals()[f"s{number}"], inputs=[f"o{number - 1}"], outputs=[f"o{number}"], cache=False))
pipeline = Pipeline("chain", enable_cache=False, enable_checkpointing=False)
pipeline.add_steps(steps)
started = time.monotonic()
result = pipeline.run(auto_start_ui=False)
print("run took", time.monotonic() - started)
assert result.success
"""
"""A pipeline of LENGTH steps, each of which reads what the one before it wrote."""


def chain(length: int, then: str = "") -> str:
    """Return a program that runs a chain of steps, then `then`."""
    return CHAIN.replace("LENGTH", str(length)) + textwrap.dedent(then)


class Program:
    """A program under `catalog-graph flowyml run`."""

    def __init__(self, folder: Path, text: str, *arguments: str, name: str = "pipeline.py", **variables: str) -> None:
        (folder / name).write_text(text)
        self.process = subprocess.Popen(
            [COMMAND, "flowyml", "run", name, *arguments],
            cwd=folder,
            env=environment(PYTHONUNBUFFERED="1", **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.communicate()

    def finish(self) -> tuple[str, str]:
        """Wait until the program succeeds, and return its standard output and standard error."""
        out, err = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, (out, err)
        return out, err


def run_program(folder: Path, text: str, *arguments: str, **variables: str) -> tuple[str, str]:
    """Run a program to its end."""
    return Program(folder, text, *arguments, **variables).finish()


def run_plainly(folder: Path, text: str, **variables: str) -> tuple[str, str]:
    """Run the program without recording, as a FlowyML user does."""
    (folder / "plain.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "plain.py"],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, done.stderr


def seconds_of(out: str) -> float:
    """Return the seconds that the pipeline of a chain ran."""
    return float(out.rsplit("run took", 1)[1].split()[0])


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


@contextmanager
def silent_service() -> Iterator[str]:
    """Yield the endpoint of a service that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = []
        thread = threading.Thread(target=lambda: _take(listener, taken))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1/catalog"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in taken:
            connection.close()


def _take(listener: socket.socket, taken: list[socket.socket]) -> None:
    try:
        while True:
            taken.append(listener.accept()[0])
    except OSError:
        return


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
