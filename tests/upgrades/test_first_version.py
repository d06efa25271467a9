"""Stores that the first version made: opened, upgraded, answering as they did, and written on."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.store.schema import VERSION
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.migrations import migrations
from catalog_graph.errors import Conflict, StoreUnavailable
from tests.openlineage.events import run_events
from tests.server.command import COMMAND, environment, refusal, served
from tests.server.wire import Wire
from tests.support.neo4j import Neo4jSettings, emptied
from tests.upgrades.record import answers

pytestmark = pytest.mark.slow

FIRST = Path(__file__).parent / "first"


def recorded(name: str) -> Any:
    return json.loads((FIRST / name).read_text(encoding="utf-8"))


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.db"
    connection = sqlite3.connect(path)
    connection.executescript((FIRST / "local.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


@pytest.fixture
def old_neo4j(
    neo4j_backend: Neo4jCatalogBackend, neo4j_driver: Driver, neo4j_settings: Neo4jSettings
) -> Iterator[Neo4jCatalogBackend]:
    """Yield a backend over the graph and the schema of the first version; remove both afterwards."""
    run = neo4j_runner(neo4j_driver, neo4j_settings)
    without_schema(run)
    graph = recorded("neo4j.json")
    for statement in graph["schema"]:
        run(statement)
    run(
        """
        UNWIND range(0, size($nodes) - 1) AS place
        CREATE (n:$($nodes[place].labels)) SET n = $nodes[place].properties
        WITH place, n ORDER BY place
        WITH collect(n) AS nodes
        UNWIND $edges AS edge
        WITH nodes[edge[0]] AS start, nodes[edge[2]] AS end, edge
        CREATE (start)-[e:$(edge[1])]->(end) SET e = edge[3]
        """,
        nodes=graph["nodes"],
        edges=graph["edges"],
    )
    yield neo4j_backend
    without_schema(run)
    emptied(neo4j_driver, neo4j_settings.database)
    neo4j_backend.ensure_schema()


def neo4j_runner(driver: Driver, settings: Neo4jSettings) -> Any:
    return lambda text, **values: driver.execute_query(text, values, database_=settings.database).records


def without_schema(run: Any) -> None:
    run("MATCH (m:_CatalogMigration) DELETE m")
    for (name,) in run("SHOW CONSTRAINTS YIELD name"):
        run(f"DROP CONSTRAINT {name}")
    for (name,) in run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
        run(f"DROP INDEX {name}")


def assert_answers_as_before(backend: CatalogBackend, name: str) -> None:
    before = recorded(name)
    now = answers(backend, before["between"])
    assert now.keys() == before["answers"].keys()
    for question, answer in before["answers"].items():
        assert kept(in_order(now[question]), in_order(answer)) == in_order(answer), question


def in_order(answer: Any) -> Any:
    """Return an answer with its edges sorted: their order was never specified."""
    return {**answer, "edges": sorted(answer["edges"])} if isinstance(answer, dict) and "edges" in answer else answer


def kept(now: Any, before: Any) -> Any:
    """Return today's answer without the fields that were added since."""
    if isinstance(now, dict) and isinstance(before, dict):
        return {name: kept(value, before[name]) for name, value in now.items() if name in before}
    if isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        return [kept(*pair) for pair in zip(now, before, strict=True)]
    return now


def assert_is_recorded_from_now_on(backend: CatalogBackend) -> None:
    """Assert that the record of changes begins with the upgrade, and says so."""
    page = backend.audit_page()
    assert (page.items, page.record.first, page.record.last, page.record.whole) == ([], 1, 0, False)
    assert page.record.since is not None
    backend.tag("model-1", {"stage": "upgraded"})
    assert [(each.kind, each.artifact_id) for each in backend.audit("model-1")] == [("tagged", "model-1")]


