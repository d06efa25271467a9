"""ML Metadata: stores that its own library wrote, a small one, and a large one."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog, InvalidInput
from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import RegistrationWarning
from catalog_graph.integrations.mlmd import Store
from tests.support.environments import python_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="ML Metadata needs Python 3.11"),
]
PROGRAM = Path(__file__).with_name("programs") / "mlmd_store.py"


def store(folder: Path) -> Path:
    path = folder / "kubeflow.db"
    subprocess.run([str(python_of("mlmd")), str(PROGRAM), str(path)], check=True, capture_output=True)
    return path


def test_a_real_store(tmp_path: Path) -> None:
    path = store(tmp_path)
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    result = catalog.import_from(Store(path))
    assert (result.new, result.left_out) == (3, 2)
    assert result.reasons == [
        "edge from artifact 1 to itself: an execution reads what it writes",
        "execution 4: it read and wrote nothing",
    ]
    [detector] = catalog.search("type:Model metrics.auc>=0.9 params.lr:0.1 params.epochs:3")
    assert (detector.id, detector.name, detector.uri) == ("mlmd:kubeflow:2", "detector", "s3://models/1")
    assert (detector.source_step, detector.source_pipeline) == ("train", "fraud")
    assert detector.source_run_id == "fraud-run-1"
    assert detector.parent_ids == ["mlmd:kubeflow:1"]
    assert detector.metadata["metrics"] == {"auc": 0.93}
    assert detector.metadata["mlmd"]["execution_state"] == "complete"
    evaluation = catalog.get("evaluate")
    assert evaluation is not None
    assert (evaluation.artifact_type, evaluation.parent_ids) == ("Execution", [detector.id])
    raw = catalog.get("raw")
    assert raw is not None
    assert raw.metadata["mlmd"]["properties"] == {"rows": 9}
    assert catalog.import_from(Store(path)).known == 3
    # The file stays as it was, and a store of the same numbers under another name is another one.
    assert catalog.import_from(Store(path, "other")).new == 3


def test_a_store_with_states_and_types_that_are_not_known(tmp_path: Path) -> None:
    path = store(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE Artifact SET state = 99")
        connection.execute("UPDATE Execution SET last_known_state = 98")
        connection.execute("DELETE FROM Type WHERE name != 'system.Model'")
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    with pytest.warns(RegistrationWarning, match="'mlmd:kubeflow:1' is not the id of an artifact"):
        result = catalog.import_from(Store(path))
    assert result.new == 2
    assert any(re.fullmatch(r"artifact 1: its type \d+ is not in the store", reason) for reason in result.reasons)
    detector = catalog.get("detector")
    assert detector is not None
    assert (detector.source_step, detector.parent_ids) == ("train", ["mlmd:kubeflow:1"])
    details = detector.metadata["mlmd"]
    assert (details["state"], details["execution_state"]) == ("99", "98")
    assert sorted(details["contexts"].values()) == ["fraud", "fraud-run-1"]


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be read as one" * 20])
def test_a_file_that_is_no_store(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(InvalidInput, match="name the SQLite file of an ML Metadata store"):
        Store(tmp_path / "x.db")


def grow(path: Path, count: int) -> None:
    """Add artifacts to a store until there are `count`, each made from the first one by the first execution."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE Artifact SET name = NULL")
        for table, columns in (
            ("Artifact", "type_id, uri, state, create_time_since_epoch, last_update_time_since_epoch"),
            ("Event", "execution_id, type, milliseconds_since_epoch"),
        ):
            key, model = ("id", "id = 2") if table == "Artifact" else ("artifact_id", "artifact_id = 2 AND type = 4")
            connection.execute(
                f"WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
                f"INSERT INTO {table} ({key}, {columns}) SELECT i, {columns} FROM n, {table} WHERE {model}"
            )


def test_memory_does_not_depend_on_the_size_of_a_store(tmp_path: Path) -> None:
    path = store(tmp_path)
    grow(path, 30_000)
    tracemalloc.start()
    peaks = []
    for count, item in enumerate(Store(path).items(lambda ids: [None] * len(ids)), 1):
        if isinstance(item, CatalogEntry) and item.artifact_id == "mlmd:kubeflow:29999":
            assert item.parent_ids == ["mlmd:kubeflow:1"]
        if count in (5_000, 30_001):
            peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert len(peaks) == 2
    assert peaks[1] < peaks[0] + 1_000_000, peaks
