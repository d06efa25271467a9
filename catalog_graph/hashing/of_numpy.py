"""Digests of NumPy arrays and scalars: dtype, shape, and values in C order and little-endian."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from catalog_graph.hashing.digest import ROWS, digest_of_objects, not_hashable
from catalog_graph.hashing.framed import Framed

BLOCK_BYTES = 8 * 1024 * 1024


def digest_of(value: Any) -> bytes:
    """Return the digest of an array or a scalar, whatever its memory layout; all NaNs are equal."""
    np: Any = sys.modules["numpy"]
    if isinstance(value, np.ma.MaskedArray):
        return _of_masked(np, value)
    if not isinstance(value, np.ndarray | np.generic):
        raise not_hashable(value)
    return _of_array(np, np.asarray(value))


def _of_array(np: Any, array: Any) -> bytes:
    dtype = array.dtype
    shape = "x".join(map(str, array.shape))
    if dtype.names is not None:
        # Field by field, since padding between fields is not content.
        parts = [part for name in dtype.names for part in (name, _of_array(np, array[name]))]
        return Framed("records", shape, *parts).digest()
    if dtype.kind in "OT":
        return Framed("array", dtype.str, shape, digest_of_objects(_object_blocks(array))).digest()
    if dtype.char in "gG":
        # A long double has padding bytes.
        return Framed("array", dtype.name, shape, _of_array(np, array.astype(str))).digest()
    framed = Framed("array", dtype.name, dtype.newbyteorder("<").str, shape)
    for block in _blocks(np, array):
        framed.raw(_canonical(np, block).view(np.uint8))
    return framed.digest()


def _of_masked(np: Any, array: Any) -> bytes:
    """Return the digest of the mask and the values, masked values set to zero since they are not content."""
    if array.dtype.names is not None:
        parts = [part for name in array.dtype.names for part in (name, _of_masked(np, array[name]))]
        return Framed("masked records", *parts).digest()
    mask, values = np.ma.getmaskarray(array), array.data.copy()
    values[mask] = np.zeros((), dtype=values.dtype)
    return Framed("masked array", digest_of(mask), _of_array(np, values)).digest()


def _blocks(np: Any, array: Any) -> Iterator[Any]:
    """Yield the values in C order, as contiguous one-dimensional arrays of some megabytes."""
    if array.nbytes == 0:
        return
    rows = max(1, BLOCK_BYTES // array.dtype.itemsize)
    if array.flags.c_contiguous:
        flat = array.reshape(-1)
        yield from (flat[start : start + rows] for start in range(0, flat.size, rows))
    else:
        flags = ["external_loop", "buffered", "zerosize_ok"]
        yield from map(np.ascontiguousarray, np.nditer(array, flags=flags, order="C", buffersize=rows))


def _object_blocks(array: Any) -> Iterator[list[Any]]:
    flat = array.reshape(-1)
    return (flat[start : start + ROWS].tolist() for start in range(0, flat.size, ROWS))


def _canonical(np: Any, block: Any) -> Any:
    if block.dtype.kind == "c":
        return _canonical(np, block.view(block.real.dtype))
    if block.dtype.kind == "f":
        unknown = np.isnan(block)
        if unknown.any():
            block = np.where(unknown, np.nan, block).astype(block.dtype, copy=False)
    return block.astype(block.dtype.newbyteorder("<"), copy=False)
