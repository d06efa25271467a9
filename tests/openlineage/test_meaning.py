"""What events mean: artifacts, versions and edges, on every store."""

from __future__ import annotations

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, LimitExceeded
from tests.conftest import NewCatalog
from tests.openlineage.events import NAMESPACE, Event, at, dataset, event, run_events
from tests.support.backends import stores

pytestmark = stores


@pytest.fixture
def catalog(new_catalog: NewCatalog) -> CatalogBackend:
    return new_catalog()


def one(catalog: CatalogBackend, key: str) -> CatalogEntry:
    """Return the artifact of a dataset of `NAMESPACE`."""
    [entry] = catalog.get_many([f"ol:{NAMESPACE},{key}"])
    assert entry is not None, key
    return entry


def how(catalog: CatalogBackend, key: str) -> dict[str, str]:
    """Return the rules of the edges of an artifact, by the keys of its parents."""
    entry = one(catalog, key)
    rules = entry.metadata.get("how", {})
    assert sorted(rules) == sorted(entry.parent_ids)
    return {parent.removeprefix(f"ol:{NAMESPACE},"): rule for parent, rule in rules.items()}


def keys(catalog: CatalogBackend) -> list[str]:
    return sorted(entry.artifact_id.removeprefix(f"ol:{NAMESPACE},") for entry in catalog.iterate())


def test_a_run_makes_a_version_and_a_facet_names_one(catalog: CatalogBackend) -> None:
    model = dataset("fraud", datasetType={"datasetType": "MODEL"}, version={"datasetVersion": "7"})
    parent = {"parent": {"run": {"runId": "dag"}, "job": {"namespace": "airflow", "name": "daily"}}}
    schema = {"fields": [{"name": "id", "type": "int"}]}
    facets = {
        "schema": {"_producer": "https://example.com", **schema},
        "ownership": {"owners": [{"name": "ana"}]},
        "dataSource": {"name": "wh", "uri": NAMESPACE},
        "documentation": {"description": "all orders"},
        "custom": {"x": 1},
    }
    first = run_events("r1", 1, 5, ["raw"], [dataset("orders", **facets)], job="load", run_facets=parent)
    report = catalog.take_events([*first, *run_events("r2", 6, 9, ["orders"], [model], job="train")])
    assert (report.received, report.taken, report.changed, report.refused) == (4, 4, 3, [])
    assert report.left_out == [{"what": "facet custom", "why": "the catalog has no place for it", "times": 1}]
    orders = one(catalog, "orders,run=r1")
    assert (orders.name, orders.artifact_type, orders.created_at) == (
        "orders",
        "Dataset",
        at(5).replace("5+", "5.000000+"),
    )
    assert (orders.source_step, orders.source_run_id, orders.source_pipeline) == ("load", "r1", "daily")
    assert (orders.version, orders.uri) == ("260301000005000", f"{NAMESPACE}/orders")
    assert orders.metadata["schema"] == schema["fields"]
    assert orders.metadata["owners"] == [{"name": "ana"}]
    assert (orders.metadata["source"]["name"], orders.metadata["documentation"]) == ("wh", "all orders")
    fraud = one(catalog, "fraud,version=7")
    assert (fraud.artifact_type, fraud.version, fraud.source_pipeline) == ("Model", "7", "")
    assert how(catalog, "fraud,version=7") == {"orders,run=r1": "run"}
    assert how(catalog, "orders,run=r1") == {"raw": "run"}
    assert one(catalog, "raw").version == "0"
    again = catalog.take_events(first)
    assert (again.taken, again.changed) == (2, 0)


