"""Stores that are filled once for the tests that read them.

Filling takes a server many times longer than a question, and most tests of an answer change nothing. Each write leaves
one numbered record of the change in the store, so the number of the last one tells whether a test did.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from neo4j import Driver

from catalog_graph.backends.base import CatalogBackend
from tests.support.neo4j import CONTENT, Neo4jSettings

_LAST = "OPTIONAL MATCH (lock:_CatalogLock {name: 'changes'}) RETURN coalesce(lock.last, 0) AS last"


def kept(fill: Callable[[CatalogBackend], object]) -> Any:
    """Make a fixture of a function that fills an empty catalog and returns what tests ask, each backend in turn.

    On the Neo4j of the run it fills once, and again where that has been emptied or changed since.
    """

    @pytest.fixture(name=fill.__name__)
    def catalog(request: pytest.FixtureRequest, new_catalog: Callable[[], CatalogBackend]) -> object:
        kind = request.node.callspec.params["new_catalog"]
        if kind in ("model", "local"):
            return fill(new_catalog())
        driver: Driver = request.getfixturevalue("neo4j_driver")
        settings: Neo4jSettings = request.getfixturevalue("neo4j_settings")

        def content() -> tuple[object, ...]:
            [row] = driver.execute_query(_LAST, database_=settings.database).records
            return fill, kind, row["last"]

        stored = content()
        if stored not in CONTENT:
            filled = fill(new_catalog())
            stored = content()
            CONTENT[stored] = filled
        return CONTENT[stored]

    return catalog
