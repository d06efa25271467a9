"""Commands as processes of their own, forked from one that has imported the program: that takes a tenth of the time.

A fork has its own environment, folder, output and end, as a program that is started; a start is what it leaves out.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120
_LOCK = threading.Lock()


def run_forked(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command with these arguments to its end, in a folder: that of this process, unless one is named."""
    with tempfile.NamedTemporaryFile("r") as out, tempfile.NamedTemporaryFile("r") as err:
        order = {
            "arguments": arguments,
            "environment": dict(environment),
            "folder": str(folder or Path.cwd()),
            "files": [out.name, err.name],
        }
        with _LOCK:
            status = json.loads(_asked(order))
        return subprocess.CompletedProcess(arguments, status, out.read(), err.read())


def _asked(order: dict[str, Any]) -> str:
    process = _process()
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    return process.stdout.readline()


@cache
def _process() -> subprocess.Popen[str]:
    """Start the process that forks; it ends with this one."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import fork; fork()"],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    return process


def fork() -> None:
    """Answer each order with the status of its process."""
    from catalog_graph.cli import main
    from catalog_graph.cli.app import app  # noqa: F401
    from catalog_graph.server import bootstrap, run  # noqa: F401 - what `serve` imports first

    answers = os.fdopen(os.dup(1), "w")
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
            main()
            sys.exit()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _become(order: dict[str, Any]) -> None:
    for number, name in enumerate((os.devnull, *order["files"])):
        os.dup2(os.open(name, os.O_RDWR), number)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.argv = ["catalog-graph", *order["arguments"]]
    signal.alarm(_SECONDS)
