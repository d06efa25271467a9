"""Digests of pandas frames, series and indexes: values, index, names, dtypes and the order of columns."""

from __future__ import annotations

import sys
from typing import Any

from catalog_graph.hashing import of_numpy
from catalog_graph.hashing.digest import ROWS, digest, digest_of_objects, not_hashable
from catalog_graph.hashing.framed import Framed


def digest_of(value: Any) -> bytes:
    """Return the digest of a frame, a series, an index, an array or a scalar of pandas."""
    pd: Any = sys.modules["pandas"]
    if isinstance(value, pd.DataFrame):
        columns = (_of_values(pd, value.iloc[:, position].array) for position in range(value.shape[1]))
        return Framed("frame", len(value), _of_index(pd, value.columns), _of_index(pd, value.index), *columns).digest()
    if isinstance(value, pd.Series):
        parts = digest(value.name), _of_index(pd, value.index), _of_values(pd, value.array)
        return Framed("series", *parts).digest()
    if isinstance(value, pd.Index):
        return _of_index(pd, value)
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return _of_values(pd, value)
    return _of_scalar(pd, value)


def _of_index(pd: Any, index: Any) -> bytes:
    if isinstance(index, pd.MultiIndex):
        return Framed("levels", *(_of_index(pd, index.get_level_values(n)) for n in range(index.nlevels))).digest()
    return Framed("index", digest(index.name), _of_values(pd, index.array)).digest()


def _of_values(pd: Any, values: Any) -> bytes:
    """Return the digest of one column; a missing value has no content but that it is missing."""
    dtype = values.dtype
    framed = Framed("column", str(dtype))
    if isinstance(dtype, pd.CategoricalDtype):
        framed.part(str(dtype.ordered))
        framed.part(_of_index(pd, dtype.categories))
        framed.part(of_numpy.digest_of(values.codes))
    elif isinstance(dtype, pd.ArrowDtype):
        framed.part(digest(values.__arrow_array__()))
    elif hasattr(values, "asi8"):
        framed.part(of_numpy.digest_of(values.asi8))
    elif isinstance(dtype, pd.IntervalDtype):
        framed.part(_of_index(pd, values.left))
        framed.part(_of_index(pd, values.right))
    elif isinstance(dtype, pd.SparseDtype) or isinstance(values, pd.arrays.NumpyExtensionArray):
        framed.part(of_numpy.digest_of(values.to_numpy()))
    elif isinstance(values, pd.arrays.IntegerArray | pd.arrays.FloatingArray | pd.arrays.BooleanArray):
        framed.part(of_numpy.digest_of(values.isna()))
        framed.part(of_numpy.digest_of(values.to_numpy(dtype=dtype.numpy_dtype, na_value=0)))
    else:
        framed.part(_of_objects(values))
    return framed.digest()


def _of_objects(values: Any) -> bytes:
    blocks = (values[start : start + ROWS] for start in range(0, len(values), ROWS))
    return digest_of_objects(block.to_numpy(dtype=object, na_value=None).tolist() for block in blocks)


def _of_scalar(pd: Any, value: Any) -> bytes:
    if value is pd.NaT or value is pd.NA:
        return Framed("missing", repr(value)).digest()
    if isinstance(value, pd.Timestamp):
        return Framed("timestamp", value.isoformat()).digest()
    if isinstance(value, pd.Timedelta):
        return Framed("timedelta", value.isoformat()).digest()
    if isinstance(value, pd.Period):
        return Framed("period", value.ordinal, value.freqstr).digest()
    if isinstance(value, pd.Interval):
        return Framed("interval", digest(value.left), digest(value.right), value.closed).digest()
    raise not_hashable(value)
