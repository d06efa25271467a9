"""Draw the pictures of the documentation into docs/pictures, by the package itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.lineage import Card, Columns, Direction, Lineage, positions_of

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"


def main() -> None:
    """Draw all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for picture in (fraud, states, stores, history, gate, walks):
        path = FOLDER / f"{picture.__name__}.svg"
        path.write_text(picture().svg() + "\n", encoding="utf-8")


def fraud() -> Lineage:
    """Draw the lineage of a fraud detector, upstream and down to a report."""
    lineage = _lineage(
        "upstream",
        [
            ("fraud_detector", "Model", "9", ("fraud_features",)),
            ("raw_transactions", "Dataset", "3", ()),
            ("chargebacks", "Dataset", "12", ()),
            ("clean_transactions", "Dataset", "7", ("raw_transactions",)),
            ("fraud_features", "FeatureSet", "4", ("clean_transactions", "chargebacks")),
            ("evaluation", "Metrics", "9", ("fraud_detector", "clean_transactions")),
            ("fraud_report", "Report", "2", ("evaluation", "fraud_detector")),
        ],
    )
    lineage.root = lineage.root._replace(aliases=("champion",))
    tags: dict[str, dict[str, Any]] = {
        "fraud_detector": {"stage": "production", "f1": 0.95},
        "evaluation": {"f1": 0.95},
    }
    lineage.reader = lambda ids: [CatalogEntry(i, tags=tags.get(i, {})) for i in ids]
    return lineage


def states() -> Lineage:
    """Draw artifacts in all states, in an answer that a limit cut short."""
    lineage = _lineage(
        "upstream",
        [
            ("fraud_detector", "Model", "9", ()),
            ("fraud_features", "FeatureSet", "4", ()),
            ("s3://labels/2026-03", "", "", ()),
            ("raw_transactions", "Dataset", "3", ()),
        ],
        [
            ("fraud_features", "fraud_detector"),
            ("s3://labels/2026-03", "fraud_detector"),
            ("raw_transactions", "fraud_features"),
        ],
    )
    lineage.columns.state[1:] = ["unregistered", "deleted"]
    lineage.total, lineage.stopped_by = 12, "limit"
    return lineage


def stores() -> Lineage:
    """Draw programs, the client and the stores of a catalog."""
    return _lineage(
        "downstream",
        [
            ("Your pipeline or notebook", "ArtifactCatalog", "", ()),
            ("catalog-graph", "the command line", "", ()),
            ("FlowyML", "its own client, unchanged", "", ()),
            (".flowyml/catalog.db", "a SQLite file, no set-up", "", ("Your pipeline or notebook", "catalog-graph")),
            (
                "The service",
                "HTTP, keys, any number of it",
                "",
                ("Your pipeline or notebook", "catalog-graph", "FlowyML"),
            ),
            ("Neo4j", "the graph", "", ("The service",)),
        ],
    )


def history() -> Lineage:
    """Draw a fraud detector that was trained twice, the second time with chargebacks too."""
    return _lineage(
        "upstream",
        [
            ("detector-2", "Model", "in production", ("features-2",)),
            ("transactions-1", "Dataset", "", ()),
            ("chargebacks-1", "Dataset", "", ()),
            ("clean-1", "Dataset", "", ("transactions-1",)),
            ("features-1", "FeatureSet", "", ("clean-1",)),
            ("features-2", "FeatureSet", "", ("clean-1", "chargebacks-1")),
            ("detector-1", "Model", "", ("features-1",)),
            ("report-1", "Report", "", ("detector-2", "features-2")),
        ],
    )


def gate() -> Lineage:
    """Draw a champion and a challenger that was made from restricted data."""
    return _lineage(
        "upstream",
        [
            ("detector-2", "Model", "may it be the champion?", ("features-2",)),
            ("transactions-1", "Dataset", "", ()),
            ("chargebacks-1", "Dataset", "restricted", ()),
            ("clean-1", "Dataset", "", ("transactions-1",)),
            ("features-1", "FeatureSet", "", ("clean-1",)),
            ("features-2", "FeatureSet", "", ("clean-1", "chargebacks-1")),
            ("detector-1", "Model", "the champion", ("features-1",)),
        ],
    )


def walks() -> Lineage:
    """Draw a detector that is in production, and a report on it."""
    return _lineage(
        "upstream",
        [
            ("report", "Report", "", ("detector", "clean")),
            ("transactions", "Dataset", "raw", ()),
            ("chargebacks", "Dataset", "raw", ()),
            ("clean", "Dataset", "checked", ("transactions",)),
            ("features", "FeatureSet", "", ("clean", "chargebacks")),
            ("detector", "Model", "in production", ("features",)),
        ],
    )


def _lineage(
    direction: Direction,
    known: list[tuple[str, str, str, tuple[str, ...]]],
    edges: list[tuple[str, str]] | None = None,
) -> Lineage:
    """Build a lineage from tuples (name, type, version, names of parents); the first is the root."""
    pairs = edges or [(parent, name) for name, _, _, parents in known for parent in parents]
    root, *others = (
        Card(name, name, kind, version, "", min(at, 1), "registered")
        for at, (name, kind, version, _) in enumerate(known)
    )
    columns = Columns.of(others)
    children, parents, _ = positions_of(
        root.artifact_id, columns.artifact_id, [(child, parent) for parent, child in pairs]
    )
    return Lineage(root, direction, columns, children, parents, total=len(others))


if __name__ == "__main__":
    main()
