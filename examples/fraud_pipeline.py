"""A stock FlowyML pipeline that detects card fraud, without a line of catalog_graph.

    python examples/fraud_pipeline.py                      FlowyML registers its artifacts, without lineage
    catalog-graph flowyml run examples/fraud_pipeline.py   the same pipeline, with its true lineage
    ... fraud_pipeline.py --detector amount                the same again, with one changed step

A second run computes only the detector and the steps after it: FlowyML caches the others.
"""

from __future__ import annotations

import argparse
import random
from typing import Any

from flowyml import Dataset, FeatureSet, Metrics, Model, Pipeline, Report, context, step

Row = dict[str, Any]


@step(outputs=["transactions"])
def raw_transactions() -> Dataset:
    """Generate card payments; a few are fraud, mostly large or at a new place."""
    chance = random.Random(7)
    rows = []
    for number in range(2_000):
        is_fraud = chance.random() < 0.05
        rows.append(
            {
                "id": number,
                "card": chance.randrange(200),
                "amount": round(chance.lognormvariate(5.5 if is_fraud else 3.5, 0.8), 2),
                "is_new_place": chance.random() < (0.8 if is_fraud else 0.2),
                "is_fraud": is_fraud,
            }
        )
    return Dataset.create(data=rows, name="raw_transactions")


@step(outputs=["cards"])
def card_holders() -> Dataset:
    """Generate the usual amount of each card."""
    chance = random.Random(11)
    rows = [{"card": card, "usual_amount": round(chance.uniform(10, 90), 2)} for card in range(200)]
    return Dataset.create(data=rows, name="card_holders")


@step(inputs=["transactions"], outputs=["payments"])
def clean_transactions(transactions: Dataset) -> Dataset:
    """Keep payments of at least 1."""
    rows = [row for row in transactions.data if row["amount"] >= 1]
    return Dataset.create(data=rows, name="clean_transactions")


@step(inputs=["payments", "cards"], outputs=["features"])
def fraud_features(payments: Dataset, cards: Dataset) -> FeatureSet:
    """Compare each payment with the usual amount of its card."""
    usual = {row["card"]: row["usual_amount"] for row in cards.data}
    rows = [{**row, "times_usual": round(row["amount"] / usual[row["card"]], 3)} for row in payments.data]
    return FeatureSet.create(data=rows, name="fraud_features", feature_names=["times_usual", "is_new_place"])


@step(inputs=["features"], outputs=["train", "test"])
def split(features: FeatureSet, test_share: float):  # type: ignore[no-untyped-def]
    """Split the rows into a training set and a test set."""
    at = int(len(features.data) * (1 - test_share))
    return features.data[:at], features.data[at:]


@step(name="fraud_detector", inputs=["train"], outputs=["detector"])
def detector_by_amount(train, threshold: float) -> Model:  # type: ignore[no-untyped-def]
    """Train a rule on the amount."""
    limit = sorted(row["amount"] for row in train)[int(len(train) * threshold)]
    return Model.create(data={"column": "amount", "limit": limit}, name="fraud_detector", architecture="one rule")


@step(name="fraud_detector", inputs=["train"], outputs=["detector"], register=False)
def detector_by_cards(train, threshold: float) -> Model:  # type: ignore[no-untyped-def]
    """Train a rule on the multiple of the usual amount."""
    limit = sorted(row["times_usual"] for row in train)[int(len(train) * threshold)]
    return Model.create(data={"column": "times_usual", "limit": limit}, name="fraud_detector", architecture="one rule")


@step(inputs=["detector", "test"], outputs=["metrics"], cache=False)
def evaluation(detector, test) -> Metrics:  # type: ignore[no-untyped-def]
    """Measure precision, recall and F1 on the test set."""
    alarms = [row["is_fraud"] for row in test if row[detector.data["column"]] > detector.data["limit"]]
    caught, all_fraud = sum(alarms), sum(row["is_fraud"] for row in test)
    precision, recall = caught / max(len(alarms), 1), caught / max(all_fraud, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return Metrics.create(name="evaluation", precision=round(precision, 3), recall=round(recall, 3), f1=round(f1, 3))


@step(inputs=["metrics", "detector"], outputs=["report"], cache=False)
def fraud_report(metrics: Metrics, detector: Model) -> Report:
    """Write the report for the risk team."""
    lines = [f"# {detector.name}", *(f"- {name}: {value}" for name, value in metrics.data.items())]
    return Report.create(content="\n".join(lines), name="fraud_report", report_format="markdown")


DETECTORS = {"amount": detector_by_amount, "cards": detector_by_cards}


def main() -> None:
    """Run the pipeline once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", choices=DETECTORS, default="cards", help="rule that detects fraud")
    options = parser.parse_args()
    pipeline = Pipeline("fraud_training", context=context(test_share=0.25, threshold=0.94))
    pipeline.add_steps([raw_transactions, card_holders, clean_transactions, fraud_features, split])
    pipeline.add_steps([DETECTORS[options.detector], evaluation, fraud_report])
    result = pipeline.run(auto_start_ui=False)
    raise SystemExit(not result.success)


if __name__ == "__main__":
    main()