def test_no_cycle_and_a_read_binds_to_what_was_there(catalog: CatalogBackend) -> None:
    catalog.take_events([*run_events("r1", 1, 2, ["b"], ["a"]), *run_events("r2", 3, 4, ["a"], ["b"])])
    catalog.take_events([*run_events("r3", 5, 6, ["b"], ["a"]), *run_events("r4", 7, 8, ["a"], ["a"])])
    assert how(catalog, "a,run=r1") == {"b": "run"}
    assert how(catalog, "b,run=r2") == {"a,run=r1": "run"}
    assert how(catalog, "a,run=r3") == {"b,run=r2": "run"}
    assert how(catalog, "a,run=r4") == {"a,run=r3": "run"}
    assert catalog.upstream(f"ol:{NAMESPACE},a,run=r4", limit=None).total == 4
    assert catalog.resolve("a:latest") == f"ol:{NAMESPACE},a,run=r4"
    # A run that comes late takes the reads that started between its end and the next version.
    catalog.take_events(run_events("late", 2.2, 2.5, [], ["a"]))
    assert how(catalog, "b,run=r2") == {"a,run=late": "run"}
    assert how(catalog, "a,run=r4") == {"a,run=r3": "run"}
    # Versions that facets name may be read before they are written, and in turns.
    first, second = (dataset(name, version={"datasetVersion": "1"}) for name in "xy")
    report = catalog.take_events(
        [*run_events("r5", 10, 11, [first], [second]), *run_events("r6", 12, 13, [second], [first])]
    )
    assert not report.refused
    assert how(catalog, "x,version=1") == {"y,version=1": "run"}
    assert [each["why"] for each in report.left_out] == ["the input was not there before the output"]


def test_runs_that_do_not_complete(catalog: CatalogBackend) -> None:
    catalog.take_event(event("START", "r1", 1, ["raw"]))
    report = catalog.take_event(event("RUNNING", "r1", 2, [], ["out"]))
    assert report.left_out[0]["why"] == "they are kept until the run completes"
    assert keys(catalog) == ["raw"]
    catalog.take_event(event("COMPLETE", "r1", 3, ["more"]))
    assert how(catalog, "out,run=r1") == {"more": "run", "raw": "run"}
    failed = catalog.take_events([event("START", "r2", 4, ["out"]), event("FAIL", "r2", 5, [], ["lost"])])
    assert failed.left_out[0]["why"] == "the run ended with FAIL"
    catalog.take_events(run_events("r3", 6, 7, ["out"], ["report"]))
    # The failure of a run may be told after its completion, and the completion after that.
    catalog.take_event(event("FAIL", "r1", 3.5))
    assert keys(catalog) == ["more", "out", "raw", "report,run=r3"]
    assert how(catalog, "report,run=r3") == {"out": "run"}
    catalog.take_event(event("COMPLETE", "r1", 3.6))
    assert how(catalog, "report,run=r3") == {"out,run=r1": "run"}
    streaming = {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}}
    catalog.take_event(event("START", "flink", 8, ["topic"], ["sink"], job_facets=streaming))
    assert how(catalog, "sink,run=flink") == {"topic": "run"}


def test_which_input_made_which_output(catalog: CatalogBackend) -> None:
    def source(name: str, **more: str) -> Event:
        return {**dataset(name), **more}

    declared = {"inputs": [source("a", type="DATASET"), {"namespace": "jobs", "name": "j", "type": "JOB"}]}
    columns = {
        "fields": {"total": {"inputFields": [source("b", field="price"), source("b", field="tax")]}},
        "dataset": [source("c", field="day")],
    }
    entry = {**source("of_job", type="DATASET"), "inputs": [source("c", type="DATASET")]}
    outputs = [
        dataset("declared", lineage=declared, columnLineage=columns),
        dataset("from_nothing", lineage={"inputs": []}),
        dataset("by_columns", columnLineage=columns),
        dataset("of_job"),
        dataset("rest"),
    ]
    facets = {"lineage": {"entries": [entry]}}
    catalog.take_events(run_events("r", 1, 2, ["a", "b"], outputs, job_facets=facets))
    assert how(catalog, "declared,run=r") == {"a": "declared"}
    assert how(catalog, "from_nothing,run=r") == {}
    assert how(catalog, "by_columns,run=r") == {"b": "columns", "c": "columns"}
    assert how(catalog, "of_job,run=r") == {"c": "declared"}
    assert how(catalog, "rest,run=r") == {"a": "run", "b": "run"}
    b = f"ol:{NAMESPACE},b"
    assert one(catalog, "by_columns,run=r").metadata["columns"] == {"total": [[b, "price", ""], [b, "tax", ""]]}
    assert [e.name for e in catalog.search("how:columns")] == ["by_columns"]


