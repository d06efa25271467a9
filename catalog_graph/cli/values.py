"""Values on the command line: tags, metadata, limits, and JSON from a file or from standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from catalog_graph.cli.common import UsageError
from catalog_graph.errors import InvalidInput

Pairs = list[str]
WITHOUT_LIMIT = "all"

Limit = Annotated[
    str, typer.Option("--limit", metavar="N|all", help="How many are shown at most; the default keeps answers short.")
]


def read_pairs(pairs: Sequence[str], what: str) -> dict[str, Any]:
    """`KEY=VALUE` texts as an object; `UsageError` names the one that is none."""
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{what} {pair!r} is not KEY=VALUE, as in stage=production")
        found[key] = read_value(value)
    return found


def read_value(text: Any) -> Any:
    """What a value on the command line means: JSON where it is any (`0.95`, `true`, `"1.10"`), else the text itself."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return text


def read_metadata(texts: Sequence[str]) -> dict[str, Any]:
    """Metadata, each given as `KEY=VALUE` or as a JSON object of many."""
    found: dict[str, Any] = {}
    for text in texts:
        value = read_value(text) if text.lstrip().startswith("{") else None
        found |= value if isinstance(value, dict) else read_pairs([text], "--metadata")
    return found


def read_limit(text: str) -> int | None:
    """A number of at least 1; `None` for `all`."""
    if text == WITHOUT_LIMIT:
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise UsageError(f"--limit {text!r} is neither a whole number of at least 1 nor 'all'")
    return int(text)


def read_json(file: str) -> Any:
    """The JSON in a file; `-` is standard input."""
    where = "standard input" if file == "-" else repr(file)
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_no_json)
    except OSError as error:
        raise InvalidInput(f"{where} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where} is no JSON: {error}") from error


def _no_json(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
