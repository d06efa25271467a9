"""SHA-256 over any value: JSON where it is plain JSON, framed parts where it is not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
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
"""The module here that reads the values of a library. One that has made a value is loaded; none is ever imported."""

ROWS = 65_536
"""Values that are taken at once where they have to become Python objects."""


def digest(value: Any) -> bytes:
    """The 32 bytes of a value's content; raises `InvalidInput` where it has none that can be read."""
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
    return _of_scalar(value)


def not_hashable(value: Any, advice: str = "") -> InvalidInput:
    """The error for a value whose content cannot be read."""
    if not advice:
        parts = "its state_dict()" if hasattr(value, "state_dict") else "bytes"
        advice = f"pass {parts}, or a Path to the file that it is saved in"
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    return InvalidInput(f"a {kind} cannot be hashed by content; {advice}", field="data")


def digest_of_objects(values: Iterable[list[Any]]) -> bytes:
    """The digest of many Python objects, given in lists of `ROWS`."""
    framed = Framed("objects")
    for some in values:
        framed.part(digest(some))
    return framed.digest()


def _of_library(reader: str, value: Any) -> bytes:
    try:
        return bytes(import_module(f"catalog_graph.hashing.{reader}").digest_of(value))
    except (InvalidInput, RecursionError):
        raise
    except Exception as cause:
        # A value that its own library cannot read out: of a device that is gone, say, or in want of NumPy.
        raise not_hashable(value, f"{type(cause).__name__}: {cause}") from cause


def _of_json(value: Any) -> bytes:
    try:
        return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
    except (TypeError, ValueError):
        pass
    if isinstance(value, dict):
        pairs = sorted((digest(key), digest(item)) for key, item in value.items())
        return Framed("dict", *(half for pair in pairs for half in pair)).digest()
    return Framed("list", *map(digest, value)).digest()


def _of_scalar(value: Any) -> bytes:
    if isinstance(value, datetime | date | time):
        kind = next(k for k in (datetime, date, time) if isinstance(value, k))
        return Framed(kind.__name__, value.isoformat()).digest()
    if isinstance(value, timedelta):
        return Framed("timedelta", value.days, value.seconds, value.microseconds).digest()
    if isinstance(value, Decimal | UUID | complex):
        return Framed(type(value).__name__, repr(value)).digest()
    raise not_hashable(value)
