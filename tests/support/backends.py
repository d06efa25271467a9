"""The backends that the conformance tests run on."""

from __future__ import annotations

import pytest

STORES = ("local", "neo4j", "remote")
BACKENDS = ("model", *STORES)

stores = pytest.mark.parametrize("new_catalog", STORES, indirect=True)
"""Run a test without the model: where the model itself gives the expected answers, and where only the size matters."""
