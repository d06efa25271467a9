"""SHA-256 of any value: of its JSON text if it is plain JSON, else of its framed parts."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from catalog_graph.errors import InvalidInput
from catalog_graph.hashing.files import digest_of_path
from catalog_graph.hashing.framed import Framed

LIBRARIES = {
    "numpy": "of_numpy",
    "pandas": "of_pandas",
    "polars": "of_polars",
    "pyarrow": "of_arrow",
    "torch": "of_torch",
}
"""Module of this package for each library's values; a library itself is never imported, since its values imply it."""

ROWS = 65_536
"""Number of values converted to Python objects at a time."""


def digest(value: Any) -> bytes:
    """Return the digest of a value's content, 32 bytes; raise `InvalidInput` if the content cannot be read."""
    if value is None or isinstance(value, str | int | float | list | tuple | dict):
        return _of_json(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return hashlib.sha256(value).digest()
    reader = LIBRARIES.get(type(value).__module__.partition(".")[0])
    if reader is not None:
        return _of_library(reader, value)
    if isinstance(value, Path):
        return digest_of_path(value)
    if isinstance(value, set | frozenset):
        return Framed("set", *sorted(map(digest, value))).digest()
    if isinstance(value, deque):
        return _of_json(list(value))
    if isinstance(value, BytesIO) and not value.closed:
        return hashlib.sha256(value.getbuffer()).digest()
    if is_dataclass(value) and not isinstance(value, type):
        return _of_dataclass(value)
    return _of_scalar(value)


def not_hashable(value: Any, advice: str = "") -> InvalidInput:
    """Return the error for a value whose content cannot be read."""
    if not advice:
        parts = "its state_dict()" if hasattr(value, "state_dict") else "bytes"
        advice = f"pass {parts}, or a Path to the file that it is saved in"
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    return InvalidInput(f"a {kind} cannot be hashed by content; {advice}", field="data")


def digest_of_objects(values: Iterable[list[Any]]) -> bytes:
    """Return the digest of many Python objects, which come in lists of `ROWS`."""
    framed = Framed("objects")
    for block in values:
        framed.part(digest(block))
    return framed.digest()


def _of_library(reader: str, value: Any) -> bytes:
    try:
        return bytes(import_module(f"catalog_graph.hashing.{reader}").digest_of(value))
    except (InvalidInput, RecursionError):
        raise
    except Exception as cause:
        # The value's own library cannot read it, for example because its device is gone or NumPy is missing.
        raise not_hashable(value, f"{type(cause).__name__}: {cause}") from cause


def _of_json(value: Any) -> bytes:
    try:
        return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
    except (TypeError, ValueError):
        pass
    if not isinstance(value, dict | list | tuple):
        raise not_hashable(value, "pass it as text")
    if isinstance(value, dict):
        pairs = sorted((digest(key), digest(item)) for key, item in value.items())
        return Framed("dict", *(half for pair in pairs for half in pair)).digest()
    return Framed("list", *map(digest, value)).digest()


def _of_dataclass(value: Any) -> bytes:
    kind = type(value)
    if "__dataclass_fields__" not in vars(kind):
        raise not_hashable(value, "it is a subclass of a dataclass; make it a dataclass too, so that its fields count")
    named = (part for field in fields(value) for part in (field.name, digest(getattr(value, field.name))))
    return Framed("dataclass", kind.__qualname__, *named).digest()


def _of_scalar(value: Any) -> bytes:
    if isinstance(value, Enum):
        return Framed("enum", type(value).__qualname__, digest(value.value)).digest()
    if isinstance(value, range):
        # Ranges are equal if their numbers are.
        ends = [value[0], value[-1]] if value else []
        return Framed("range", *ends, *([value.step] if len(set(ends)) == 2 else [])).digest()
    if isinstance(value, datetime | date | time):
        kind = next(k for k in (datetime, date, time) if isinstance(value, k))
        return Framed(kind.__name__, value.isoformat()).digest()
    if isinstance(value, timedelta):
        return Framed("timedelta", value.days, value.seconds, value.microseconds).digest()
    if isinstance(value, Decimal | UUID | complex):
        return Framed(type(value).__name__, repr(value)).digest()
    raise not_hashable(value)
