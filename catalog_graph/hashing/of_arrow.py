"""Digests of Arrow tables and arrays: names, types and values, whatever the chunks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from catalog_graph.hashing.digest import ROWS, digest, digest_of_objects, not_hashable
from catalog_graph.hashing.framed import Framed


def digest_of(value: Any) -> bytes:
    """Return the digest of a table, a record batch, an array or a scalar; the schema's metadata does not count."""
    pa: Any = sys.modules["pyarrow"]
    if isinstance(value, pa.Table | pa.RecordBatch):
        columns = [
            part
            for name, column in zip(value.schema.names, value.columns, strict=True)
            for part in (name, _of_column(pa, column))
        ]
        return Framed("arrow table", value.num_rows, *columns).digest()
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return _of_column(pa, value)
    if isinstance(value, pa.Scalar):
        return Framed("arrow scalar", str(value.type), digest(value.as_py())).digest()
    raise not_hashable(value)


def _of_column(pa: Any, column: Any) -> bytes:
    framed = Framed("arrow array", str(column.type), len(column))
    for block in _blocks(pa, column):
        framed.part(_of_block(pa, block))
    return framed.digest()


def _blocks(pa: Any, column: Any) -> Iterator[Any]:
    """Yield the column in arrays of `ROWS` values, across the boundaries of its chunks."""
    for start in range(0, len(column), ROWS):
        part = column.slice(start, ROWS)
        yield pa.concat_arrays(part.chunks) if isinstance(part, pa.ChunkedArray) else part


def _of_block(pa: Any, block: Any) -> bytes:
    kinds = pa.types
    if isinstance(block, pa.ExtensionArray):
        return _of_block(pa, block.storage)
    if kinds.is_dictionary(block.type):
        return _of_block(pa, block.dictionary_decode())
    if kinds.is_temporal(block.type) and not kinds.is_interval(block.type):
        block = block.view(pa.int32() if block.type.bit_width == 32 else pa.int64())
    if not (kinds.is_integer(block.type) or kinds.is_floating(block.type) or kinds.is_boolean(block.type)):
        return digest_of_objects([block.to_pylist()])
    filled = block.fill_null(False if kinds.is_boolean(block.type) else 0)
    numbers = (array.to_numpy(zero_copy_only=False) for array in (block.is_null(), filled))
    return Framed("numbers", *map(digest, numbers)).digest()
