"""Content hashes: the same digest for the same content, wherever and whenever it is computed.

Plain JSON data has FlowyML's digest, SHA-256 of `json.dumps(data, sort_keys=True)`; bytes and files have the one
that `sha256sum` prints. `docs/decisions/content-hash.md` has the rules for the rest.
"""

from __future__ import annotations

from typing import Any

from catalog_graph.errors import InvalidInput
from catalog_graph.hashing.digest import digest


def content_hash(data: Any) -> str:
    """The SHA-256 of what `data` holds, in 64 hexadecimal digits; never of an address or of a shortened text.

    Taken are JSON data, bytes, a `Path` (the content of a file or folder, read piece by piece), dates and decimals,
    values of NumPy, pandas, Polars, Arrow and torch (values, order, names and dtypes), and dicts, lists, tuples and
    sets of all these. Raises `InvalidInput` for anything else, and for files that cannot be read.
    """
    try:
        return digest(data).hex()
    except RecursionError as cause:
        raise InvalidInput(
            f"the {type(data).__name__} holds itself, or is nested too deeply to be hashed", field="data"
        ) from cause
