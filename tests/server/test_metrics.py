"""Metrics: what they count, who may read them, and that the dashboard and the alerts ask for those there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire

READ_KEY = "read-key-0123456789"
ARTIFACT = "/api/v1/catalog/artifacts/{artifact_id}"
REPOSITORY = Path(__file__).parents[2]
DASHBOARD = REPOSITORY / "deploy" / "grafana-dashboard.json"
ALERTS = REPOSITORY / "deploy" / "prometheus-alerts.yaml"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(wire: Wire) -> Samples:
    reply = wire("GET", "root:/metrics")
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.body.decode())
        for sample in family.samples
    }


def value(wire: Wire, name: str, **labels: str) -> float:
    return samples(wire).get((f"catalog_graph_{name}", frozenset(labels.items())), 0)


@pytest.fixture
def local(local_backend: LocalCatalogBackend) -> Iterator[Wire]:
    """Run a service over a file."""
    with running(local_backend) as url:
        yield Wire(url)


def test_requests_are_counted_by_the_template_of_their_route(local: Wire) -> None:
    local.register(artifact_id="a/b", name="secret-name")
    local("GET", "/artifacts/a%2Fb?exact=true")
    local("GET", "/artifacts/unknown-id")
    local("GET", "/artifacts/secret/upstream")
    local("GET", "root:/no-such-route")
    local("PATCH", "/artifacts")
    count = samples(local)
    requests = {
        (dict(labels)["method"], dict(labels)["route"], dict(labels)["status"]): each
        for (name, labels), each in count.items()
        if name == "catalog_graph_requests_total"
    }
    assert requests == {
        ("POST", "/api/v1/catalog/artifacts", "201"): 1,
        ("GET", ARTIFACT, "200"): 1,
        ("GET", ARTIFACT, "404"): 1,
        ("GET", f"{ARTIFACT}/upstream", "404"): 1,
        ("GET", "none", "404"): 1,
        ("PATCH", "/api/v1/catalog/artifacts", "405"): 1,
    }
    shown = str(count)
    assert not [text for text in ("secret", "unknown-id", "a/b", "no-such") if text in shown]
    seconds = ("catalog_graph_request_duration_seconds_count", frozenset({("method", "GET"), ("route", ARTIFACT)}))
    assert count[seconds] == 2
    assert value(local, "requests_in_progress") == 1  # the request for the metrics


def test_a_file_reports_its_transactions_and_groups(local: Wire) -> None:
    local.register(artifact_id="b", parent_ids=["a"])
    assert value(local, "query_duration_seconds_count", query="write") == 1
    assert value(local, "query_duration_seconds_count", query="read") >= 1
    assert value(local, "group_size_sum") == 1
    assert (value(local, "store_up"), value(local, "artifacts"), value(local, "edges")) == (1, 2, 1)
    assert value(local, "threads_max") == 40 + 1 + 1 + 8 + 4


def test_neo4j_reports_queries_by_name(neo4j_backend: Neo4jCatalogBackend) -> None:
    with running(neo4j_backend) as url:
        wire = Wire(url)
        wire.register(artifact_id="b", parent_ids=["a"])
        wire("GET", "/artifacts/b").ok()
        assert value(wire, "query_duration_seconds_count", query="artifacts/read") == 1
        assert value(wire, "query_duration_seconds_count", query="artifacts/create") == 1
        assert value(wire, "query_duration_seconds_count", query="commit") == 1
        assert value(wire, "group_size_count") == 1
        assert value(wire, "sessions") == 0
        assert (value(wire, "store_up"), value(wire, "artifacts"), value(wire, "edges")) == (1, 2, 1)


def test_metrics_are_served_while_the_store_is_away(tmp_path: Path) -> None:
    with (
        Neo4jCatalogBackend("bolt://127.0.0.1:1", "neo4j", "x", query_timeout=0.2, connect_timeout=0.2) as backend,
        running(backend) as url,
    ):
        wire = Wire(url)
        wire("GET", "/artifacts").problem(503, "unavailable")
        assert value(wire, "store_up") == 0
        assert value(wire, "requests_total", method="GET", route="/api/v1/catalog/artifacts", status="503") == 1
        assert sum(v for (name, _), v in samples(wire).items() if name == "catalog_graph_query_errors_total") >= 1
        assert ("catalog_graph_artifacts", frozenset()) not in samples(wire)


def test_metrics_need_a_key_that_may_read(local_backend: LocalCatalogBackend) -> None:
    with running(local_backend, ServerSettings(api_keys=f"{READ_KEY}:read")) as url:  # type: ignore[arg-type]
        Wire(url)("GET", "root:/metrics").problem(401, "unauthorized")
        assert (
            value(
                Wire(url, {"Authorization": f"Bearer {READ_KEY}"}),
                "requests_total",
                method="GET",
                route="none",
                status="401",
            )
            == 1
        )


# ---- the files in deploy/


def expressions() -> list[str]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [
        *(rule["expr"] for group in groups for rule in group["rules"]),
        *(target["expr"] for panel in panels for target in panel.get("targets", ())),
    ]


def test_dashboard_and_alerts_ask_for_metrics_and_labels_that_exist(neo4j_backend: Neo4jCatalogBackend) -> None:
    with running(neo4j_backend) as url:
        wire = Wire(url)
        wire.register(artifact_id="a")
        there = samples(wire)
    names = {name for name, _ in there}
    labels = {label for _, pairs in there for label, _ in pairs} | {"job", "instance"}
    asked = expressions()
    assert len(asked) > 15
    for expression in asked:
        used = set(re.findall(r"\b(?:catalog_graph|process)_\w+", expression))
        assert used or "up{" in expression, expression
        # Nothing failed here, and a counter with labels begins with its first event.
        assert used - names <= {"catalog_graph_query_errors_total"}, expression
        for group in re.findall(r"\b(?:by|on|without) \(([^)]*)\)", expression):
            assert {label.strip() for label in group.split(",")} <= labels, expression


def test_every_metric_of_the_service_is_documented(local: Wire) -> None:
    page = (REPOSITORY / "docs" / "operations" / "monitoring.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(catalog_graph_\w+)`", page, re.MULTILINE))
    families = text_string_to_metric_families(local("GET", "root:/metrics").body.decode())
    own = {f"{f.name}_total" if f.type == "counter" else f.name for f in families if f.name.startswith("catalog_")}
    assert documented == own


def test_every_alert_says_what_to_do() -> None:
    for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"].keys() == {"summary", "description"}
