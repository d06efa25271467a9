"""Content hashes: equal content has the same digest on every machine and in every run.

The digest of plain JSON data is FlowyML's, the SHA-256 of `json.dumps(data, sort_keys=True)`; that of bytes and files
is the one that `sha256sum` prints. `docs/decisions/content-hash.md` has the rules for all other values.
"""

from __future__ import annotations

from typing import Any

from catalog_graph.errors import InvalidInput
from catalog_graph.hashing.digest import digest


def content_hash(data: Any) -> str:
    """Return the SHA-256 of the content of `data` as 64 hexadecimal digits, never that of a `repr`.

    Accepts JSON data, bytes, a `Path` (the content of a file or folder, read in chunks), dates, decimals, ranges,
    enums, values of NumPy, pandas, Polars, Arrow and torch (values, order, names and dtypes), and dicts, lists, tuples,
    deques, sets and dataclasses of all these. Raises `InvalidInput` for any other value, and for files that cannot be
    read.
    """
    try:
        return digest(data).hex()
    except RecursionError as cause:
        raise InvalidInput(
            f"the {type(data).__name__} contains itself or is nested too deeply to be hashed; pass a flatter value, "
            "or a Path to a file",
            field="data",
        ) from cause
