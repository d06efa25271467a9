"""Messages in the words of the surface on which they appear: parameters in Python, fields over HTTP, options.

Messages are written in the words of Python. The service and the command line put their own in place, and the client of
a service puts those of Python back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Wording(NamedTuple):
    """One thing in the words of each surface."""

    python: str
    http: str
    cli: str


WORDINGS = (
    Wording("exact=True", "exact=true", "--id"),
    Wording("force=True", "force=true", "--force"),
    Wording("allow_unregistered=True", "allow_unregistered=true", "--allow-unregistered"),
    Wording("on_duplicate='warn'", "on_duplicate=warn", "--on-duplicate warn"),
    Wording("on_duplicate='reuse'", "on_duplicate=reuse", "--on-duplicate reuse"),
    Wording(
        "pass it as api_key or set FLOWYML_CATALOG_API_KEY",
        "send it as 'Authorization: Bearer KEY'",
        "give it to --api-key or set FLOWYML_CATALOG_API_KEY",
    ),
    Wording(
        "pass a key of this service as api_key or set FLOWYML_CATALOG_API_KEY",
        "send a key of this service as 'Authorization: Bearer KEY'",
        "give a key of this service to --api-key or set FLOWYML_CATALOG_API_KEY",
    ),
    Wording("use api_key instead", "use api_key instead", "use --api-key instead"),
    Wording("set a longer timeout", "set a longer timeout", "give a longer --timeout"),
    Wording("send it in parents, which", "send it in parents, which", "give it to --parent, which"),
    Wording("within a lineage (where)", "within a lineage (where)", "within a lineage (--where)"),
)


def in_http(message: str) -> str:
    """Return a message of Python in the words of HTTP."""
    return _replaced(message, [(each.python, each.http) for each in WORDINGS])


def in_python(message: str) -> str:
    """Return a message of a service in the words of Python."""
    return _replaced(message, [(each.http, each.python) for each in WORDINGS])


def in_options(message: str) -> str:
    """Return a message of Python in the words of the command line."""
    return _replaced(message, [(each.python, each.cli) for each in WORDINGS])


def _replaced(message: str, pairs: Iterable[tuple[str, str]]) -> str:
    for before, after in pairs:
        message = message.replace(before, after)
    return message
