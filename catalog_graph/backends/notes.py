"""Notes about references: warnings in a program; a service collects them for its response."""

from __future__ import annotations

import inspect
import warnings
from contextvars import ContextVar

from catalog_graph.errors import ReferenceWarning

_collected: ContextVar[list[str] | None] = ContextVar("collected", default=None)


def note_stub(reference: str, artifact_id: str) -> None:
    """Note that a reference is read as a name, although an unregistered parent has it as its id."""
    note(
        f"{reference!r} is read as the name of {artifact_id!r}; it is also the id of an unregistered parent, which "
        "exact=True refers to"
    )


def note(text: str) -> None:
    """Warn the caller of the package, or collect the text if this context collects."""
    collected = _collected.get()
    if collected is None:
        warnings.warn(text, ReferenceWarning, stacklevel=_levels())
    elif text not in collected:
        collected.append(text)


def collect() -> None:
    """Collect the notes of this context from now on."""
    _collected.set([])


def collected_notes() -> list[str]:
    """Return the notes that this context has collected."""
    return _collected.get() or []


def _levels() -> int:
    """Return the number of frames up to the caller of the package, for the warning."""
    levels, frame = 0, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith("catalog_graph."):
        levels, frame = levels + 1, frame.f_back
    return levels
