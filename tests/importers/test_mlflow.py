"""MLflow: a real store is imported, and a training is recorded while it runs."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.artifact import CatalogEntry
from tests.support.environments import python_of

pytestmark = pytest.mark.slow
REPOSITORY = Path(__file__).parents[2]
STORE = Path(__file__).with_name("programs") / "mlflow_store.py"
RECORDED = f"""
import runpy, sys
from catalog_graph import ArtifactCatalog
from catalog_graph.integrations import mlflow
mlflow.enable(ArtifactCatalog(db_path=sys.argv[2]))
runpy.run_path({str(STORE)!r})
assert mlflow.flush(60)
mlflow.disable()
"""
LATE = """
import mlflow, sys, threading
from catalog_graph import ArtifactCatalog
from catalog_graph.integrations import mlflow as recording
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
recording.enable(ArtifactCatalog(db_path=sys.argv[2]))
client.set_registered_model_alias("fraud-production", "live", "1")
assert recording.flush(60)
read = mlflow.MlflowClient.get_registered_model
def late(self, name):
    registered = read(self, name)
    if threading.current_thread() is not threading.main_thread():
        mlflow.MlflowClient.get_registered_model = read
        client.delete_model_version(name, "1")
    return registered
mlflow.MlflowClient.get_registered_model = late
client.set_model_version_tag("fraud-detector", "1", "approved", "no")
assert recording.flush(60)
recording.disable()
"""
TWO = """
import mlflow, sys
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
with mlflow.start_run() as run:
    first, second = (client.create_logged_model("0", name, source_run_id=run.info.run_id) for name in ("one", "two"))
    mlflow.log_metric("loss", float("nan"), model_id=first.model_id)
    mlflow.log_metric("loss", 0.5, model_id=second.model_id)
    mlflow.log_metric("loss", float("nan"), model_id=first.model_id, step=2)
    mlflow.log_metric("worst", float("nan"))
