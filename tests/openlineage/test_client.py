"""The stock client of OpenLineage against a service: keys, gzip, a busy service, and bodies that are no events."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset
from openlineage.client.transport.http import ApiKeyTokenProvider, HttpCompression, HttpConfig, HttpTransport

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.server.queues import Queue
from catalog_graph.server.settings import ServerSettings
from tests.openlineage.events import event, random_events
from tests.server.running import running
from tests.server.wire import Wire

KEYS = {"writer": "write-key-0123456789", "reader": "read-key-0123456789"}
RUN = "0190c0de-0000-7000-8000-000000000001"


@pytest.fixture
def service(local_backend: LocalCatalogBackend) -> Iterator[str]:
    """Yield the address of a service with keys."""
    keys = f"writer={KEYS['writer']}:write,reader={KEYS['reader']}:read"
    with running(local_backend, ServerSettings(api_keys=keys)) as url:  # type: ignore[arg-type]
        yield url.removesuffix("/api/v1/catalog")


def wire(service: str, key: str = KEYS["writer"]) -> Wire:
    return Wire(f"{service}/api/v1", {"Authorization": f"Bearer {key}"})


def client(service: str, key: str = KEYS["writer"], **options: Any) -> OpenLineageClient:
    config = HttpConfig(url=service, auth=ApiKeyTokenProvider({"apiKey": key}), **options)
    return OpenLineageClient(transport=HttpTransport(config))


def run_event(state: RunState, second: int, outputs: list[OutputDataset]) -> RunEvent:
    orders = InputDataset("s3://raw", "orders.csv")
    instant = f"2026-03-01T00:00:{second:02d}.123456789Z"
    return RunEvent(
        eventTime=instant,
        eventType=state,
        run=Run(RUN),
        job=Job("airflow", "daily.load"),
        inputs=[orders],
        outputs=outputs,
    )


def test_events_of_the_stock_client(service: str, local_backend: LocalCatalogBackend) -> None:
    fields = {
        "total": column_lineage_dataset.Fields([column_lineage_dataset.InputField("s3://raw", "orders.csv", "price")])
    }
    facets = {
        "schema": schema_dataset.SchemaDatasetFacet([schema_dataset.SchemaDatasetFacetFields("total", "int")]),
        "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields),
    }
    sums = OutputDataset("postgres://wh:5432", "sums", facets=facets)
    client(service).emit(run_event(RunState.START, 1, []))
    client(service, compression=HttpCompression.GZIP).emit(run_event(RunState.COMPLETE, 2, [sums]))
    [entry, source] = local_backend.list_artifacts()
    assert (entry.name, entry.source_run_id, entry.source_step) == ("sums", RUN, "daily.load")
    assert entry.metadata["how"] == {source.artifact_id: "columns"}
    assert entry.metadata["columns"] == {"total": [[source.artifact_id, "price", ""]]}
    assert {change.by for change in local_backend.changes()} == {"writer"}


def test_a_busy_service_is_asked_again(
    service: str, local_backend: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client waits as long as `Retry-After` says, and delivers."""
    refusals = iter([True])
    place = Queue.place

    def busy_once(self: Queue) -> Any:
        if next(refusals, False):
            raise self._overloaded("it is full")
        return place(self)

    monkeypatch.setattr(Queue, "place", busy_once)
    client(service).emit(run_event(RunState.COMPLETE, 2, [OutputDataset("ns", "x")]))
    assert len(local_backend.list_artifacts()) == 2


def test_what_the_routes_answer(service: str) -> None:
    send = wire(service)
    good = event("COMPLETE", "r", 1, ["a"], ["b"])
    reply = send("POST", "/lineage", good)
    assert (reply.status, reply.json["changed"], len(reply.json["artifacts"])) == (201, 2, 2)
    assert send("POST", "/lineage", good).json["changed"] == 0
    reply = send("POST", "/lineage/batch", [good, {"eventTime": "soon"}])
    assert (reply.status, reply.json["status"]) == (200, "partial_success")
    assert reply.json["summary"] == {"received": 2, "successful": 1, "failed": 1, "retriable": 0, "non_retriable": 1}
    assert reply.json["failed_events"][0]["index"] == 1
    assert wire(service, KEYS["reader"])("POST", "/lineage", good).status == 403
    assert wire(service, "wrong")("POST", "/lineage", good).status == 401
    assert send("POST", "/lineage", {"eventType": "START"}).status == 422
    packed = gzip.compress(json.dumps(good).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert send("POST", "/lineage", packed, headers=headers).status == 201
    assert send("POST", "/lineage", packed[:-9], headers=headers).status == 422
    members = [gzip.compress(part) for part in (b"[", json.dumps(good).encode(), b",{}", b"]", b"")]
    reply = send("POST", "/lineage/batch", b"".join(members), headers=headers)
    assert (reply.status, reply.json["summary"]["received"]) == (200, 2)
    assert send("POST", "/lineage", packed + b"more", headers=headers).status == 422
    assert send("POST", "/lineage", packed + packed[:-9], headers=headers).status == 422
    half = gzip.compress(bytes(12_000_000))
    assert send("POST", "/lineage/batch", half * 6, headers=headers).status == 413
    assert send("POST", "/lineage", b"{}", headers=headers).status == 422
    assert send("POST", "/lineage", packed, headers={**headers, "Content-Encoding": "br"}).status == 422
    assert send("POST", "/lineage", gzip.compress(bytes(200_000_000)), headers=headers).status == 413


def test_no_shape_of_an_event_is_a_fault(service: str) -> None:
    """Values anywhere in events are replaced by odd ones: each event is taken, or refused with 422."""
    choose = random.Random(7)
    odd = [None, [], {}, "", "x" * 3000, 10**30, -1.5, True, [None], {"a": {}}, "\u0000", "a\nb", {"namespace": 1}]

    def replaced(value: Any) -> Any:
        if choose.random() < 0.06:
            return choose.choice(odd)
        if isinstance(value, dict):
            return {key: replaced(each) for key, each in value.items()}
        return [replaced(each) for each in value] if isinstance(value, list) else value

    rename = {
        "lifecycleStateChange": {
            "lifecycleStateChange": "RENAME",
            "previousIdentifier": {"namespace": "n", "name": "o"},
        }
    }
    parent = {"parent": {"job": {"namespace": "n", "name": "p"}, "root": {"job": {"name": "q"}}}}
    facets = {"lineage": {"entries": [{"namespace": "n", "name": "o", "type": "DATASET", "inputs": []}]}, "jobType": {}}
    full = event("COMPLETE", "r", 1, [], [{"namespace": "n", "name": "o", "facets": rename}], "j", parent, facets)
    events = [replaced(each) for each in [*random_events(150, 3), *[full] * 50]]
    reply = wire(service)("POST", "/lineage/batch", events)
    assert (reply.status, reply.json["status"]) == (200, "partial_success")
    assert reply.json["summary"]["successful"] > 20
    statuses = {wire(service)("POST", "/lineage", each).status for each in events[::4]}
    assert statuses == {201, 422}
