"""The pages on the graph: the database holds what they list, and their questions have answers."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from tests.neo4j.conftest import Cypher
from tests.support.entries import artifact

DOCS = Path(__file__).parents[2] / "docs"
MODEL = (DOCS / "decisions" / "graph-model.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(
    r"^ *```cypher\n(.*?)^ *```$", (DOCS / "explore-in-neo4j.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
STATES = {
    "registered": ("every artifact", "registered and deleted ones", "registered ones"),
    "deleted": ("every artifact", "registered and deleted ones", "deleted ones"),
    "unregistered": ("every artifact",),
}


@pytest.fixture
def filled(neo4j_backend: Neo4jCatalogBackend) -> Neo4jCatalogBackend:
    """Return a catalog in which everything has happened that leaves something in the graph."""
    run = {"source_step": "fit", "source_run_id": "run-1", "source_pipeline": "training"}
    neo4j_backend.register_many(
        [
            artifact("raw-1", name="raw_transactions", uri="s3://raw", content_hash="h"),
            artifact("features-1", "raw-1", "never", name="fraud_features", artifact_type="FeatureSet"),
            artifact("model-1", "features-1", name="fraud_detector", artifact_type="Model"),
            replace(
                artifact("model-2", "features-1", name="fraud_detector", artifact_type="Model", metadata={"n": 1}),
                **run,
            ),
            artifact("report-1", "model-2", name="fraud_report", artifact_type="Report", tags={"a": 1}),
        ],
        idempotency_key="k",
    )
    with neo4j_backend._bolt.holding(60) as transaction:
        transaction.run("store/refuse_earlier", number=1)
    neo4j_backend.set_alias("fraud_detector", "champion", "model-1", by="ann")
    neo4j_backend.set_alias("fraud_detector", "champion", "model-2", expected="model-1", by="ann")
    neo4j_backend.add_parents("report-1", "model-1")
    neo4j_backend.remove_parents("report-1", "model-1")
    neo4j_backend.delete("features-1")
    neo4j_backend.delete("model-1")
    neo4j_backend.undelete("model-1")
    for number in range(40):
        neo4j_backend.tag("raw-1", {"number": number})
    return neo4j_backend


def documented() -> dict[str, set[str]]:
    """Return the properties that the page lists, by label, type of relationship, or kind of artifact."""
    rows = re.findall(r"^\| (.*?) \| (.*) \|$", MODEL.partition("\n## ")[0], re.MULTILINE)
    listed: dict[str, set[str]] = {}
    for on, properties in rows[1:]:
        # A lock's name stands behind "of", before the properties that it alone has.
        names = {n for n in re.findall(r"(?<!of )`(\w+)`", properties) if n not in STATES or n == on}
        for name in re.findall(r"`(\w+)`", on) or [on]:
            listed[name] = names
    return listed


def found(cypher: Cypher) -> dict[str, set[str]]:
    """Return the properties in the database, by label, type of relationship, or state of an artifact."""
    holds: dict[str, set[str]] = defaultdict(set)
    nodes: list[list[Any]] = cypher("MATCH (n) RETURN labels(n), keys(n), n.state")
    for labels, keys, state in nodes:
        [own] = [state] if "Artifact" in labels else labels
        holds[own] |= set(keys)
    for kind, keys in cypher("MATCH ()-[r]->() RETURN type(r), keys(r)"):
        holds[kind] |= set(keys)
    return holds


def test_the_page_lists_what_the_database_holds(filled: Neo4jCatalogBackend, cypher: Cypher) -> None:
    listed, holds = documented(), found(cypher)
    for state, kinds in STATES.items():
        allowed = set().union(*(listed[kind] for kind in kinds))
        assert holds.pop(state) <= allowed, state
    everything = set().union(*(listed[kind] for kinds in STATES.values() for kind in kinds))
    in_use = {key for [keys] in cypher("MATCH (a:Artifact) RETURN keys(a)") for key in keys}
    assert everything == in_use | {"_locked"}
    kinds_of_artifacts = {kind for kinds in STATES.values() for kind in kinds}
    assert dict(holds) == {name: names for name, names in listed.items() if name not in kinds_of_artifacts}


def test_the_drawing_has_the_relationships_of_the_database(filled: Neo4jCatalogBackend, cypher: Cypher) -> None:
    drawn = set(re.findall(r"-\[:(\w+)", MODEL.partition("\n| on |")[0]))
    assert drawn == {kind for [kind] in cypher("MATCH ()-[r]->() RETURN DISTINCT type(r)")}


def test_there_are_ten_questions_to_start_with_and_each_has_an_answer(
    filled: Neo4jCatalogBackend, cypher: Cypher
) -> None:
    assert len(QUESTIONS) == 10
    for question in QUESTIONS:
        assert cypher(question), question
    [[labels, *_]] = [row for row in cypher(QUESTIONS[7]) if row[1] == "fraud_features"]
    assert sorted(labels) == ["Artifact", "FeatureSet"]
