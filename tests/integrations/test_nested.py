"""Pipelines within steps of pipelines."""

from __future__ import annotations

from functools import partial

import pandas as pd
from flowyml import Pipeline
from flowyml.core.dynamic import dynamic
from flowyml.core.subpipeline import sub_pipeline

from catalog_graph.backends.base import CatalogBackend
from tests.support.pipelines import a_step, edges, run


def inner(*steps: object) -> Pipeline:
    pipeline = Pipeline("inner", enable_cache=False)
    pipeline.add_steps(list(steps))
    # FlowyML runs the pipeline of a dynamic step with its web interface, a process that nobody stops.
    pipeline.run = partial(pipeline.run, auto_start_ui=False)
    return pipeline


def test_what_a_sub_pipeline_made_is_where_its_step_has_it_from(recorded: CatalogBackend) -> None:
    preparing = inner(
        a_step(lambda: [2, 1], name="collect", outputs=["collected"]),
        a_step(lambda collected: sorted(collected), name="sort", inputs=["collected"], outputs=["sorted"]),
    )

    run(
        "outer",
        sub_pipeline(preparing, name="prepare", outputs=["sorted"]),
        a_step(lambda sorted: sorted["sorted"][0], name="least", inputs=["sorted"], outputs=["least"]),
        enable_cache=False,
    )

    # FlowyML returns from a sub-pipeline everything that any of its steps made.
    assert edges(recorded) == {
        "collect_output:1",
        "sort_output:1 <- collect_output:1",
        "prepare_output:1 <- collect_output:1",
        "prepare_output:1 <- sort_output:1",
        "least_output:1 <- prepare_output:1",
    }


def test_a_pipeline_inside_a_step_reads_the_inputs_of_that_step(recorded: CatalogBackend) -> None:
    def load() -> list[int]:
        return [3, 4]

    def search(rows: list[int]) -> float:
        tried = inner(a_step(lambda rows: max(rows) / 2, name="try", outputs=["tried"]))
        return tried.run(inputs={"rows": rows}).outputs["tried"]

    run("outer", a_step(load, outputs=["rows"]), a_step(search, inputs=["rows"], outputs=["found"]), enable_cache=False)

    assert edges(recorded) == {
        "load_output:1",
        "try_output:1 <- load_output:1",
        "search_output:1 <- load_output:1",
    }


def test_a_dynamic_step(recorded: CatalogBackend) -> None:
    @dynamic(outputs=["frame"])
    def grow(outputs: dict[str, object]) -> Pipeline:
        return inner(a_step(lambda: pd.DataFrame({"a": [1]}), name="make", outputs=["frame"]))

    run(
        "outer",
        grow,
        a_step(lambda frame: len(frame), name="count", inputs=["frame"], outputs=["count"]),
        enable_cache=False,
    )

    # FlowyML runs the pipeline of a dynamic step twice, and hands on an object of all that the second run made.
    assert edges(recorded) == {
        "make_output:1",
        "make_output:2",
        "frame:1 <- make_output:2",
        "count_output:1 <- frame:1",
    }
