"""Values on the command line: tags, metadata, limits, and JSON from a file or from standard input."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from catalog_graph.cli.common import UsageError
from catalog_graph.errors import InvalidInput

NO_LIMIT = "all"
_COMMIT = re.compile(r"\d+[eE]\d+")

Limit = Annotated[
    str, typer.Option("--limit", metavar="N|all", help="Maximum artifacts to show; the default keeps answers short.")
]


def read_pairs(pairs: Sequence[str], source: str) -> dict[str, Any]:
    """Return `KEY=VALUE` texts as an object; raise `UsageError`, which names `source` and the invalid text."""
    values = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{source} {pair!r} is not KEY=VALUE: write it as in stage=production")
        values[key] = read_value(value)
    return values


def read_value(text: Any) -> Any:
    """Return a value as JSON if it is valid JSON (`0.95`, `true`, `"1.10"`), else unchanged.

    Digits with one `e` between them (`12345e7`), which may be the id of a commit, stay text. So does a number that
    is too large for a float; `1e+5`, `1e-5` and `1.0e5` are numbers.
    """
    if not isinstance(text, str) or _COMMIT.fullmatch(text):
        return text
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(value, float) and math.isinf(value) else value


def read_metadata(texts: Sequence[str]) -> dict[str, Any]:
    """Return the metadata of texts, each `KEY=VALUE` or a whole JSON object."""
    metadata: dict[str, Any] = {}
    for text in texts:
        value = read_value(text) if text.lstrip().startswith("{") else None
        metadata |= value if isinstance(value, dict) else read_pairs([text], "--metadata")
    return metadata


def read_limit(text: str) -> int | None:
    """Return a limit of at least 1, or None for `all`; raise `UsageError`."""
    if text == NO_LIMIT:
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise UsageError(f"--limit {text!r} must be a whole number of at least 1, or 'all'")
    return int(text)


def read_json(file: str) -> Any:
    """Return the JSON in a file, or on standard input for `-`; raise `InvalidInput`."""
    source = "standard input" if file == "-" else repr(file)
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        raise InvalidInput(f"--json {source} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"--json {source} is not valid JSON: {error}") from error


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number in JSON")
