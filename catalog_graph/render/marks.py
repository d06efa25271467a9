"""The marks of artifacts in a picture: their stage and one metric, read from the catalog when the picture is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import CatalogError

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

MOST = 300
"""Maximum number of artifacts whose entries are read for a picture."""


class Marks(NamedTuple):
    """A line of text for the artifacts that have a stage or the metric, by id."""

    by_id: dict[str, str]
    note: str = ""
    """Reason why there are none, if they could not be read."""


def marks(lineage: Lineage, metric: str | None = None) -> Marks:
    """Read the entries of the artifacts in a lineage, and return their stages and the metric that most of them have.

    Returns nothing for a lineage without its catalog, or of more than 300 artifacts.
    """
    ids = [lineage.root.artifact_id, *lineage.columns.artifact_id]
    if lineage.reader is None or len(ids) > MOST:
        return Marks({})
    try:
        entries = [entry for entry in lineage.reader(ids) if entry is not None]
    except CatalogError as error:
        return Marks({}, f"stages and metrics could not be read: {error.message}")
    key = commonest_metric(entries) if metric is None else metric
    lines = {entry.artifact_id: ", ".join(_facts(entry, key)) for entry in entries}
    return Marks({artifact_id: line for artifact_id, line in lines.items() if line})


def stage_of(entry: CatalogEntry) -> str | None:
    """Return the stage of an artifact, if it is text."""
    stage = entry.tags.get("stage")
    return stage if isinstance(stage, str) else None


def number_of(entry: CatalogEntry, key: str) -> float | None:
    """Return the number under a tag's key, else in `metadata.metrics` or at a path with dots in the metadata."""
    metrics = entry.metadata.get("metrics")
    values: list[Any] = [entry.tags.get(key), metrics.get(key) if isinstance(metrics, dict) else None]
    place: Any = entry.metadata
    for part in key.split("."):
        place = place.get(part) if isinstance(place, dict) else None
    for value in (*values, place):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def commonest_metric(entries: Iterable[CatalogEntry]) -> str:
    """Return the metric that most entries have, the first by name of several; empty if none has any.

    Metrics are the numbers in `metadata["metrics"]`, and the tags with a decimal point.
    """
    counts = Counter(key for entry in entries for key in set(_metrics(entry)))
    return min(counts, key=lambda key: (-counts[key], key), default="")


def _metrics(entry: CatalogEntry) -> Iterator[str]:
    metrics = entry.metadata.get("metrics")
    for key, value in metrics.items() if isinstance(metrics, dict) else ():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield key
    yield from (key for key, value in entry.tags.items() if isinstance(value, float))


def _facts(entry: CatalogEntry, metric: str) -> Iterator[str]:
    stage = stage_of(entry)
    if stage:
        yield stage
    number = number_of(entry, metric) if metric else None
    if number is not None:
        yield f"{metric} {number:.4g}"
