"""The log of the service on standard error: a line for each event, as text or as JSON, and no API key in it."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from catalog_graph.server.output import print_line
from catalog_graph.server.request_ids import CURRENT
from catalog_graph.server.settings import ServerSettings

FIELDS = "fields"
"""Attribute of log records with further values, by name: `extra={FIELDS: {"status": 200}}`."""
ACCESS = "catalog_graph.access"
"""Logger of the lines for each request."""
HIDDEN = "[key]"
_NEW_KEY = r"cg_[A-Za-z0-9_-]{43}"
_KEY_OF_SETTING = re.compile(r"(?:^|[=,\s])([A-Za-z0-9_.~-]{16,})(?=[:,\s]|$)")
_PLAIN = re.compile(r"[^\s\"=\\]+")


def set_up(settings: ServerSettings) -> None:
    """Log to standard error as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    logging.getLogger(ACCESS).setLevel(logging.INFO)
    if settings.log_level != "debug":
        # The driver also raises what it logs about an unreachable Neo4j, and the service logs that itself.
        for name in ("neo4j.pool", "neo4j.io"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    embedded = logging.getLogger("catalog_graph.embedded")
    embedded.setLevel(logging.INFO)
    embedded.addHandler(_PrintHandler())
    embedded.propagate = False
    logging.getLogger("uvicorn.error").addFilter(_is_not_cancellation)


def formatter(settings: ServerSettings) -> logging.Formatter:
    """Return the formatter of the settings, which hides their API keys and all that `catalog-graph keys` makes."""
    own = _KEY_OF_SETTING.findall(settings.api_keys.get_secret_value())
    return (JsonFormatter if settings.log_format == "json" else TextFormatter)(own)


class TextFormatter(logging.Formatter):
    """Formatter of lines for people: the message, then `name=value` for each further value."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._hide: Callable[[str, str], str] = re.compile("|".join([_NEW_KEY, *map(re.escape, keys)])).sub

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record: one, and those of a traceback."""
        return self._hide(HIDDEN, super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name in `logging`
        """Return the first line."""
        record.message = _one_line(record.message)
        values = " ".join(f"{name}={_shown(value)}" for name, value in _values(record).items())
        return f"{super().formatMessage(record)} {values}".rstrip()


class JsonFormatter(TextFormatter):
    """Formatter of lines for programs: one JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        values = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip(),
            **_values(record),
        }
        if record.exc_info:
            values["exception"] = self.formatException(record.exc_info)
        return self._hide(HIDDEN, json.dumps(values, default=str))


def _values(record: logging.LogRecord) -> dict[str, Any]:
    ids = CURRENT.get()
    named = {} if ids is None else {name: value for name, value in ids._asdict().items() if value}
    return {**getattr(record, FIELDS, {}), **named}


def _shown(value: Any) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _one_line(text: str) -> str:
    return text.strip().replace("\r", "\\r").replace("\n", "\\n")


class _PrintHandler(logging.Handler):
    """Log handler that prints the progress of the embedded Neo4j's start, as the banner is printed."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the message of a record."""
        print_line(record.getMessage())


def _is_not_cancellation(record: logging.LogRecord) -> bool:
    """Return False for requests that a second signal cancels: they are no faults to log."""
    return "CancelledError" not in f"{record.getMessage()} {record.exc_info}"
