"""What tests run on: a real Neo4j, started when the first test asks for it, and the backends over it."""

from __future__ import annotations

import pytest

from catalog_graph.backends.base import CatalogBackend
from tests.support.hypothesis import load_profile
from tests.support.model import ModelBackend

load_profile()


@pytest.fixture(params=["model"])
def backend(request: pytest.FixtureRequest) -> CatalogBackend:
    """Each backend in turn, empty."""
    return ModelBackend()
