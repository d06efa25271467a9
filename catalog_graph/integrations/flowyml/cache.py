"""FlowyML's cache of step outputs: the entry of a step, and proof of what its cached output was made from.

By default FlowyML looks an entry up by the code of its step alone, so the inputs of a step in this run may differ from
those of its cached output.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog_graph.integrations.flowyml.values import text_of


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One entry of a cache folder."""

    store: Any
    step: str
    key: str

    @property
    def mark(self) -> str:
        """The key, marked with the machine and the folder: another cache may hold another output at the same key."""
        place = f"{socket.gethostname()}:{self.store.cache_dir.absolute()}"
        return text_of(f"{self.key}@{hashlib.sha256(place.encode()).hexdigest()[:12]}")

    @property
    def written_at(self) -> str:
        """The instant at which FlowyML wrote the entry (ISO-8601, in the machine's zone); empty if unknown."""
        return str(self.store.metadata.get(self.key, {}).get("created_at", ""))

    def was_current_at(self, instant: str) -> bool:
        """Return True if this was the step's newest output at `instant`: a reader of the step then read this one."""
        if not self.written_at or self.written_at > instant:
            return False
        others = (e.get("created_at", "") for e in self.store.metadata.values() if e.get("step_name") == self.step)
        return not any(self.written_at < other <= instant for other in others)


def cache_entry(step: Any, inputs: Mapping[str, Any], context: Mapping[str, Any], store: Any) -> CacheEntry | None:
    """Return the cache entry of a step before its execution; None if the step is not cached."""
    if store is None or not step.cache:
        return None
    try:
        key = step.get_cache_key(dict(inputs), context_params=dict(context))
    except Exception:  # raised by the user's own key function, which FlowyML calls as well
        return None
    return CacheEntry(store, step.name, str(key))


def is_keyed_by_inputs(step: Any) -> bool:
    """Return True if the step's cache key depends on its inputs."""
    return step.cache == "input_hash" or callable(step.cache)
