"""Follows the steps that standard input gives as JSON, in this process, and prints what each one printed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

READY = "Ctrl-C"
"""The last line that a service prints when it is up holds this."""


def main() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    outputs = [follow(step, names) for step in json.load(sys.stdin)]
    json.dump(outputs, sys.stdout)


def follow(step: dict[str, Any], names: dict[str, Any]) -> str:
    if step["language"] == "sh":
        return shell(step["code"])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile("\n" * (step["line"] - 1) + step["code"], step["document"], "exec"), names)
    return printed.getvalue()


def shell(code: str) -> str:
    """Run the commands; what they export stays for later steps. A service that they start is stopped when it is up."""
    script = f"set -eu\n{code}\nprintf '\\0'\nenv -0\n"
    process = subprocess.Popen(
        ["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    serves = any(command in code for command in ("catalog-graph serve", "make serve"))
    output = bytearray()
    assert process.stdout is not None
    with process.stdout as stream:
        for line in stream:
            output += line
            if serves and READY.encode() in line:
                threading.Timer(0.5, os.killpg, (process.pid, signal.SIGINT)).start()
    status = process.wait()
    printed, _, environment = output.partition(b"\0")
    if status and not (serves and READY.encode() in printed):
        raise SystemExit(f"status {status} from:\n{code}\n{printed.decode()}")
    os.environ.update(pair.split("=", 1) for pair in environment.decode().split("\0") if "=" in pair)
    return printed.decode()


if __name__ == "__main__":
    main()