"""
OUTAGE = """
import mlflow, sys
from catalog_graph import ArtifactCatalog, RemoteCatalogBackend
from catalog_graph.integrations import mlflow as recording
recording.enable(ArtifactCatalog(RemoteCatalogBackend("http://127.0.0.1:1/api/v1/catalog", tries=1)))
mlflow.set_tracking_uri(sys.argv[1])
mlflow.start_run()
mlflow.log_metric("auc", 0.9)
"""


@pytest.fixture(scope="module")
def python() -> Path:
    """Return the Python of the environment with MLflow, which has our dependencies too."""
    return python_of("importers")


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program with MLflow, and with this checkout."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("FLOWYML_", "CATALOG_GRAPH_"))
    }
    environment |= {"PYTHONPATH": str(REPOSITORY), "GIT_PYTHON_REFRESH": "quiet", "MLFLOW_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(
        [str(python), *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def import_into(python: Path, folder: Path, *options: str) -> str:
    uri = "sqlite:///mlflow.db"
    command = ["-m", "catalog_graph", "import", "mlflow", "--tracking-uri", uri, "--db", "catalog.db", *options]
    return run(python, *command, cwd=folder).stdout.strip()


def facts(catalog: ArtifactCatalog) -> dict[str, Any]:
    """Return what the catalog has of each artifact by its id, but for numbers of versions and unregistered parents."""
    return {
        entry.id: (entry.name, entry.artifact_type, sorted(entry.parent_ids), entry.tags, entry.metadata, entry.aliases)
        for entry in catalog.list_artifacts(limit=1000)
    }


def one(catalog: ArtifactCatalog, artifact_id: str) -> CatalogEntry:
    entry = catalog.get(artifact_id, exact=True)
    assert entry is not None, artifact_id
    return entry


def names(catalog: ArtifactCatalog, *artifact_ids: str) -> list[str]:
    return [one(catalog, artifact_id).name for artifact_id in artifact_ids]


def test_a_real_store_is_imported_and_recorded_alike(python: Path, tmp_path: Path) -> None:
    done = run(python, "-c", RECORDED, "sqlite:///mlflow.db", "recorded.db", cwd=tmp_path)
    ids = json.loads(done.stdout.strip().splitlines()[-1])
    printed = import_into(python, tmp_path)
    assert printed == "new 9, known 0, left out 4; history and aliases: new 1, known 0, left out 0."
    with ArtifactCatalog(db_path=tmp_path / "catalog.db") as catalog:
        base, tuned, challenger = (one(catalog, f"mlflow:model:{ids[key]}") for key in ("base", "tuned", "challenger"))
        assert names(catalog, *base.parent_ids) == ["transactions"]
        assert names(catalog, *tuned.parent_ids) == ["transactions", "fraud/encoder"]
        assert names(catalog, *challenger.parent_ids) == ["transactions"]
        evaluation = one(catalog, f"mlflow:run:{ids['evaluate']}")
        assert names(catalog, *evaluation.parent_ids) == ["holdout", "fraud/detector"]
        champion = catalog.get("fraud-detector@champion")
        assert champion is not None
        assert (champion.version, champion.parent_ids) == ("2", [tuned.id])
        assert champion.tags == {"approved": "yes"}
        assert champion.metadata["mlflow"]["model_tags"] == {"tier": "1"}
        production = one(catalog, catalog.resolve("fraud-production"))
        assert names(catalog, *production.parent_ids) == ["fraud-detector"]
        assert production.metadata["metrics"] == tuned.metadata["metrics"]
        assert [e.name for e in catalog.search("type:Model metrics.auc>=0.96 metrics.recall:0.8")] != []
        assert [e.id for e in catalog.search("params.lr<=0.1 team:payments")] == [base.id]
        assert (base.source_run_id, base.source_pipeline) == (ids["train"], "fraud")
        assert tuned.metadata["metrics"] == {"auc": 0.96, "recall": 0.8, "worst": "NaN"}
        measured = {(each["metric"], each.get("dataset")) for each in tuned.metadata["mlflow"]["evaluations"]}
        assert measured == {("auc", None), ("recall", "holdout")}
        assert catalog.get("transactions").uri == "s3://lake/transactions.parquet"  # type: ignore[union-attr]
        imported = facts(catalog)
    with ArtifactCatalog(db_path=tmp_path / "recorded.db") as recorded:
        assert {key: fact for key, fact in facts(recorded).items() if not key.endswith(ids["deleted"])} == imported


def test_a_second_import_is_incremental(python: Path, tmp_path: Path) -> None:
    program = "import sys, mlflow; mlflow.set_tracking_uri(sys.argv[1]); c = mlflow.MlflowClient(); "
    run(python, str(STORE), "sqlite:///mlflow.db", cwd=tmp_path)
    import_into(python, tmp_path)
    again = "new 0, known 9, left out {}; history and aliases: new 0, known 1, left out 0."
    assert import_into(python, tmp_path) == again.format(2)
    assert import_into(python, tmp_path, "--all") == again.format(4)
    with ArtifactCatalog(db_path=tmp_path / "catalog.db") as catalog:
        before = catalog.list_artifacts()
        catalog.register_many(replace(entry, metadata={"mlflow": 5}) for entry in before)
    assert import_into(python, tmp_path).startswith("new 0, known ")
    with ArtifactCatalog(db_path=tmp_path / "catalog.db") as catalog:
        catalog.register_many(before)
    later = (
        "c.set_registered_model_alias('fraud-detector', 'shadow', '1'); "
        "c.delete_registered_model_alias('fraud-detector', 'champion'); "
        "c.set_model_version_tag('fraud-detector', '1', 'approved', 'no')\n"
        "with mlflow.start_run(run_name='late', experiment_id='1'): mlflow.log_metric('auc', 0.5)"
    )
    run(python, "-c", program + later, "sqlite:///mlflow.db", cwd=tmp_path)
    assert import_into(python, tmp_path, "--experiment", "fraud").startswith("new 1, known 8, changed 1, left out 2")
    with ArtifactCatalog(db_path=tmp_path / "catalog.db") as catalog:
        assert [each.alias for each in catalog.aliases("fraud-detector")] == ["shadow"]


def test_a_copy_of_a_deleted_version_is_imported_and_recorded(python: Path, tmp_path: Path) -> None:
    program = "import sys, mlflow; mlflow.set_tracking_uri(sys.argv[1]); c = mlflow.MlflowClient(); "
    delete = "c.delete_model_version('fraud-detector', '2')"
    ids = json.loads(run(python, str(STORE), "sqlite:///mlflow.db", cwd=tmp_path).stdout.strip().splitlines()[-1])
    run(python, "-c", program + delete, "sqlite:///mlflow.db", cwd=tmp_path)
    done = run(python, "-c", LATE, "sqlite:///mlflow.db", "recorded.db", cwd=tmp_path)
    assert "not recorded" not in done.stderr
    command = ["-m", "catalog_graph", "import", "mlflow", "--tracking-uri", "sqlite:///mlflow.db", "--db", "catalog.db"]
    done = run(python, *command, cwd=tmp_path)
    assert "edge from version 2 of fraud-detector to version 1 of fraud-production: MLflow no longer" in done.stderr
    for name in ("catalog.db", "recorded.db"):
        with ArtifactCatalog(db_path=tmp_path / name) as catalog:
            production = catalog.get("fraud-production@live")
            assert production is not None
            # Of the run that made it, which it names beside the version that it was copied from.
            assert production.parent_ids == [f"mlflow:model:{ids['tuned']}"]
            assert production.metadata["metrics"]["auc"] == 0.96


def test_a_metric_of_a_run_that_is_not_a_number_is_of_the_models_that_have_it(python: Path, tmp_path: Path) -> None:
    run(python, "-c", TWO, "sqlite:///mlflow.db", cwd=tmp_path)
    import_into(python, tmp_path)
    with ArtifactCatalog(db_path=tmp_path / "catalog.db") as catalog:
        metrics = {entry.name: entry.metadata["metrics"] for entry in catalog.search("type:Model")}
    assert metrics == {"Default/one": {"loss": "NaN"}, "Default/two": {"loss": 0.5}}


def test_a_run_ends_well_while_the_catalog_is_down(python: Path, tmp_path: Path) -> None:
    done = run(python, "-c", OUTAGE, "sqlite:///mlflow.db", cwd=tmp_path)
    assert "MLflow is not recorded" in done.stderr
    assert import_into(python, tmp_path).startswith("new 1,")
    environment = {"cwd": tmp_path}
    missing = ["-m", "catalog_graph", "import", "mlflow", "--tracking-uri", "http://127.0.0.1:1", "--db", "catalog.db"]
    done = subprocess.run(
        [str(python), *missing],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"},
        capture_output=True,
        text=True,
        check=False,
        **environment,
    )
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr
