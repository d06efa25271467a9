"""Findings of the doctor about a file, a service, and serving from this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import catalog_graph
from catalog_graph import ArtifactCatalog
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.doctor import load, seals
from catalog_graph.embedded.cache import ensure_jars
from catalog_graph.server.keys import new_key
from catalog_graph.server.settings import ServerSettings
from tests.cli.conftest import KEYS, Run
from tests.client.faults import FaultyWay
from tests.server.command import forked
from tests.server.running import running
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings
from tests.support.programs import free_port
from tests.support.seals import PRIVATE
from tests.transfer.files import add_rows, flowyml_file, row


@pytest.fixture
def doctor(run: Run) -> Any:
    """Return a function that runs the doctor and returns its findings by subject."""

    def examine(*arguments: str) -> dict[str, dict[str, str]]:
        done = run("doctor", *arguments, "--format", "json")
        report = json.loads(done.out)
        by_subject = {finding["about"]: finding for finding in report["findings"]}
        assert report["ok"] == (done.status == 0) == all(f["level"] != "problem" for f in report["findings"])
        for finding in report["findings"]:
            assert finding["level"] == "good" or finding["told"]
        return by_subject

    return examine


def test_a_file_that_is_well(doctor: Any, run: Run) -> None:
    with ArtifactCatalog() as catalog:
        catalog.backend.register_many([artifact("a"), artifact("b", "a")])
    findings = doctor("--write")
    assert {finding["level"] for finding in findings.values()} <= {"good", "note"}
    assert catalog_graph.__version__ in findings["client"]["told"]
    assert "the file .flowyml/catalog.db: the default" in findings["catalog"]["told"]
    assert findings["content"]["told"] == "2 artifacts, all indexed"
    assert "registered, found and deleted" in findings["writing"]["told"]
    assert "GB are free" in findings["disk"]["told"]
    with ArtifactCatalog() as catalog:
        assert [entry.artifact_id for entry in catalog.list()] == ["b", "a"]
    lines = run("doctor").out.splitlines()
    assert lines[0].startswith("ok      client   catalog_graph ")


def test_the_seals_of_what_holds_an_alias(doctor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with ArtifactCatalog() as catalog:
        catalog.backend.register_many([artifact("a"), artifact("b", "a"), artifact("c", "b"), artifact("d")])
        for artifact_id in "bcd":
            catalog.set_alias(artifact_id, "champion", artifact_id)
        assert "seals" not in doctor()
        catalog.seal("b", PRIVATE)
        catalog.seal("c", PRIVATE)
        told = "2 of 3 aliases have a seal; the lineage of 2 was read, and is as it was sealed"
        assert doctor()["seals"] == {"level": "good", "about": "seals", "told": told, "advice": ""}
        catalog.tag("a", reviewed=True)
        assert doctor()["seals"]["level"] == "good"
        catalog.backend.register(artifact("b", "d"))
        finding = doctor()["seals"]
        assert finding["level"] == "note"
        assert finding["told"].endswith("that of b@champion, c@champion is not as it was sealed")
        assert "catalog-graph seals b@champion --output seal.json" in finding["advice"]
        catalog.seal("b", PRIVATE)
        monkeypatch.setattr(seals, "MAX_ARTIFACTS", 3)
        assert "the lineage of 1 was read, and is as it was sealed" in doctor()["seals"]["told"]
        monkeypatch.setattr(seals, "MAX_ALIASES", 1)
        assert "1 of the first 1 aliases have a seal" in doctor()["seals"]["told"]


def test_nothing_is_made_where_there_is_no_file(doctor: Any, folder: Path) -> None:
    for arguments in ([], ["--write"]):
        findings = doctor(*arguments)
        assert findings["file"]["level"] == "note"
        assert "nothing is registered here" in findings["file"]["told"]
        assert "writing" not in findings
    assert list(folder.iterdir()) == []


def test_files_of_flowyml(doctor: Any, folder: Path) -> None:
    flowyml_file(folder / "flowyml.db")
    add_rows(folder / "flowyml.db", [row("a"), row("b", "a")])
    before = (folder / "flowyml.db").read_bytes()
    assert "2 artifacts; the first command indexes them" in doctor("--db", "flowyml.db")["content"]["told"]
    assert (folder / "flowyml.db").read_bytes() == before
    with ArtifactCatalog(db_path="flowyml.db") as catalog:
        assert len(catalog.list()) == 2
    assert doctor("--db", "flowyml.db")["content"]["level"] == "good"
    add_rows(folder / "flowyml.db", [row("c")])
    assert "the latest writes of FlowyML" in doctor("--db", "flowyml.db")["content"]["told"]


def test_files_that_cannot_be_used(doctor: Any, folder: Path) -> None:
    (folder / "text.db").write_text("hello " * 1000)
    assert "is not an SQLite database" in doctor("--db", "text.db")["content"]["told"]
    (folder / "folder").mkdir()
    for path in ("folder", "/"):
        assert doctor("--db", path)["file"]["level"] == "problem"
    with ArtifactCatalog(db_path="broken.db") as catalog:
        catalog.backend.register_many([artifact(f"a{n}", metadata={"x": "y" * 500}) for n in range(200)])
    whole = (folder / "broken.db").read_bytes()
    (folder / "broken.db").write_bytes(whole[:40_000] + b"\xff" * 20_000 + whole[60_000:])
    assert doctor("--db", "broken.db")["content"]["level"] == "problem"


def test_a_service_and_what_a_key_may_do(doctor: Any, guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "needs an API key" in doctor("--endpoint", guarded)["key"]["told"]
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", guarded)
    assert "does not know the API key" in doctor("--api-key", "another-key-0123456789")["key"]["told"]
    monkeypatch.setenv("FLOWYML_CATALOG_API_KEY", KEYS["write"])
    findings = doctor("--write")
    assert "the variable FLOWYML_CATALOG_ENDPOINT" in findings["catalog"]["told"]
    assert findings["key"]["told"] == "the API key allows: read, write"
    assert findings["store"]["told"].startswith("sqlite 3.")
    assert findings["version"]["level"] == findings["clock"]["level"] == findings["writing"]["level"] == "good"
    assert doctor("--api-key", KEYS["read"])["key"]["level"] == "note"
    refused = doctor("--api-key", KEYS["read"], "--write")["writing"]
    assert refused["level"] == "problem"
    assert "scope 'write'" in refused["told"]


def test_what_a_service_tells_of_itself(doctor: Any, guarded: str) -> None:
    findings = doctor("--endpoint", guarded, "--api-key", KEYS["read"])
    assert findings["size"]["told"] == "0 known artifacts, 0 edges"
    assert findings["answers"]["told"].endswith("none with a server error")
    assert not {"load", "queries", "files"} & findings.keys()


def test_metrics_that_are_worth_a_note() -> None:
    text = """# HELP nothing is read of this
