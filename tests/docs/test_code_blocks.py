"""Every Python and shell block of the documentation does what the document says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import DOCUMENTS, IMPORTERS, REPOSITORY, follow, steps
from tests.support.neo4j import Neo4jSettings


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(each, marks=[] if each.name == "README.md" else pytest.mark.long)
        for each in DOCUMENTS
        if each not in IMPORTERS and steps(each)
    ],
    ids=lambda each: str(each.relative_to(REPOSITORY)),
)
def test_blocks(document: Path, tmp_path: Path, neo4j_settings: Neo4jSettings, server_url: str) -> None:
    """Addresses and passwords that a document makes up are replaced by those of the test's own servers."""
    real = {
        "http://127.0.0.1:8000/api/v1/catalog": server_url,
        "neo4j://graph.example.com:7687": neo4j_settings.uri,
        "NEO4J_PASSWORD=...": f"NEO4J_PASSWORD={neo4j_settings.password}",
    }
    follow(document, tmp_path, real)
