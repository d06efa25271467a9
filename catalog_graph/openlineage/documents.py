"""Documents: what all events together say of a run or a dataset, in any order and however often they come.

A document is a JSON object whose leaves are lists. Two documents are joined key by key; of two lists, the greater one
stays, and the first element of a list is an instant: the last event that states something wins. Joining is commutative,
associative and idempotent, which makes the order of events irrelevant: a state-based replicated data type, see Shapiro,
Preguiça, Baquero and Zawirski, "Conflict-Free Replicated Data Types" (2011).
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

Document = dict[str, Any]
PREFIX = "ol:"
"""Beginning of the ids of artifacts that events made."""
VERSION = ",version="
"""Text between the key of a dataset and a version that a facet names."""
RUN = ",run="
"""Text between the key of a dataset and the run that made a version."""
_ESCAPES = {"%": "%25", ",": "%2C"}
_LONGEST = 160
"""Characters of a part of an id that are kept; the digest of a longer part stands for its end."""

_sorted_text = json.JSONEncoder(sort_keys=True).encode


def joined(left: Any, right: Any) -> Any:
    """Return what two documents say together."""
    if not isinstance(left, dict) or not isinstance(right, dict):
        return right if _later(left, right) else left
    both = dict(left)
    for key, value in right.items():
        both[key] = joined(both[key], value) if key in both else value
    return both


def _later(left: Any, right: Any) -> bool:
    """Return True if the right one of two leaves stays; at the same instant, texts decide."""
    if left[0] != right[0]:
        return bool(left[0] < right[0])
    if len(left) == len(right) and all(map(_is_same, left[1:], right[1:])):
        return False
    return _sorted_text(left) < _sorted_text(right)


def _is_same(left: Any, right: Any) -> bool:
    """Return True if two values are surely the same JSON, without a look into them; 1, 1.0 and true are not."""
    return left is right or (type(left) is str and left == right)


def dataset_key(namespace: str, name: str) -> str:
    """Return the key of a dataset: namespace and name with a comma between them."""
    return f"{_part(namespace)},{_part(name)}"


def names_of_key(key: str) -> list[str]:
    """Return namespace and name of the dataset that a key begins with, as far as they are written in it."""
    return [unquote(part) for part in key.split(",", 2)[:2]]


def version_key(dataset: str, version: str) -> str:
    """Return the key of a version that a version facet names."""
    return f"{dataset}{VERSION}{_part(version)}"


def run_version_key(dataset: str, run: str) -> str:
    """Return the key of the version that a run made."""
    return f"{dataset}{RUN}{_part(run)}"


def dataset_of(key: str) -> str:
    """Return the key of the dataset of which a key is that of a version."""
    return ",".join(key.split(",", 2)[:2])


def artifact_id(key: str) -> str:
    """Return the id of the artifact of a dataset or a version."""
    return f"{PREFIX}{key}"


def key_of(artifact_id: str) -> str:
    """Return the key of which `artifact_id` makes an id."""
    return artifact_id.removeprefix(PREFIX)


@lru_cache(4096)
def _part(text: str) -> str:
    """Return a text with nothing that separates parts, short enough that three parts are an id."""
    escaped = "".join(_ESCAPES.get(c, c) if c.isprintable() else f"%{ord(c):02X}" for c in text)
    if len(escaped) <= _LONGEST:
        return escaped
    return f"{escaped[: _LONGEST - 17]}~{hashlib.sha256(text.encode()).hexdigest()[:16]}"