catalog_graph_requests_total{method="GET",route="/a",status="200"} 1000.0
catalog_graph_requests_total{method="GET",route="/a",status="503"} 2.0
catalog_graph_requests_total{method="PUT",route="/b",status="503"} 1.0
catalog_graph_query_duration_seconds_sum{query="search/hits"} 9.0
catalog_graph_query_duration_seconds_count{query="search/hits"} 6.0
catalog_graph_threads_waiting 7.0
process_open_fds 900.0
process_max_fds 1024.0
"""
    told = {finding.about: finding.message for finding in load.findings(text)}
    assert told == {
        "answers": "1,003 requests were answered since this replica started, 3 with 503",
        "load": "7 requests wait for a thread",
        "queries": "the query search/hits takes 1.5 s on average",
        "files": "the service has 900 of 1,024 files open",
    }


def test_a_key_that_ends_soon(doctor: Any, tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(days=3, minutes=1)
    key, line = new_key("ci", "write", int(soon.timestamp() * 1_000_000))
    (tmp_path / "keys").write_text(line.line(), encoding="utf-8")
    settings = ServerSettings(api_keys_file=tmp_path / "keys")
    with LocalCatalogBackend(tmp_path / "c.db") as backend, running(backend, settings) as url:
        finding = doctor("--endpoint", url, "--api-key", key)["key"]
    assert (finding["level"], finding["told"][:17]) == ("note", "it ends in 3 days")


def test_a_service_that_is_not_there(doctor: Any) -> None:
    findings = doctor("--endpoint", f"http://127.0.0.1:{free_port()}/api/v1/catalog", "--write")
    assert findings["service"]["level"] == "problem"
    assert "is the service running there" in findings["service"]["told"]
    assert "writing" not in findings


def test_a_service_is_waited_for_as_long_as_any_command_waits(doctor: Any, guarded: str) -> None:
    with FaultyWay(guarded) as faulty:
        faulty.plan = ["slow"]
        findings = doctor("--endpoint", faulty.url, "--timeout", "0.1")
    assert "has not answered within 0.1 s" in findings["service"]["told"]


def test_a_key_that_travels_in_the_clear(doctor: Any) -> None:
    findings = doctor("--endpoint", "http://catalog.invalid/api/v1/catalog", "--api-key", "a-key-0123456789abc")
    assert (findings["key"]["level"], findings["service"]["level"]) == ("note", "problem")
    assert "unencrypted" in findings["key"]["told"]


@contextmanager
def answering(routes: dict[str, Any], ahead: timedelta) -> Iterator[str]:
    """Serve these paths alone, with a clock that is ahead."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = routes.get(self.path.partition("?")[0])
            content = json.dumps(body).encode()
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(datetime.now(UTC) + ahead, usegmt=True)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/v1/catalog"
        server.shutdown()
        thread.join()


