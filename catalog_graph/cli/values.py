"""Values on the command line: tags, metadata, limits, and JSON from a file or from standard input."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from catalog_graph.cli.common import UsageError
from catalog_graph.errors import InvalidInput

NO_LIMIT = "all"

TagJson = Annotated[
    list[str] | None,
    typer.Option("--tag-json", metavar="KEY=JSON", help="A tag whose value is JSON, such as lr=1e-5; repeatable."),
]
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


def read_json_pairs(pairs: Sequence[str], source: str) -> dict[str, Any]:
    """Return `KEY=JSON` texts as an object; raise `UsageError`, which names `source` and the invalid text."""
    values = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{source} {pair!r} is not KEY=JSON: write it as in f1=1e-5")
        try:
            values[key] = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{source} {pair!r} is not KEY=JSON: {error}") from error
    return values


def read_tags(pairs: Sequence[str] | None, json_pairs: Sequence[str] | None) -> dict[str, Any]:
    """Return the tags of --tag and --tag-json; raise `UsageError`."""
    return read_pairs(pairs or [], "--tag") | read_json_pairs(json_pairs or [], "--tag-json")


def read_value(text: Any) -> Any:
    """Return a value as JSON if it is valid JSON (`0.95`, `true`, `"1.10"`), else unchanged.

    A number stays text unless it is printed with the same letters: `3.10`, and `12345e7`, which may be the id of a
    commit. So does one of more than 64 bits, which no catalog can keep as a number.
    """
    if not isinstance(text, str):
        return text
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_large = isinstance(value, int) and not -(2**63) <= value < 2**63
    return text if is_large or (is_number and json.dumps(value) != text) else value


def is_json(text: Any) -> bool:
    """Return True for a text that is valid JSON."""
    try:
        return isinstance(text, str) and json.loads(text, parse_constant=_refuse_constant) is not ...
    except (ValueError, RecursionError):
        return False


def as_numbers(tags: Mapping[str, Any]) -> dict[str, Any]:
    """Return tags in which each text that is a number in JSON is that number."""
    return {key: _number(value) for key, value in tags.items()}


def _number(value: Any) -> Any:
    try:
        number = json.loads(value, parse_constant=_refuse_constant) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
    is_number = isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
    return number if is_number else value


def read_metadata(texts: Sequence[str]) -> dict[str, Any]:
    """Return the metadata of texts, each `KEY=VALUE` or a whole JSON object."""
    metadata: dict[str, Any] = {}
    for text in texts:
        value = read_value(text) if text.lstrip().startswith("{") else None
        metadata |= value if isinstance(value, dict) else read_pairs([text], "--metadata")
    return metadata


def read_instant(text: str | None) -> str | None:
    """Return an instant as it is, and the instant that lies an age such as `7d` back."""
    from catalog_graph.instants import from_microseconds, microseconds, now
    from catalog_graph.query.periods import AGES

    age = re.fullmatch(rf"(\d{{1,6}})({'|'.join(AGES)})", text or "")
    if age is None:
        return text
    return from_microseconds(microseconds(now()) - int(age[1]) * AGES[age[2]] // timedelta(microseconds=1))


def read_limit(text: str) -> int | None:
    """Return a limit of at least 1, or None for `all`; raise `UsageError`."""
    if text == NO_LIMIT:
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise UsageError(f"--limit {text!r} must be a whole number of at least 1, or 'all'")
    return int(text)


def read_json(file: str, option: str = "--json") -> Any:
    """Return the JSON in the file that an option names, or on standard input for `-`; raise `InvalidInput`."""
    source = "standard input" if file == "-" else repr(file)
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        raise InvalidInput(f"{option} {source} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{option} {source} is not valid JSON: {error}") from error


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number in JSON")
