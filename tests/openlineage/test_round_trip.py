"""Events that we write are taken by our own service: the lineage there is the one that was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.lineage import Lineage
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.entries import artifact

RUN = "0190c0de-0000-7000-8000-000000000007"


def of_run(step: str, run: str = RUN, pipeline: str = "fraud") -> dict[str, str]:
    return {"source_pipeline": pipeline, "source_step": step, "source_run_id": run}


def fill(backend: CatalogBackend) -> None:
    """Register what events do not say by themselves: one instant for all, runs that go around, odd ids, states."""
    backend.register_many(
        [
            artifact("raw, 100%", uri="s3://lake/raw", at=5),
            # Made before its parent, as far as its own instant says.
            artifact("features", "raw, 100%", "nobody registered it", at=1, **of_run("prepare")),
            artifact("half", "features", at=5, **of_run("train")),
            # From what the same step has made, and from what another step made of that.
            artifact("model", "half", artifact_type="Model", at=5, version="2.0-rc1", **of_run("train")),
            artifact("scores", "half", at=5, **of_run("score")),
            artifact("card", "scores", "model", at=5, **of_run("train")),
            artifact("x" * 400, "features", at=5, **of_run("", "nightly run")),
            artifact("both", "features", "x" * 400, at=5, **of_run("", "nightly run", "")),
            artifact("gone", "half", at=5),
            artifact("purged", "gone", at=5),
            artifact("page", "card", "both", "purged", "gone", "features", at=5),
        ]
    )
    backend.delete("gone")
    backend.purge("purged", force=True)


def shape(lineage: Lineage) -> tuple[dict[str, tuple[str | None, int]], set[tuple[str, str]]]:
    """Return version and depth of the artifacts that something was made by or from, and the edges, by name."""
    return (
        {card.artifact_id: (card.version, card.depth) for card in (lineage.root, *lineage.nodes)},
        set(lineage.edges),
    )


def taken(lineage: Lineage, original: Lineage) -> tuple[dict[str, tuple[str | None, int]], set[tuple[str, str]]]:
    """Return the shape of a lineage by the names of its datasets; what had no version has none."""
    cards = {card.artifact_id: card for card in (lineage.root, *lineage.nodes)}
    assert len({card.name for card in cards.values()}) == len(cards)
    known = {card.artifact_id: card.version for card in (original.root, *original.nodes)}
    return (
        {card.name: (card.version if known.get(card.name) else None, card.depth) for card in cards.values()},
        {(cards[child].name, cards[parent].name) for child, parent in lineage.edges},
    )


@pytest.mark.parametrize(("direction", "start"), [("upstream", "page"), ("downstream", "raw, 100%")])
def test_our_own_events_are_taken_by_our_own_service(tmp_path: Path, direction: str, start: str) -> None:
    with (
        LocalCatalogBackend(tmp_path / "here.db") as here,
        LocalCatalogBackend(tmp_path / "there.db") as there,
        running(there) as url,
    ):
        fill(here)
        original = getattr(ArtifactCatalog(here), direction)(start)
        assert original.total == (11 if direction == "upstream" else 10)
        wire = Wire(url.removesuffix("/catalog"))
        for event in json.loads(original.openlineage()):
            answer = wire("POST", "/lineage", event).ok(201)
            assert answer["left_out"] == []
        copy = getattr(ArtifactCatalog(there), direction)(start)
        assert taken(copy, original) == shape(original)
        types = {entry.name: entry.artifact_type for entry in there.iterate()}
        assert (types["model"], types["features"]) == ("Model", "Dataset")
        # Sent again, and in another order, nothing changes.
        events = json.loads(original.openlineage())
        assert wire("POST", "/lineage/batch", events[::-1]).ok()["changed"] == 0
