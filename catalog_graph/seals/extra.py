"""The libraries of the extra `sign`, which a client needs only if it makes or verifies seals."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from catalog_graph.errors import missing_extra


def required(name: str) -> ModuleType:
    """Return a module of the extra. Raises `NotInstalled` if it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise missing_extra("a seal", name, "sign") from error
