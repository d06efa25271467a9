"""Errors of an embedded Neo4j that did not start, each with its cause and a remedy."""

from __future__ import annotations

import errno
import re
import signal

from catalog_graph.errors import ConfigurationError

from .bolt import HOST
from .home import Home
from .process import find_orphan

_LINES = 12
_TAIL = 64 * 1024
"""Bytes of a log, from its end, of which the last lines are shown."""
_STACK_FRAME = re.compile(r"\s+(at |\.\.\. )")


class Killed(ConfigurationError):
    """Something killed Neo4j while it was starting: it may be started again at once."""


class PortTaken(ConfigurationError):
    """The Bolt port is used by another program."""


def cannot_write(home: Home, error: OSError) -> ConfigurationError:
    """Return the error for a data folder that the operating system does not let us write."""
    remedy = "make room" if error.errno == errno.ENOSPC else "make it writable"
    return ConfigurationError(
        f"The data folder {home.path} cannot be written ({error.strerror or error}): {remedy}, or choose another one."
    )


def port_in_use(port: int) -> PortTaken:
    """Return the error for a Bolt port on which another program listens."""
    return PortTaken(
        f"Port {port} on {HOST} is in use by another program: stop that program, choose another Bolt port, "
        "or leave the port out to use any free one."
    )


def too_slow(home: Home, seconds: float) -> ConfigurationError:
    """Return the error for a Neo4j that runs but does not answer in time."""
    return ConfigurationError(
        f"Neo4j did not answer within {seconds:.0f} s and was stopped. It may have been recovering a large catalog: "
        f"allow it more time, or see {home.neo4j_log}."
    )


def broken_data(home: Home, message: str) -> ConfigurationError:
    """Return the error for a Neo4j that runs but cannot open its database; `message` is Neo4j's own."""
    return ConfigurationError(
        f"Neo4j cannot open the data in {home.path}: {message.strip()} Restore the folder from a backup, or choose "
        f"another one; for details see {home.neo4j_log.with_name('debug.log')}."
    )


def died(home: Home, log_start: int, port: int, status: int | None) -> ConfigurationError:
    """Return the error for a Neo4j that ended while starting: a known cause from its logs, else their last lines.

    `log_start` is the size of the log before the start, in bytes; `status` is the exit status of the process.
    """
    if status == -signal.SIGKILL:
        return Killed("Neo4j was killed while it was starting, by a person or by the system for want of memory.")
    text = home.console_text() + home.log_text(log_start)
    if "BindException" in text or "Address already in use" in text:
        return port_in_use(port)
    for sign, message in _CAUSES.items():
        if sign in text:
            return ConfigurationError(message.format(home=home.path))
    return ConfigurationError(
        f"Neo4j stopped while it was starting. The last lines of its log, {home.neo4j_log}:\n"
        + "\n".join(last_lines(text))
    )


def ended(home: Home, status: int | None) -> str:
    """Return how a Neo4j ended that had been running, by its exit `status` if that is known, and what it said last."""
    if status is None or status >= 0:
        how = "it ended" if status is None else f"it ended with status {status}"
    else:
        how = f"it was killed by signal {-status}"
    lines = last_lines(home.log_text(max(0, home.log_size() - _TAIL))) + last_lines(home.console_text())
    return f"{how}. The last lines of its log, {home.neo4j_log}:\n" + "\n".join(lines)


def unexpected_end(home: Home) -> str | None:
    """Return what the last Neo4j on a folder said, if it does not run and was not stopped; else None."""
    record = home.record()
    if record is None or find_orphan(home.path, record.pid) is not None:
        return None
    text = home.log_text(max(0, home.log_size() - _TAIL))
    return None if text.rstrip().endswith("Stopped.") else ended(home, None)


def last_lines(text: str) -> list[str]:
    """Return the last lines of a log without stack frames, and without INFO lines unless there are no others."""
    lines = [line for line in text.splitlines() if line.strip() and not _STACK_FRAME.match(line)]
    return [line for line in lines if " INFO " not in line][-_LINES:] or lines[-_LINES:]


_CAUSES = {
    "No space left on device": "The disk of {home} is full: make room, or choose a folder on another disk.",
    "has been locked by another process": (
        "The data in {home} is in use by a Neo4j that this program did not start: stop that Neo4j, or choose another "
        "folder."
    ),
}
