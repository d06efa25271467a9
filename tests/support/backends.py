"""The backends that the conformance tests run on."""

from __future__ import annotations

import pytest

NEO4J = pytest.param("neo4j", marks=pytest.mark.direct)
"""Neo4j without the service between; `remote` asks the same code the same, through the service."""
STORES = ("local", NEO4J, "remote")
BACKENDS = ("model", *STORES)

stores = pytest.mark.parametrize("new_catalog", STORES, indirect=True)
"""Run a test without the model: where the model itself gives the expected answers, and where only the size matters."""