def test_the_rules_of_edges_are_shown(catalog: CatalogBackend) -> None:
    columns = {"fields": {"total": {"inputFields": [{**dataset("orders"), "field": "price"}]}}}
    catalog.take_events(run_events("r1", 1, 2, ["raw"], ["orders"]))
    catalog.take_events(run_events("r2", 3, 4, ["orders", "rates"], [dataset("sums", columnLineage=columns)]))
    sums, orders, raw = (f"ol:{NAMESPACE},{key}" for key in ("sums,run=r2", "orders,run=r1", "raw"))
    lineage = catalog.upstream("sums")
    assert lineage.how == {sums: {orders: "columns"}, orders: {raw: "run"}}
    assert lineage.to_dict()["how"] == lineage.how
    assert catalog.downstream("raw").how == lineage.how
    assert catalog.upstream("sums", without=[orders]).how == {}
    assert "-->|columns|" in lineage.mermaid()
    assert '[label="columns"]' in lineage.dot()
    assert '<data key="edge_how">columns</data>' in lineage.graphml()
    assert lineage.to_networkx().edges[orders, sums]["how"] == "columns"
    assert sorted(lineage.to_pandas().edges["how"]) == ["columns", "run"]
    catalog.remove_parents(orders, raw)
    assert catalog.upstream("sums").how == {sums: {orders: "columns"}}


def test_upstream_of_a_column(catalog: CatalogBackend) -> None:
    def made(*columns: tuple[str, str, str]) -> Event:
        fields: Event = {}
        for name, source, column in columns:
            fields.setdefault(name, {"inputFields": []})["inputFields"].append({**dataset(source), "field": column})
        return {"fields": fields}

    first = dataset("orders", columnLineage=made(("price", "raw", "p"), ("day", "raw", "d")))
    second = dataset(
        "sums", columnLineage=made(("total", "orders", "price"), ("total", "rates", "r"), ("at", "orders", "day"))
    )
    catalog.take_events([*run_events("r1", 1, 2, [], [first]), *run_events("r2", 3, 4, [], [second])])
    sums, orders, raw, rates = (f"ol:{NAMESPACE},{key}" for key in ("sums,run=r2", "orders,run=r1", "raw", "rates"))
    lineage = catalog.upstream("sums", column="total")
    assert [(card.artifact_id, card.depth) for card in lineage.nodes] == [(orders, 1), (rates, 1), (raw, 2)]
    assert lineage.column_names == {orders: ["price"], rates: ["r"], raw: ["p"], sums: ["total"]}
    assert lineage.edges == [(orders, raw), (sums, orders), (sums, rates)]
    assert (lineage.total, lineage.complete) == (3, True)
    assert lineage.how[sums] == {orders: "columns", rates: "columns"}
    assert [c.artifact_id for c in catalog.upstream("sums", column="at").nodes] == [orders, raw]
    near = catalog.upstream("sums", column="total", depth=1)
    assert (near.total, near.stopped_by) == (2, "depth")
    few = catalog.upstream("sums", column="total", limit=1)
    assert (few.total, len(few.nodes), few.stopped_by) == (3, 1, "limit")
    with pytest.raises(InvalidInput, match=r"column 'x': .* it has that of at, total"):
        catalog.upstream("sums", column="x")
    with pytest.raises(InvalidInput, match="column cannot be combined"):
        catalog.upstream("sums", column="total", where="type:Dataset")