def test_clocks_and_versions_that_differ(doctor: Any) -> None:
    ready = {"status": "ready", "version": "99.0", "scopes": ["read"], "store": {"store": "neo4j", "version": "5.26"}}
    routes = {"/readyz": ready, "/api/v1/catalog/artifacts": {"items": []}}
    with answering(routes, timedelta(minutes=-5)) as url:
        findings = doctor("--endpoint", url)
    assert "differ by 30" in findings["clock"]["told"] or "differ by 299" in findings["clock"]["told"]
    assert "catalog_graph 99.0" in findings["version"]["told"]


def test_a_service_that_is_not_catalog_graph(doctor: Any) -> None:
    with answering({"/api/v1/catalog/artifacts": []}, timedelta()) as url:
        assert "is not catalog_graph" in doctor("--endpoint", url)["service"]["told"]
    with answering({}, timedelta()) as url:
        assert "there is no catalog at" in doctor("--endpoint", url)["service"]["told"]


def test_what_serving_would_meet(doctor: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_GRAPH_DATA_DIR", str(folder / "data"))
    ensure_jars()
    findings = doctor()
    assert "an embedded Neo4j, on Java 2" in findings["serving"]["told"]
    assert (findings["jars"]["level"], findings["data"]["level"]) == ("good", "good")
    monkeypatch.setenv("CATALOG_GRAPH_CACHE_DIR", str(folder / "cache"))
    assert "the first start fetches" in doctor()["jars"]["advice"]
    monkeypatch.setenv("CATALOG_GRAPH_STORE", "sqlite:///x.db")
    assert "sqlite:///x.db" in doctor()["serving"]["told"]
    monkeypatch.setenv("CATALOG_GRAPH_HOST", "0.0.0.0")
    assert "--no-auth" in doctor()["serving"]["told"]
    # FlowyML makes folders of its own when it is imported, but no file.
    assert [path for path in folder.rglob("*") if path.is_file() or ".flowyml" not in path.parts] == []


def test_how_the_last_neo4j_ended(doctor: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = folder / "data"
    monkeypatch.setenv("CATALOG_GRAPH_DATA_DIR", str(data))
    (data / "logs").mkdir(parents=True)
    ended = json.dumps({"pid": 2**22 + 1, "bolt_port": 7687, "version": "2026.09.0"})  # above every process id
    (data / "server.json").write_text(ended, encoding="utf-8")
    log = "2026-11-30 09:00:00.000+0000 INFO  Started.\n2026-11-30 09:00:01.000+0000 ERROR Out of memory, ending\n"
    (data / "logs" / "neo4j.log").write_text(log, encoding="utf-8")
    assert "ERROR Out of memory, ending" in doctor()["neo4j"]["told"]
    with (data / "logs" / "neo4j.log").open("a", encoding="utf-8") as file:
        file.write("2026-11-30 09:00:02.000+0000 INFO  Stopped.\n")
    assert "neo4j" not in doctor()


def test_the_neo4j_that_serving_would_use(
    doctor: Any, neo4j_settings: Neo4jSettings, neo4j_backend: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_URI", neo4j_settings.uri)
    monkeypatch.setenv("NEO4J_USERNAME", neo4j_settings.username)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_settings.password)
    assert "schema current" in doctor()["serving"]["told"]
    monkeypatch.delenv("NEO4J_PASSWORD")
    assert doctor()["serving"]["advice"] == "set NEO4J_PASSWORD"
    monkeypatch.setenv("NEO4J_PASSWORD", "not-the-password")
    findings = doctor()["serving"]
    assert findings["level"] == "problem"
    assert "NEO4J_PASSWORD" in findings["told"]


def test_what_the_driver_says_does_not_come_out_raw() -> None:
    for uri in (f"neo4j://127.0.0.1:{free_port()}", "neo4j://neo4j:secret-password@127.0.0.1:9"):
        done = forked("doctor", NEO4J_URI=uri)
        assert (done.returncode, done.stderr) == (1, "")
        assert "PROBLEM serving" in done.stdout
        assert "secret-password" not in done.stdout
