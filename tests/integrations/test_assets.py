"""Assets and content from outside a run: the same value read again is the same artifact."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from flowyml import Checkpoint, Dataset, FeatureSet, Metrics, Model

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CatalogWarning
from catalog_graph.integrations import flowyml as lineage
from tests.support.pipelines import a_step, edges, only, registered, run


class Unhashable:
    """A model of a type without a content hash."""


def test_an_asset_is_registered_under_its_own_id_with_what_it_says(recorded: CatalogBackend) -> None:
    def train() -> Model:
        return Model.create(data={"w": 1}, name="detector", tags={"team": "fraud"}, architecture="tree")

    result = run("training", a_step(train, outputs=["model"]))

    model = only(recorded, "train_output")
    assert model.artifact_id == result.outputs["model"].asset_id
    assert model.artifact_type == "Model"
    assert model.tags == {"output": "model", "asset": "detector", "team": "fraud"}
    assert model.metadata["properties"]["architecture"] == "tree"
    assert model.content_hash


def test_parents_that_assets_name_are_honoured(recorded: CatalogBackend) -> None:
    bought = Dataset.create(data=[1, 2], name="bought")

    def load() -> Dataset:
        return Dataset.create(data=[3, 4], name="raw", parent=bought)

    def build(raw: Dataset) -> Model:
        features = FeatureSet.create(data=[[3.0], [4.0]], name="features", parent=raw)
        return Model.create(data="w", name="model", parent=features, trained_on=raw)

    run("assets", a_step(load, outputs=["raw"]), a_step(build, inputs=["raw"], outputs=["model"]))

    assert edges(recorded) == {
        "bought:1",
        "load_output:1 <- bought:1",
        "features:1 <- load_output:1",
        "build_output:1 <- load_output:1",
        "build_output:1 <- features:1",
    }
    assert only(recorded, "features").source_step == "build"
    assert only(recorded, "bought").source_step == ""


def test_parents_that_only_the_metadata_names_wait_to_be_registered(recorded: CatalogBackend) -> None:
    def load() -> Dataset:
        dataset = Dataset.create(data=[1], name="raw")
        dataset.metadata.parent_ids.append("warehouse/table/7")
        return dataset

    run("named", a_step(load, outputs=["raw"]))

    assert edges(recorded) == {"load_output:1 <- unregistered warehouse/table/7"}


@pytest.mark.parametrize("is_another_process", [False, True])
def test_two_pipelines_share_an_asset(recorded: CatalogBackend, is_another_process: bool) -> None:
    def make() -> Dataset:
        return Dataset.create(data=[1, 2, 3], name="shared")

    shared = run("first", a_step(make, outputs=["shared"])).outputs["shared"]
    if is_another_process:
        shared = pickle.loads(pickle.dumps(shared))
        lineage.disable()
        lineage.enable()
    second = a_step(lambda shared: sum(shared.data), name="total", outputs=["total"])
    third = a_step(lambda shared: max(shared.data), name="top", outputs=["top"])
    run("second", second, inputs={"shared": shared})
    run("third", third, inputs={"shared": shared})

    assert edges(recorded) == {"make_output:1", "total_output:1 <- make_output:1", "top_output:1 <- make_output:1"}
    assert only(recorded, "make_output").source_pipeline == "first"


def test_an_asset_that_steps_load_is_their_outputs_parent(recorded: CatalogBackend) -> None:
    shared = Dataset.create(data=[1, 2, 3], name="shared")

    def load() -> Dataset:
        return shared

    def size(shared: Dataset) -> int:
        return len(shared.data)

    steps = (
        a_step(load, outputs=["shared"], cache=False),
        a_step(size, inputs=["shared"], outputs=["size"], cache=False),
    )
    run("first", *steps)
    run("second", *steps)

    assert edges(recorded) == {
        "shared:1",
        "load_output:1 <- shared:1",
        "load_output:2 <- shared:1",
        "size_output:1 <- load_output:1",
        "size_output:2 <- load_output:2",
    }


def test_an_asset_that_is_handed_through_is_read_under_its_last_name(recorded: CatalogBackend) -> None:
    def make() -> Dataset:
        return Dataset.create(data=[1], name="data")

    def mark(data: Dataset) -> Dataset:
        data.add_tag("checked", "yes")
        return data

    run(
        "through",
        a_step(make, outputs=["data"]),
        a_step(mark, inputs=["data"], outputs=["checked data"]),
        a_step(lambda checked: checked.data, name="use", inputs=["checked data"], outputs=["used"]),
    )

    assert edges(recorded) == {
        "make_output:1",
        "mark_output:1 <- make_output:1",
        "use_output:1 <- mark_output:1",
    }


@pytest.mark.parametrize("is_another_process", [False, True])
def test_the_same_content_from_outside_is_the_same_artifact(
    recorded: CatalogBackend, folder: Path, is_another_process: bool
) -> None:
    step = a_step(lambda table: table["rows"][0], name="head", outputs=["head"], cache=False)
    path = a_step(lambda file: file.read_text(), name="text", outputs=["text"], cache=False)
    file = folder / "data.csv"
    file.write_text("a,b\n")
    for _ in range(2):
        run("reading", step, inputs={"table": {"rows": [1, 2]}})
        run("reading", path, inputs={"file": file})
        if is_another_process:
            lineage.disable()
            lineage.enable()

    assert edges(recorded) == {
        "table:1",
        "file:1",
        "head_output:1 <- table:1",
        "head_output:2 <- table:1",
        "text_output:1 <- file:1",
        "text_output:2 <- file:1",
    }


def test_content_that_another_pipeline_made_is_read_as_its_artifact(recorded: CatalogBackend) -> None:
    made = run("first", a_step(lambda: [5, 6, 7], name="make", outputs=["rows"])).outputs["rows"]
    lineage.disable()
    lineage.enable()
    run("second", a_step(lambda rows: rows[0], name="head", outputs=["head"]), inputs={"rows": list(made)})

    assert edges(recorded) == {"make_output:1", "head_output:1 <- make_output:1"}


def test_a_frame_is_known_by_its_content(recorded: CatalogBackend) -> None:
    import pandas as pd

    def make() -> pd.DataFrame:
        return pd.DataFrame({"amount": range(1000), "card": "x"})

    def total(frame: pd.DataFrame) -> int:
        return int(frame["amount"].sum())

    run("first", a_step(make, outputs=["frame"], cache=False))
    lineage.disable()
    lineage.enable()
    run("second", a_step(total, outputs=["total"]), inputs={"frame": make()})

    assert edges(recorded) == {"make_output:1", "total_output:1 <- make_output:1"}


def test_settings_from_outside_are_parameters(recorded: CatalogBackend) -> None:
    step = a_step(lambda rows, least, mode: rows, name="keep", outputs=["kept"])
    run("settings", step, inputs={"rows": [1], "least": 0.5, "mode": "fast"})

    assert edges(recorded) == {"rows:1", "keep_output:1 <- rows:1"}
    assert only(recorded, "keep_output").metadata["parameters"] == {"least": 0.5, "mode": "fast"}


def test_metrics_of_assets(recorded: CatalogBackend) -> None:
    run(
        "metrics",
        a_step(lambda: Metrics.create(name="m", f1=0.9, note="good"), name="rate", outputs=["metrics"]),
        a_step(lambda: 0.25, name="lose", outputs=["loss"]),
        a_step(
            lambda: Checkpoint(name="c", data=1, epoch=3, metrics={"loss": 0.1}), name="save", outputs=["checkpoint"]
        ),
    )

    metrics = {entry.name: entry.metadata.get("metrics") for entry in registered(recorded)}
    assert metrics == {"rate_output": {"f1": 0.9}, "lose_output": {"loss": 0.25}, "save_output": {"loss": 0.1}}


def test_assets_that_are_each_others_parents_lose_one_edge_and_nothing_else(recorded: CatalogBackend) -> None:
    def make() -> Dataset:
        first = Dataset.create(data=[1], name="first")
        second = Dataset.create(data=[2], name="second", parent=first)
        first.parents.append(second)
        return second

    def record() -> None:
        run("circle", a_step(make, outputs=["second"]), a_step(lambda second: 1, name="use", inputs=["second"]))
        lineage.disable()

    with pytest.warns(CatalogWarning, match="would derive from itself"):
        record()
    assert "use_output:1 <- make_output:1" in edges(recorded)
    assert len(registered(recorded)) == 3


def test_a_run_that_goes_on_from_its_checkpoint(recorded: CatalogBackend) -> None:
    is_up = False

    def fit() -> Unhashable:
        return Unhashable()

    def publish(model: Unhashable) -> str:
        if not is_up:
            raise OSError("no connection")
        return "published"

    steps = (
        a_step(fit, outputs=["model"], cache=False),
        a_step(publish, inputs=["model"], outputs=["address"], cache=False),
    )
    assert not run("resumed", *steps, run_id="run-7").success
    lineage.disable()
    lineage.enable()
    is_up = True
    assert run("resumed", *steps, run_id="run-7").success

    assert edges(recorded) == {"fit_output:1", "publish_output:1 <- fit_output:1"}
