"""Records a store of each kind as this version makes it, and what this version answers from it.

    python -m tests.upgrades.record tests/upgrades/first

fills an empty Neo4j and a new local file by the same writes, and writes them down as text, so that later versions
can show that they open what an earlier one made.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.queries import names, query
from catalog_graph.embedded import temporary_neo4j
from catalog_graph.instants import now

IDS = [
    "raw",
    "clean",
    "features",
    "model-1",
    "model-2",
    "report",
    "copy",
    "gone",
    "retired",
    "never-registered",
    "path/with/slashes",
    "größe 🎉",
]
QUERIES = [
    "",
    "fraud",
    "Fraud Detector",
    "stage:production",
    "f1_score>=0.9 type:Model",
    "-stage:production",
    '"card payments"',
    "team:fraud OR team:growth",
    "grosse",
    "etecto",
    "pipeline:training step:fit",
    "created>2026-01-03",
    "name:fraud_detector version:2",
]


def fill(backend: CatalogBackend) -> str:
    """Write every kind of thing that a catalog holds; answers an instant before the last changes."""
    backend.register_many(
        [
            _entry("raw", "raw_payments", "Dataset", content_hash="h1", tags={"source": "card payments"}),
            _entry(
                "clean", "clean_payments", "Dataset", ["raw", "never-registered"], metadata={"rows": [1, None, 2.5]}
            ),
            _entry("features", "fraud_features", "FeatureSet", ["clean", "raw"], source_step="featurize"),
            _entry("copy", "raw_payments", "Dataset", content_hash="h1", uri="s3://bucket/raw.csv"),
            _entry("gone", "clean_payments", "Dataset", ["raw"], version="7"),
            _entry("retired", "old_report", "Report"),
            _entry(
                "path/with/slashes", "Straße GROSSE", "Type of my own", tags={"größe": "XL", "🎉": True, "none": None}
            ),
            _entry("größe 🎉", "emoji", "Model", ["path/with/slashes"]),
        ]
    )
    for number, score in ((1, 0.87), (2, "0.95")):
        tags = {"f1_score": score, "team": "fraud", "stage": "staging", "nested": {"a": [1, "b"]}}
        run = {"source_run_id": f"run-{number}", "source_pipeline": "training", "source_step": "fit"}
        backend.register(_entry(f"model-{number}", "fraud_detector", "Model", ["features", "gone"], tags=tags, **run))
    backend.register(_entry("report", "fraud_report", "Report", ["model-2", "features"]))
    between = _pause()
    backend.tag("model-2", {"stage": "production", "approved": True})
    backend.untag("model-1", "team")
    backend.remove_parents("features", "raw")
    backend.add_parents("model-1", "größe 🎉")
    backend.register(CatalogEntry(artifact_id="raw", name="raw_payments", artifact_type="Table", tags={"owner": "ann"}))
    backend.delete("gone")
    backend.delete("retired")
    return between


def answers(backend: CatalogBackend, between: str) -> dict[str, Any]:
    """Return the answers of the catalog, question by question, as JSON."""
    found: dict[str, Any] = {
        "entries": [entry.to_dict() if entry else None for entry in backend.get_many(IDS)],
        "newest first": [entry.artifact_id for entry in backend.list_artifacts(limit=100)],
        "by tag": [entry.artifact_id for entry in backend.list_artifacts(tags={"team": "fraud"})],
        "by hash": [entry and entry.artifact_id for entry in map(backend.find_by_content_hash, ("h1", "h2"))],
        "search": {text: [entry.artifact_id for entry in backend.search(text)] for text in QUERIES},
        "neighbours": {i: backend.get_lineage(i) for i in IDS},
    }
    for artifact_id in IDS:
        if artifact_id == "retired":
            continue
        for direction in ("upstream", "downstream"):
            ask = getattr(backend, direction)
            found[f"{artifact_id} {direction}"] = ask(artifact_id).to_dict()
            found[f"{artifact_id} {direction} before"] = ask(artifact_id, as_of=between).to_dict()
    return dict(json.loads(json.dumps(found)))


def _entry(artifact_id: str, name: str, kind: str, parents: list[str] | None = None, **fields: Any) -> CatalogEntry:
    created_at = f"2026-01-{IDS.index(artifact_id) + 1:02}T12:00:00+00:00"
    given = {"artifact_id": artifact_id, "name": name, "artifact_type": kind, "created_at": created_at, **fields}
    return CatalogEntry(parent_ids=parents or [], **given)


def _pause() -> str:
    """Return an instant with no write near it."""
    time.sleep(0.05)
    between = now()
    time.sleep(0.05)
    return between


def _record_local(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "catalog.db"
        with LocalCatalogBackend(path) as backend:
            between = fill(backend)
            _write(folder / "local-answers.json", {"between": between, "answers": answers(backend, between)})
        connection = sqlite3.connect(path)
        (folder / "local.sql").write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")
        connection.close()


def _record_neo4j(folder: Path) -> None:
    with temporary_neo4j() as s, Neo4jCatalogBackend(s.uri, s.username, s.password) as backend:
        backend.ensure_schema()
        between = fill(backend)
        _write(folder / "neo4j-answers.json", {"between": between, "answers": answers(backend, between)})
        _write(folder / "neo4j.json", _graph(s))


def _graph(connection: Any) -> dict[str, Any]:
    """Every node and edge with its properties, edges by the places of their nodes, and what makes the schema."""
    from neo4j import GraphDatabase

    with GraphDatabase.driver(connection.uri, auth=(connection.username, connection.password)) as driver:
        nodes = driver.execute_query("MATCH (n) RETURN elementId(n), labels(n), properties(n)").records
        place = {node[0]: number for number, node in enumerate(nodes)}
        text = "MATCH (a)-[e]->(b) RETURN elementId(a), type(e), elementId(b), properties(e)"
        edges = driver.execute_query(text).records
    return {
        "schema": [query(name).text for name in names("schema")],
        "nodes": [{"labels": labels, "properties": held} for _, labels, held in nodes],
        "edges": [[place[start], kind, place[end], held] for start, kind, end, held in edges],
    }


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True)
    _record_local(target)
    _record_neo4j(target)
