"""Reading the files of other programs, and making of their values what tags and metadata can hold."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog_graph.errors import InvalidInput

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def as_json(value: Any) -> Any:
    """Return `value` as JSON types; NaN and infinity, which JSON does not have, and dates become texts."""
    return json.loads(json.dumps(value, default=str), parse_constant=str)


def number_or_text(text: str) -> int | float | str:
    """Return the number that a text writes, so that it can be compared; else the text."""
    if not _NUMBER.fullmatch(text) or len(text) > 15:
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)


def numbers_of(values: Any) -> dict[str, int | float]:
    """Return the numbers of nested objects by their path, as `eval.auc`; empty if there are none."""
    numbers: dict[str, int | float] = {}
    for key, value in values.items() if isinstance(values, dict) else ():
        if isinstance(value, dict):
            numbers |= {f"{key}.{name}": number for name, number in numbers_of(value).items()}
        elif isinstance(value, int | float) and not isinstance(value, bool):
            numbers[str(key)] = value
    return numbers


def set_values(**values: Any) -> dict[str, Any]:
    """Return the values that are not empty; `False` and 0 are values."""
    return {key: value for key, value in values.items() if value not in (None, "", {}, [])}


def instant_of(milliseconds: int | None) -> str:
    """Return the instant of these milliseconds since 1970, empty for 0 and None."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat() if milliseconds else ""


def read_text(path: Path, what: str) -> str:
    """Return the text of a file. Raises `InvalidInput`, which says that it is no `what`, if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) else "it is not text in UTF-8"
        raise InvalidInput(f"{str(path)!r} cannot be read: {reason}; name {what}", field="path") from cause


def read_object(path: Path, what: str) -> dict[str, Any]:
    """Return the object in a file of JSON or YAML. Raises `InvalidInput`, which says that it is no `what`."""
    text = read_text(path, what)
    try:
        value = json.loads(text) if path.suffix == ".json" else yaml_value(text)
    except ValueError as cause:
        raise InvalidInput(f"{str(path)!r} is not valid: {cause}; name {what}", field="path") from cause
    if not isinstance(value, dict):
        raise InvalidInput(f"{str(path)!r} holds no object; name {what}", field="path")
    return value


def yaml_value(text: str) -> Any:
    """Return the value of a YAML text. Raises `ValueError`."""
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError as cause:
        raise ValueError(" ".join(str(cause).split())) from cause