def assert_can_be_written_on(backend: CatalogBackend) -> None:
    """Assert that artifacts of the first version can be edited, extended and deleted."""
    entry = CatalogEntry(artifact_id="model-3", name="fraud_detector", artifact_type="Model", parent_ids=["model-2"])
    assert backend.register_many([entry])[0].version == "3"
    assert backend.resolve("fraud_detector") == "model-3"
    assert [version.artifact.artifact_id for version in backend.versions("raw_payments").items] == ["copy", "raw"]
    assert backend.tag("model-1", {"stage": "archived"}).tags["f1_score"] == 0.87
    assert [e.artifact_id for e in backend.search("stage:archived")] == ["model-1"]
    backend.set_alias("fraud_detector", "champion", "model-2")
    assert backend.resolve("fraud_detector@champion") == "model-2"
    assert {card.artifact_id for card in backend.upstream("model-3").nodes} >= {"model-2", "features", "gone", "raw"}
    assert {"artifact:model-3", "alias:fraud_detector@champion"} <= {i.item for i in backend.open_erasure("raw").items}
    backend.delete("report")
    assert [card.artifact_id for card in backend.downstream("model-2").nodes] == ["model-3"]
    assert backend.undelete("report").parent_ids == ["model-2", "features"]
    with pytest.raises(Conflict, match="keeps no record"):
        backend.undelete("gone")
    assert backend.take_events(run_events("r", 1, 2, ["in"], ["out"])).changed == 2


def test_a_file(old_file: Path) -> None:
    with LocalCatalogBackend(old_file) as backend:
        assert_answers_as_before(backend, "local-answers.json")
        assert backend.check()["schema"] == VERSION > 1
        assert_is_recorded_from_now_on(backend)
        assert_can_be_written_on(backend)


def test_a_neo4j(old_neo4j: Neo4jCatalogBackend, neo4j_driver: Driver, neo4j_settings: Neo4jSettings) -> None:
    run = neo4j_runner(neo4j_driver, neo4j_settings)
    constraints, keys = "SHOW CONSTRAINTS YIELD name", "MATCH ()-[edge:DERIVED_FROM]->() RETURN count(edge.key)"
    assert ["catalog_edge_key"] in run(constraints)
    assert run(keys) != [[0]]
    with pytest.raises(StoreUnavailable, match="has number 9, this service needs"):
        old_neo4j.check()
    assert old_neo4j.ensure_schema() == migrations()[-1].number
    assert ["catalog_edge_key"] not in run(constraints)
    assert run(keys) == [[0]]
    assert_answers_as_before(old_neo4j, "neo4j-answers.json")
    assert_is_recorded_from_now_on(old_neo4j)
    assert_can_be_written_on(old_neo4j)


def test_several_commands_upgrade_a_file_together(old_file: Path) -> None:
    command = [COMMAND, "--db", str(old_file), "list", "--format", "json"]
    programs = [
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [program.communicate(timeout=120) for program in programs]
    assert [program.returncode for program in programs] == [0, 0, 0], said
    assert len({out for out, _ in said}) == 1
    with LocalCatalogBackend(old_file) as backend:
        assert_answers_as_before(backend, "local-answers.json")


def test_two_services_upgrade_a_neo4j_together(old_neo4j: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings) -> None:
    s = neo4j_settings
    settings = {"NEO4J_URI": s.uri, "NEO4J_USERNAME": s.username, "NEO4J_PASSWORD": s.password}
    with ExitStack() as stack:
        both = [stack.enter_context(served(**settings, NEO4J_DATABASE=s.database)) for _ in range(2)]
        wires = [Wire(service.url) for service in both]
        assert wires[0]("GET", "/artifacts").ok() == wires[1]("GET", "/artifacts").ok()
    assert_answers_as_before(old_neo4j, "neo4j-answers.json")


def test_an_older_program_does_not_touch_a_later_store(
    old_file: Path, neo4j_settings: Neo4jSettings, neo4j_driver: Driver, neo4j_backend: Neo4jCatalogBackend
) -> None:
    connection = sqlite3.connect(old_file)
    connection.execute("UPDATE cg_meta SET value = 99 WHERE name = 'schema'")
    connection.commit()
    connection.close()
    assert "made by a later catalog_graph" in refusal("serve", "--port", "0", "--store", f"sqlite:///{old_file}")
    run = neo4j_runner(neo4j_driver, neo4j_settings)
    run("CREATE (:_CatalogMigration {number: 999})")
    s = neo4j_settings
    settings = {"NEO4J_URI": s.uri, "NEO4J_USERNAME": s.username, "NEO4J_PASSWORD": s.password}
    try:
        assert "has number 999" in refusal("serve", "--port", "0", **settings, NEO4J_DATABASE=s.database)
    finally:
        run("MATCH (m:_CatalogMigration {number: 999}) DELETE m")
