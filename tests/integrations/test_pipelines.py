"""Pipelines of every shape, unchanged; the expected lineage of each is written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flowyml import If, context, map_task, when
from flowyml.core.executor import DistributedExecutor, Executor, LocalExecutor

from catalog_graph.backends.base import CatalogBackend
from tests.support.pipelines import a_step, edges, only, registered, run


def load() -> list[int]:
    return [3, 1, 2]


def test_a_chain_with_its_run_its_parameters_and_its_metrics(recorded: CatalogBackend) -> None:
    def scale(rows: list[int], factor: float) -> list[float]:
        return [row * factor for row in rows]

    def score(scaled: list[float]) -> dict[str, Any]:
        return {"mean": sum(scaled) / 3, "best": max(scaled), "note": "fine"}

    result = run(
        "scoring",
        a_step(load, outputs=["rows"]),
        a_step(scale, inputs=["rows"], outputs=["scaled"], tags={"team": "fraud"}),
        a_step(score, inputs=["scaled"], outputs=["scores"]),
        context=context(factor=0.5, unused=1),
    )

    assert edges(recorded) == {"load_output:1", "scale_output:1 <- load_output:1", "score_output:1 <- scale_output:1"}
    scaled = only(recorded, "scale_output")
    assert (scaled.artifact_type, scaled.source_step, scaled.source_pipeline) == ("list", "scale", "scoring")
    assert scaled.source_run_id == result.run_id
    assert scaled.metadata["parameters"] == {"factor": 0.5}
    assert scaled.metadata["flowyml"]["inputs"] == {"rows": only(recorded, "load_output").artifact_id}
    assert scaled.tags == {"team": "fraud", "output": "scaled"}
    assert only(recorded, "score_output").metadata["metrics"] == {"mean": 1.0, "best": 1.5}


def test_branches_and_a_join(recorded: CatalogBackend) -> None:
    def low(rows: list[int]) -> list[int]:
        return [row for row in rows if row < 3]

    def high(rows: list[int]) -> list[int]:
        return [row for row in rows if row > 1]

    def join(first: list[int], second: list[int]) -> list[int]:
        return first + second

    run(
        "branching",
        a_step(load, outputs=["rows"]),
        a_step(low, inputs=["rows"], outputs=["low"]),
        a_step(high, inputs=["rows"], outputs=["high"]),
        a_step(join, inputs=["low", "high"], outputs=["joined"]),
    )

    assert edges(recorded) == {
        "load_output:1",
        "low_output:1 <- load_output:1",
        "high_output:1 <- load_output:1",
        "join_output:1 <- low_output:1",
        "join_output:1 <- high_output:1",
    }


def test_several_outputs_are_distinguished(recorded: CatalogBackend) -> None:
    # FlowyML checks type hints as if a step had one output, so these steps have no hints.
    def split(rows):
        return rows[:2], rows[2:]

    def train(train):
        return {"weights": train, "log": [0]}

    def check(test, weights):
        return test != weights

    run(
        "splitting",
        a_step(load, outputs=["rows"]),
        a_step(split, inputs=["rows"], outputs=["train", "test"]),
        a_step(train, inputs=["train"], outputs=["weights", "log"]),
        a_step(check, inputs=["test", "weights"], outputs=["ok"]),
    )

    assert edges(recorded) == {
        "load_output:1",
        "split_output:1 <- load_output:1",
        "train:1 <- split_output:1",
        "test:1 <- split_output:1",
        "train_output:1 <- train:1",
        "weights:1 <- train_output:1",
        "log:1 <- train_output:1",
        "check_output:1 <- test:1",
        "check_output:1 <- weights:1",
    }


def test_equal_scalars_are_distinguished_by_their_names(recorded: CatalogBackend) -> None:
    run(
        "scalars",
        a_step(lambda: 1, name="one", outputs=["one"]),
        a_step(lambda: 1, name="uno", outputs=["uno"]),
        a_step(lambda a, b: a + b, name="both", inputs=["one", "uno"], outputs=["two"]),
        a_step(lambda uno: uno, name="second", inputs=["uno"], outputs=["three"]),
    )

    assert edges(recorded) == {
        "one_output:1",
        "uno_output:1",
        "both_output:1 <- one_output:1",
        "both_output:1 <- uno_output:1",
        "second_output:1 <- uno_output:1",
    }


def test_what_is_declared_but_not_read_is_no_parent(recorded: CatalogBackend) -> None:
    run(
        "declared",
        a_step(load, outputs=["rows"]),
        a_step(lambda: [9], name="other", outputs=["other"]),
        a_step(lambda rows: rows[:1], name="first", inputs=["rows", "other"], outputs=["first"]),
        a_step(lambda: "ok", name="waits", inputs=["first"], outputs=["waited"]),
        a_step(lambda rows: rows, name="overridden", inputs=["rows"], outputs=["context"]),
        context=context(rows=[7]),
    )

    # FlowyML hands a step the value of the context where an input has the same name.
    assert edges(recorded) == {
        "load_output:1",
        "other_output:1",
        "first_output:1",
        "waits_output:1",
        "overridden_output:1",
    }


def test_a_failing_step_writes_nothing(recorded: CatalogBackend) -> None:
    def fail(rows: list[int]) -> None:
        raise ValueError("no such column")

    result = run(
        "failing",
        a_step(load, outputs=["rows"]),
        a_step(fail, inputs=["rows"], outputs=["never"]),
        a_step(lambda never: never, name="after", inputs=["never"], outputs=["neither"]),
    )

    assert not result.success
    assert edges(recorded) == {"load_output:1"}


def test_a_step_that_is_tried_again_writes_once(recorded: CatalogBackend) -> None:
    tries = []

    def flaky(rows: list[int]) -> list[int]:
        tries.append(rows)
        if len(tries) == 1:
            raise OSError("connection lost")
        return rows[::-1]

    run("retrying", a_step(load, outputs=["rows"]), a_step(flaky, inputs=["rows"], outputs=["turned"], retry=1))

    assert len(tries) == 2
    assert edges(recorded) == {"load_output:1", "flaky_output:1 <- load_output:1"}
    flaky_output = only(recorded, "flaky_output")
    assert flaky_output.metadata["flowyml"]["retries"] == 1
    assert flaky_output.metadata["flowyml"]["inputs"] == {"rows": only(recorded, "load_output").artifact_id}


def test_map_steps(recorded: CatalogBackend) -> None:
    @map_task(concurrency=2, inputs=["rows"], outputs=["all"])
    def double(rows: Any) -> Any:
        return rows * 2

    @map_task(concurrency=2)
    def square(row: int) -> int:
        return row * row

    def squares(rows: list[int]) -> list[int]:
        return square(rows).results

    run(
        "mapping",
        a_step(load, outputs=["rows"]),
        double,
        a_step(squares, inputs=["rows"], outputs=["squares"]),
        a_step(lambda squares, all: squares + all, name="end", inputs=["squares", "all"], outputs=["end"]),
    )

    assert edges(recorded) == {
        "load_output:1",
        "double_output:1 <- load_output:1",
        "squares_output:1 <- load_output:1",
        "end_output:1 <- squares_output:1",
        "end_output:1 <- double_output:1",
    }


@pytest.mark.parametrize(("least", "taken"), [(2, "deploy"), (5, "alarm")])
def test_conditional_steps(recorded: CatalogBackend, least: int, taken: str) -> None:
    def deploy(model: list[int], score: int) -> str:
        return f"{model} {score}"

    def alarm(score: int) -> str:
        return f"too low: {score}"

    skipped = a_step(lambda model: model, name="skipped", inputs=["model"], condition=lambda model: len(model) > 100)
    run(
        "deciding",
        a_step(lambda: [0.5], name="train", outputs=["model"]),
        a_step(lambda model: 3, name="rate", inputs=["model"], outputs=["score"]),
        skipped,
        flows=(If(lambda ctx: ctx.steps["rate"].outputs["score"] >= least, then_step=deploy, else_step=alarm),),
    )

    expected = {"train_output:1", "rate_output:1 <- train_output:1", f"{taken}_output:1 <- rate_output:1"}
    if taken == "deploy":
        expected.add("deploy_output:1 <- train_output:1")
    assert edges(recorded) == expected


def test_a_step_that_decides_for_itself(recorded: CatalogBackend) -> None:
    @when(lambda rows: len(rows) > 100)
    def large(rows: list[int]) -> list[int]:
        return rows

    run("deciding", a_step(load, outputs=["rows"]), a_step(large, inputs=["rows"], outputs=["large"]))

    assert edges(recorded) == {"load_output:1", "large_output:1 <- load_output:1"}
    assert only(recorded, "large_output").artifact_type == "SkippedExecution"


@pytest.mark.parametrize("executor", [LocalExecutor, DistributedExecutor])
def test_grouped_steps(recorded: CatalogBackend, executor: type[Executor]) -> None:
    run(
        "grouping",
        a_step(load, outputs=["rows"]),
        a_step(lambda rows: rows[:2], name="head", inputs=["rows"], outputs=["head"], execution_group="one machine"),
        a_step(lambda head: sum(head), name="total", inputs=["head"], outputs=["total"], execution_group="one machine"),
        a_step(lambda total, rows: total / len(rows), name="mean", inputs=["total", "rows"], outputs=["mean"]),
        executor=executor(),
    )

    assert edges(recorded) == {
        "load_output:1",
        "head_output:1 <- load_output:1",
        "total_output:1 <- head_output:1",
        "mean_output:1 <- total_output:1",
        "mean_output:1 <- load_output:1",
    }


def test_an_executor_that_registers_by_itself_is_completed(recorded: CatalogBackend) -> None:
    from flowyml import ArtifactCatalog
    from flowyml.core.executor import ExecutionResult

    class OwnExecutor(Executor):
        def execute_step(self, step: Any, inputs: Any, context_params: Any, *rest: Any, **named: Any) -> Any:
            output = step.func(**inputs)
            ArtifactCatalog().register(
                f"{step.name}_output",
                type(output).__name__,
                data=output,
                source_step=step.name,
                source_run_id=named["run_id"],
                source_pipeline=named["project_name"],
            )
            return ExecutionResult(step.name, True, output)

    run(
        "own",
        a_step(load, outputs=["rows"]),
        a_step(lambda rows: (rows, rows[:1]), name="split", inputs=["rows"], outputs=["all", "some"]),
        a_step(lambda some: len(some), name="count", inputs=["some"], outputs=["count"]),
        executor=OwnExecutor(),
        enable_cache=False,
    )

    assert edges(recorded) == {
        "load_output:1",
        "split_output:1 <- load_output:1",
        "all:1 <- split_output:1",
        "some:1 <- split_output:1",
        "count_output:1 <- some:1",
    }


def test_outputs_in_an_artifact_store_are_named_by_their_address(recorded: CatalogBackend, folder: Path) -> None:
    from flowyml import LocalStack

    run("storing", a_step(load, outputs=["rows"]), stack=LocalStack(artifact_path=str(folder / "artifacts")))

    [entry] = registered(recorded)
    assert entry.uri.startswith(str(folder / "artifacts"))
