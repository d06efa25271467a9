"""A purge takes what events said of an artifact, and later events do not bring it back."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from tests.conftest import NewCatalog
from tests.local.test_purging import files
from tests.openlineage.events import NAMESPACE, Event, at, dataset, event, random_events, run_events
from tests.openlineage.plain import meaning
from tests.openlineage.test_any_order import lineage_of, sent
from tests.support.backends import stores

pytestmark = stores

Kept = Callable[..., list[str]]


@pytest.fixture
def catalog(new_catalog: NewCatalog) -> CatalogBackend:
    return new_catalog()


@pytest.fixture
def kept(catalog: CatalogBackend, request: pytest.FixtureRequest) -> Kept:
    """Return a function that returns those of some words that anything in the store of `catalog` holds."""

    def everything() -> str:
        if isinstance(catalog, LocalCatalogBackend):
            return files(catalog.db_path).decode(errors="replace")
        driver, settings = (request.getfixturevalue(f"neo4j_{name}") for name in ("driver", "settings"))
        rows = driver.execute_query("MATCH (n) RETURN labels(n), properties(n)", database_=settings.database).records
        return str([[*row] for row in rows]).lower()

    def kept(*words: str) -> list[str]:
        store = everything()
        return [word for word in words if word in store]

    return kept


def ol(key: str) -> str:
    return f"ol:{NAMESPACE},{key}"


def described(name: str, word: str, **facets: Any) -> Event:
    """Return a dataset of which every facet holds a word."""
    stated = {
        "documentation": {"description": f"{word}-text"},
        "schema": {"fields": [{"name": f"{word}-column", "type": "int"}]},
        "dataSource": {"name": word, "uri": f"{word}://source"},
        "ownership": {"owners": [{"name": word}]},
        "datasetType": {"datasetType": f"{word}_TYPE"},
        "symlinks": {"identifiers": []},
    }
    return dataset(name, **(stated | facets))


def run_of(word: str, *outputs: Event) -> list[Event]:
    """Return the events of a run whose job, pipeline and outputs hold a word."""
    columns = {
        f"{word}-column": {"inputs": [{**dataset("raw"), "type": "DATASET", "field": f"{word}-source"}]},
    }
    entries = [{**dataset(each["name"]), "type": "DATASET", "fields": columns} for each in outputs]
    parent = {"parent": {"run": {"runId": "dag"}, "job": {"namespace": "airflow", "name": f"{word}-pipeline"}}}
    job_facets = {"lineage": {"entries": entries}, "jobType": {"processingType": "BATCH", "integration": word}}
    return run_events("r1", 1, 2, ["raw"], outputs, job=f"{word}-job", run_facets=parent, job_facets=job_facets)


def test_what_events_said_of_it(catalog: CatalogBackend, kept: Kept) -> None:
    columns = {"fields": {"sesame": {"inputFields": [{**dataset("rates"), "field": "sesame"}]}}}
    statistics = {"outputStatistics": {"rowCount": 1, "fileCount": 2, "sesame": "sesame"}}
    output = described("out", "sesame", columnLineage=columns) | {"outputFacets": statistics}
    events = run_of("sesame", output)
    catalog.take_events([*events, event("START", "r2", 3, [described("out", "sesame")])])
    catalog.take_events(run_events("r3", 4, 5, ["out"], ["child"]))
    before = lineage_of(catalog)
    assert catalog.get_many([ol("out,run=r1")])[0].source_step == "sesame-job"  # type: ignore[union-attr]
    assert kept("sesame")
    catalog.purge(ol("out,run=r1"), force=True)
    assert not kept("sesame")
    # What comes again, and what comes later, leaves it as it is.
    later = [event("COMPLETE", "r1", 2.5, ["raw"], [output], job="sesame-job"), event("START", "r4", 9, [output])]
    report = catalog.take_events([*events, *later])
    assert {each["what"] for each in report.left_out if each["what"].startswith("artifact")} == {
        f"artifact {ol('out,run=r1')}"
    }
    assert not kept("sesame")
    assert lineage_of(catalog) == {i: how for i, how in before.items() if i != ol("out,run=r1")}
    assert [card.artifact_id for card in catalog.upstream(ol("child,run=r3")).nodes] == [
        ol("out,run=r1"),
        ol("raw"),
    ]


def test_what_they_said_of_others_stays(catalog: CatalogBackend, kept: Kept) -> None:
    events = run_of("shared", described("out", "sesame"), described("other", "other"))
    catalog.take_events([*events, *run_events("r2", 3, 4, [described("out", "reader")], [described("out", "second")])])
    catalog.purge(ol("out,run=r1"), force=True)
    catalog.take_events(events)
    assert not kept("sesame")
    assert kept("reader-text")
    [second, other] = catalog.get_many([ol("out,run=r2"), ol("other,run=r1")])
    assert second is not None
    assert other is not None
    assert (second.metadata["documentation"], other.metadata["documentation"]) == ("second-text", "other-text")
    assert (other.source_step, other.source_pipeline) == ("shared-job", "shared-pipeline")
    # An event that changes them finds what was said of them before.
    catalog.take_event(event("COMPLETE", "r1", 2, ["more"], job="shared-job"))
    [other] = catalog.get_many([ol("other,run=r1")])
    assert (other.metadata["documentation"], other.source_pipeline) == ("other-text", "shared-pipeline")  # type: ignore[union-attr]
    catalog.purge(ol("out,run=r2"), force=True)
    assert not kept("reader", "second")
    catalog.purge(ol("other,run=r1"), force=True)
    assert not kept("shared", "other-")


def test_a_version_that_a_facet_names(catalog: CatalogBackend, kept: Kept) -> None:
    version = {"version": {"datasetVersion": 7, "sesame": "sesame"}}
    output = described("out", "sesame", **version)
    reader = run_events("r2", 3, 4, [output], ["child"])
    catalog.take_events([*run_of("sesame", output), *reader])
    catalog.purge(ol("out,version=7"), force=True)
    assert not kept("sesame")
    catalog.take_events([*run_of("sesame", output), *reader, *run_events("r3", 5, 6, ["child"], [output])])
    assert not kept("sesame")
    assert catalog.get(ol("out,version=7")) is None
    # What the run says of another version is of another artifact.
    other = described("out", "second", version={"datasetVersion": 8})
    catalog.take_event(event("COMPLETE", "r1", 3, [], [other], job="second-job"))
    [second] = catalog.get_many([ol("out,version=8")])
    assert (second.metadata["documentation"], second.source_step) == ("second-text", "second-job")  # type: ignore[union-attr]
    assert not kept("sesame")


def test_what_no_run_made(catalog: CatalogBackend, kept: Kept) -> None:
    event_of_dataset = {"eventTime": at(1), "dataset": described("raw", "sesame")}
    read = event("START", "r1", 2, [described("raw", "sesame")])
    declared = {"lineage": {"inputs": [{**dataset("raw"), "type": "DATASET"}]}}
    view = {"eventTime": at(3), "dataset": described("view", "glimpse", **declared)}
    catalog.take_events([event_of_dataset, read, view, *run_events("r2", 4, 5, [], [described("raw", "made")])])
    catalog.purge(ol("raw"), force=True)
    catalog.take_events([event_of_dataset, read])
    assert not kept("sesame")
    assert catalog.get_many([ol("raw,run=r2")])[0].metadata["documentation"] == "made-text"  # type: ignore[union-attr]
    made = f"view,run=dataset:{NAMESPACE}/view"
    catalog.purge(ol(made))
    catalog.take_events([view])
    assert not kept("glimpse")


def test_other_names_of_its_dataset(catalog: CatalogBackend, kept: Kept) -> None:
    link = {"symlinks": {"identifiers": [dataset("alias", "hive://meta")]}}
    read = event("START", "r2", 3, [described("alias", "sesame") | {"namespace": "hive://meta"}])
    catalog.take_events([*run_events("r1", 1, 2, [], [described("out", "sesame", **link)]), read])
    assert [entry.artifact_id for entry in catalog.iterate()] == [ol("out,run=r1")]
    catalog.purge(ol("out,run=r1"))
    catalog.take_events([read, *run_events("r3", 4, 5, [dataset("alias", "hive://meta")], ["child"])])
    assert not kept("sesame")
    assert catalog.get_many([ol("child,run=r3")])[0].parent_ids == [ol("out,run=r1")]  # type: ignore[union-attr]


def test_what_events_had_ended(catalog: CatalogBackend, kept: Kept) -> None:
    catalog.take_events(run_of("sesame", described("out", "sesame")))
    catalog.take_event(event("FAIL", "r1", 3, job="sesame-job"))
    assert catalog.get(ol("out,run=r1")) is None
    catalog.purge(ol("out,run=r1"))
    assert not kept("sesame")
    catalog.take_event(event("COMPLETE", "r1", 4, [], [described("out", "sesame")]))
    assert catalog.get(ol("out,run=r1")) is None
    assert not kept("sesame")


def test_long_names(catalog: CatalogBackend, kept: Kept) -> None:
    """Ids hold no more than the beginnings of them."""
    long = [event(kind, "%2," * 100, 1, [], [described("x" * 300, "sesame")]) for kind in ("START", "COMPLETE")]
    catalog.take_events(long)
    [entry] = catalog.iterate()
    catalog.purge(entry.artifact_id)
    catalog.take_events(long)
    assert not kept("sesame")


def test_a_copy_that_carries_the_purge(catalog: CatalogBackend, kept: Kept, tmp_path: Path) -> None:
    events = run_of("sesame", described("out", "sesame"))
    catalog.take_events(events)
    with LocalCatalogBackend(tmp_path / "other.db") as other:
        other.import_records(list(catalog.export_records()))
        other.purge(ol("out,run=r1"))
        records = list(other.export_records())
    catalog.import_records(records)
    assert catalog.get(ol("out,run=r1")) is None
    assert not kept("sesame")
    catalog.take_events(events)
    assert not kept("sesame")


@pytest.mark.parametrize("seed", range(3))
def test_interleaved_events(catalog: CatalogBackend, kept: Kept, seed: int) -> None:
    """Purges in between change nothing for others, and events say nothing of what is purged."""
    choose = random.Random(seed)
    events = random_events(100, seed)
    for each in events:
        for output in each["outputs"]:
            output.setdefault("facets", {})["documentation"] = {"description": f"<{each['run']['runId']}>"}
    half = len(events) // 2
    sent(catalog, events[:half], seed)
    purged = choose.sample(sorted(lineage_of(catalog)), 8)
    for artifact_id in purged:
        catalog.purge(artifact_id, force=True)
    rest = events[half:] + choose.sample(events[:half], half)
    assert sent(catalog, rest, seed) == {i: how for i, how in meaning(events).items() if i not in purged}
    left = json.dumps([entry.metadata for entry in catalog.iterate()])
    for run in [i.partition(",run=")[2] for i in purged if ",run=" in i]:
        # What is left of the run is of its other outputs.
        assert not kept(f"<{run}>") or f"<{run}>" in left
