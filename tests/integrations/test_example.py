"""The example pipeline, run as a user runs it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from catalog_graph.backends.base import CatalogBackend
from tests.server.command import COMMAND, environment
from tests.support.pipelines import edges, only

EXAMPLE = Path(__file__).parents[2] / "examples" / "fraud_pipeline.py"

DATA = {
    "raw_transactions_output:1",
    "card_holders_output:1",
    "clean_transactions_output:1 <- raw_transactions_output:1",
    "fraud_features_output:1 <- clean_transactions_output:1",
    "fraud_features_output:1 <- card_holders_output:1",
    "split_output:1 <- fraud_features_output:1",
    "train:1 <- split_output:1",
    "test:1 <- split_output:1",
}


def model(version: int) -> set[str]:
    """Return the edges that each new detector adds."""
    return {
        f"fraud_detector_output:{version} <- train:1",
        f"evaluation_output:{version} <- fraud_detector_output:{version}",
        f"evaluation_output:{version} <- test:1",
        f"fraud_report_output:{version} <- evaluation_output:{version}",
        f"fraud_report_output:{version} <- fraud_detector_output:{version}",
    }


def run_example(folder: Path, *arguments: str) -> None:
    named = {name: os.environ[name] for name in ("FLOWYML_CATALOG_ENDPOINT",) if name in os.environ}
    # On a busy machine the program may end before all is sent; replay sends the rest.
    for command in (["run", str(EXAMPLE), *arguments], ["replay"]):
        subprocess.run(
            [COMMAND, "flowyml", *command],
            cwd=folder,
            env=environment(**named),
            check=True,
            capture_output=True,
            timeout=120,
        )


def test_the_example_and_a_second_run_with_one_changed_step(catalog: CatalogBackend, folder: Path) -> None:
    run_example(folder)
    assert edges(catalog) == DATA | model(1)
    report = only(catalog, "fraud_report_output")
    assert max(card.depth for card in catalog.upstream(report.artifact_id).nodes) == 6

    run_example(folder, "--detector", "amount")
    assert edges(catalog) == DATA | model(1) | model(2)
    assert only(catalog, "evaluation_output", "2").metadata["metrics"]["f1"] > 0.6
