"""Why a Neo4j did not come up, in words that say what to do."""

from __future__ import annotations

import errno
import re

from catalog_graph.errors import ConfigurationError

from .bolt import HOST
from .home import Home

_LINES = 12
_STACK_FRAME = re.compile(r"\s+(at |\.\.\. )")


class PortTaken(ConfigurationError):
    """The Bolt port is used by another program."""


def cannot_write(home: Home, error: OSError) -> ConfigurationError:
    """For a data folder that the system does not let us write."""
    remedy = "make room" if error.errno == errno.ENOSPC else "make it writable"
    return ConfigurationError(
        f"The data folder {home.path} cannot be written ({error.strerror or error}): {remedy}, or choose another one."
    )


def port_in_use(port: int) -> PortTaken:
    """For a Bolt port that another program listens on."""
    return PortTaken(
        f"Port {port} on {HOST} is in use by another program: stop it, or choose another Bolt port (or none, for any)."
    )


def too_slow(home: Home, seconds: float) -> ConfigurationError:
    """For a Neo4j that runs but does not answer in time."""
    return ConfigurationError(
        f"Neo4j did not answer within {seconds:.0f} s and was stopped. It may be recovering a large catalog: allow it "
        f"more time, or see {home.neo4j_log}."
    )


def broken_data(home: Home, message: str) -> ConfigurationError:
    """For a Neo4j that runs but cannot open the catalog's database; `message` is its own."""
    return ConfigurationError(
        f"Neo4j cannot open the data in {home.path}: {message.strip()} Restore the folder from a backup, or choose "
        f"another one; more is in {home.neo4j_log.with_name('debug.log')}."
    )


def died(home: Home, log_start: int, port: int) -> ConfigurationError:
    """Reads the cause from what Neo4j wrote since `log_start` (bytes into its log), else shows its last lines."""
    text = home.console_text() + home.log_text(log_start)
    if "BindException" in text or "Address already in use" in text:
        return port_in_use(port)
    for sign, message in _CAUSES.items():
        if sign in text:
            return ConfigurationError(message.format(home=home.path))
    return ConfigurationError(
        f"Neo4j stopped while it was starting. Its log, {home.neo4j_log}, ends so:\n" + "\n".join(_telling(text))
    )


def _telling(text: str) -> list[str]:
    """The last lines that tell something: no stack frames, and nothing of what went well unless that is all."""
    lines = [line for line in text.splitlines() if line.strip() and not _STACK_FRAME.match(line)]
    return [line for line in lines if " INFO " not in line][-_LINES:] or lines[-_LINES:]


_CAUSES = {
    "No space left on device": "The disk of {home} is full: make room, or choose a folder on another disk.",
    "has been locked by another process": (
        "The data in {home} is in use by a Neo4j that this program did not start: stop that one, or choose another "
        "folder."
    ),
}