def test_names_renames_and_drops(catalog: CatalogBackend) -> None:
    link = {"identifiers": [{"namespace": "hive://meta", "name": "shop.orders", "type": "TABLE"}]}
    path = dataset("/lake/orders", "s3://bucket")
    catalog.take_events(run_events("w", 1, 2, [], [path]))
    catalog.take_events(run_events("r", 3, 4, [dataset("shop.orders", "hive://meta")], ["sums"]))
    assert how(catalog, "sums,run=r") == {"ol:hive://meta,shop.orders": "run"}
    catalog.take_event(event("COMPLETE", "w", 2, [], [dataset("/lake/orders", "s3://bucket", symlinks=link)]))
    assert how(catalog, "sums,run=r") == {"ol:s3://bucket,/lake/orders,run=w": "run"}
    previous = {"lifecycleStateChange": "RENAME", "previousIdentifier": dataset("sums")}
    catalog.take_events(run_events("move", 5, 6, [], [dataset("totals", lifecycleStateChange=previous)]))
    assert how(catalog, "totals,run=move") == {"sums,run=r": "declared"}
    dropped = dataset("totals", lifecycleStateChange={"lifecycleStateChange": "DROP"})
    catalog.take_events(run_events("drop", 7, 8, [], [dropped]))
    assert one(catalog, "totals,run=move").metadata["dropped_at"].startswith("2026-03-01T00:00:08")
    catalog.take_events(run_events("again", 9, 10, [], ["totals"]))
    assert "dropped_at" not in one(catalog, "totals,run=again").metadata
    assert "dropped_at" in one(catalog, "totals,run=move").metadata


def test_events_of_jobs_and_datasets(catalog: CatalogBackend) -> None:
    described = {"eventTime": at(1), "dataset": dataset("orders", schema={"fields": [{"name": "id"}]})}
    job = {"eventTime": at(2), "job": {"namespace": "jobs", "name": "nightly"}}
    declared = {"inputs": [{**dataset("orders"), "type": "DATASET"}]}
    made = {"eventTime": at(3), "dataset": dataset("view", lineage=declared)}
    catalog.take_events([described, {**job, "inputs": [dataset("orders")], "outputs": [dataset("daily")]}, made])
    assert one(catalog, "orders").metadata["schema"] == [{"name": "id"}]
    assert how(catalog, "daily,run=job:jobs/nightly") == {"orders": "run"}
    assert how(catalog, f"view,run=dataset:{NAMESPACE}/view") == {"orders": "declared"}


def test_what_people_added_stays(catalog: CatalogBackend) -> None:
    catalog.take_events(run_events("r1", 1, 2, ["a"], ["b"]))
    b = f"ol:{NAMESPACE},b,run=r1"
    catalog.register(CatalogEntry(artifact_id=b, name="b", artifact_type="Dataset", tags={"stage": "production"}))
    catalog.register(CatalogEntry(artifact_id="note", name="note", artifact_type="Report"))
    catalog.add_parents(b, "note")
    catalog.set_alias("b", "good", b)
    catalog.take_event(event("COMPLETE", "r1", 2, ["c"]))
    entry = one(catalog, "b,run=r1")
    assert (entry.tags, entry.aliases) == ({"stage": "production"}, ["good"])
    assert sorted(entry.parent_ids) == ["note", f"ol:{NAMESPACE},a", f"ol:{NAMESPACE},c"]
    # An edge that would close a cycle with one of people is left out, and the event is taken.
    catalog.add_parents("note", f"ol:{NAMESPACE},c")
    catalog.register(CatalogEntry(artifact_id=f"ol:{NAMESPACE},d", name="d", artifact_type="Dataset", parent_ids=[b]))
    report = catalog.take_event(event("COMPLETE", "r1", 2, ["d"]))
    assert report.left_out[-1]["why"] == "it would close a cycle with parents that were added by hand"
    assert f"ol:{NAMESPACE},d" not in one(catalog, "b,run=r1").parent_ids


@pytest.mark.parametrize("put", [5, None, ["b"], "t", {"a": 5}])
def test_what_people_put_in_the_place_of_rules_and_columns(catalog: CatalogBackend, put: object) -> None:
    """It is shown nowhere, and later events write theirs again."""

    def made(column: str) -> Event:
        return dataset("b", columnLineage={"fields": {column: {"inputFields": [{**dataset("a"), "field": "x"}]}}})

    catalog.take_events(run_events("r1", 1, 2, ["a"], [made("total")]))
    a, b = f"ol:{NAMESPACE},a", f"ol:{NAMESPACE},b,run=r1"
    catalog.register(
        CatalogEntry(artifact_id=b, name="b", artifact_type="Dataset", metadata={"how": put, "columns": put})
    )
    assert catalog.upstream(b).how == {}
    with pytest.raises(InvalidInput, match="no column lineage"):
        catalog.upstream(b, column="t")
    catalog.register(CatalogEntry(artifact_id=b, name="b", artifact_type="Dataset", metadata={"columns": {"t": [put]}}))
    assert catalog.upstream(b, column="t").total == 0
    catalog.take_event(event("COMPLETE", "r1", 3, ["c"], [made("sum")]))
    assert how(catalog, "b,run=r1") == {"a": "columns"}
    assert [card.artifact_id for card in catalog.upstream(b, column="sum").nodes] == [a]


