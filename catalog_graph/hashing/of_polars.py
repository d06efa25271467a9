"""Digests of Polars frames and series: names, dtypes and values, missing ones included."""

from __future__ import annotations

import sys
from typing import Any

from catalog_graph.hashing.digest import ROWS, digest, digest_of_objects, not_hashable
from catalog_graph.hashing.framed import Framed


def digest_of(value: Any) -> bytes:
    """Return the digest of a frame or a series, whatever its memory layout."""
    pl: Any = sys.modules["polars"]
    if isinstance(value, pl.DataFrame):
        return Framed("polars frame", value.height, *map(digest_of, value.get_columns())).digest()
    if isinstance(value, pl.Series):
        return Framed("polars series", value.name, str(value.dtype), len(value), _of_values(pl, value)).digest()
    if isinstance(value, pl.LazyFrame):
        raise not_hashable(value, "collect() it first")
    raise not_hashable(value)


def _of_values(pl: Any, series: Any) -> bytes:
    if series.dtype.is_temporal():
        series = series.to_physical()
    if series.dtype not in _plain_types(pl):
        blocks = (series.slice(start, ROWS).to_list() for start in range(0, len(series), ROWS))
        return digest_of_objects(blocks)
    missing, filled = series.is_null(), series.fill_null(False if series.dtype == pl.Boolean else 0)
    return Framed("numbers", digest(missing.to_numpy()), digest(filled.to_numpy())).digest()


def _plain_types(pl: Any) -> tuple[Any, ...]:
    """Return the types whose values NumPy has as well."""
    integers = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
    return (*integers, pl.Float32, pl.Float64, pl.Boolean)
