"""FlowyML's cache of step outputs: which entry a step has, and whether it was made from what lies in the cache now.

By default an entry is found by the code of its step alone, so what a step would read in this run need not be what the
cached output was made from.
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
        """The key, and which cache that is: another machine's may hold something else at the same key."""
        place = f"{socket.gethostname()}:{self.store.cache_dir.absolute()}"
        return text_of(f"{self.key}@{hashlib.sha256(place.encode()).hexdigest()[:12]}")

    @property
    def written_at(self) -> str:
        """When FlowyML wrote it (ISO-8601, in the machine's zone); empty if that is not known."""
        return str(self.store.metadata.get(self.key, {}).get("created_at", ""))

    def was_current_at(self, instant: str) -> bool:
        """Whether this was the newest output of its step then, so that whoever read the step's output read this."""
        if not self.written_at or self.written_at > instant:
            return False
        others = (e.get("created_at", "") for e in self.store.metadata.values() if e.get("step_name") == self.step)
        return not any(self.written_at < other <= instant for other in others)


def cache_entry(step: Any, inputs: Mapping[str, Any], context: Mapping[str, Any], store: Any) -> CacheEntry | None:
    """The entry of a step that is about to be executed; `None` if it is not cached."""
    if store is None or not step.cache:
        return None
    try:
        key = step.get_cache_key(dict(inputs), context_params=dict(context))
    except Exception:  # a function of the user's, which FlowyML will call as well
        return None
    return CacheEntry(store, step.name, str(key))


def is_found_by_inputs(step: Any) -> bool:
    """Whether the step's cache entries are distinguished by what it reads."""
    return step.cache == "input_hash" or callable(step.cache)