def test_what_people_deleted_stays_deleted(catalog: CatalogBackend) -> None:
    catalog.take_events(run_events("r1", 1, 2, ["a"], ["b"]))
    catalog.take_events(run_events("r2", 3, 4, ["b"], ["c"]))
    for key in ("a", "b,run=r1", "c,run=r2"):
        catalog.delete(f"ol:{NAMESPACE},{key}")
    # More of the same run, and another one that reads the same.
    report = catalog.take_event(event("COMPLETE", "r1", 2, ["more"]))
    why = "it was deleted in the catalog; undelete it to have events change it again"
    assert report.left_out == [{"what": f"artifact ol:{NAMESPACE},b,run=r1", "why": why, "times": 1}]
    report = catalog.take_events(run_events("r3", 5, 6, ["a", "b"], ["d"]))
    assert report.left_out == [{"what": f"artifact ol:{NAMESPACE},a", "why": why, "times": 1}]
    assert keys(catalog) == ["d,run=r3", "more"]
    above = catalog.upstream(f"ol:{NAMESPACE},d,run=r3").nodes
    assert {card.artifact_id.partition(",")[2]: card.state for card in above} == {"a": "deleted", "b,run=r1": "deleted"}
    catalog.undelete(f"ol:{NAMESPACE},b,run=r1")
    catalog.take_event(event("COMPLETE", "r1", 2.5, ["yet more"]))
    assert how(catalog, "b,run=r1") == {"a": "run", "more": "run", "yet more": "run"}


def test_what_events_ended_comes_back_with_them(catalog: CatalogBackend) -> None:
    catalog.take_events(run_events("r2", 3, 4, ["a"], ["b"]))
    catalog.take_events(run_events("r1", 1, 2, [], ["a"]))
    assert keys(catalog) == ["a,run=r1", "b,run=r2"]
    for seconds in (2.1, 2.2):
        catalog.take_event(event("FAIL", "r1", seconds))
        assert keys(catalog) == ["a", "b,run=r2"]
        catalog.take_event(event("COMPLETE", "r1", seconds + 0.05))
        assert keys(catalog) == ["a,run=r1", "b,run=r2"]
    # A deletion by a person is none by events, also where these have ended the artifact before.
    catalog.delete(f"ol:{NAMESPACE},a,run=r1")
    catalog.take_event(event("FAIL", "r1", 2.3))
    catalog.take_event(event("COMPLETE", "r1", 2.4))
    assert keys(catalog) == ["b,run=r2"]
    assert [card.state for card in catalog.upstream(f"ol:{NAMESPACE},b,run=r2").nodes] == ["deleted"]


def test_what_cannot_be_read(catalog: CatalogBackend) -> None:
    good = event("COMPLETE", "r", 1, [], ["x", {"namespace": 1, "name": "y"}])
    odd = [7, {}, {**good, "eventTime": "${json-unit.any-string}"}, {**good, "run": []}, {**good, "inputs": {"a": 1}}]
    report = catalog.take_events([*odd, good])
    assert (report.taken, [each["index"] for each in report.refused]) == (1, [0, 1, 2, 3, 4])
    assert "eventTime '${json-unit.any-string}' is not an instant" in report.refused[2]["reason"]
    assert [each["what"] for each in report.left_out] == ["a dataset of outputs"]
    assert keys(catalog) == ["x,run=r"]
    with pytest.raises(InvalidInput, match="eventTime"):
        catalog.take_event({**good, "eventTime": None})
    with pytest.raises(LimitExceeded, match="10,001 events"):
        catalog.take_events([good] * 10_001)
