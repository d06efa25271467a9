"""Looking at the graph itself, behind the backend's back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from neo4j import Driver

from tests.support.neo4j import Neo4jSettings

Cypher = Callable[..., list[list[Any]]]


@pytest.fixture
def cypher(neo4j_driver: Driver, neo4j_settings: Neo4jSettings) -> Cypher:
    """Return a function that runs a Cypher query and returns its rows."""

    def run(text: str, **parameters: Any) -> list[list[Any]]:
        records = neo4j_driver.execute_query(text, parameters, database_=neo4j_settings.database).records
        return [list(record.values()) for record in records]

    return run
