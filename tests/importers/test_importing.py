"""What all imports share: batches, repetition, what is left out and why; on every backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.copies.records import LeftOut
from catalog_graph.errors import RegistrationWarning, StoreUnavailable
from catalog_graph.transfer.importing import Descent, Item, Lookup, NamedAliases, Source
from tests.support.entries import artifact, contents


class Given(Source):
    """A source of these items; edges between ids that begin with `x:` are its own."""

    by = "import test"
    replaced = "x:"

    def __init__(self, *items: Item) -> None:
        self._items = items

    def items(self, lookup: Lookup) -> Iterator[Item]:
        yield from self._items


def counts(catalog: ArtifactCatalog, *items: Item, **options: Any) -> tuple[int, int, int, int]:
    result = catalog.import_from(Given(*items), **options)
    return result.new, result.known, result.changed, result.left_out


def model(*parents: str, **fields: Any) -> CatalogEntry:
    return artifact("x:model", *parents, **{"metadata": {"metrics": {"auc": 0.9}, "lr": 1}, **fields})


def test_a_second_import_writes_only_what_has_changed(backend: CatalogBackend) -> None:
    catalog = ArtifactCatalog(backend)
    items = [model("x:raw", "mine"), artifact("x:raw"), artifact("mine"), LeftOut("run 7", "it is deleted")]
    left_out, progress = [], []
    options = {"bad_row": lambda *row: left_out.append(row), "progress": progress.append}
    assert counts(catalog, *items, **options) == (3, 0, 0, 1)
    assert left_out == [("run 7", "it is deleted")]
    assert progress == [3]
    before = contents(backend)
    assert counts(catalog, *items) == (0, 3, 0, 1)
    assert contents(backend) == before
    assert [e.name for e in catalog.search("metrics.auc>=0.9")] == ["x:model"]
    # Its own edges follow the source, those that others made stay; what it does not say stays too.
    backend.add_parents("x:model", "hers")
    catalog.tag("x:model", team="a")
    assert counts(catalog, model("x:other"), artifact("x:other")) == (1, 0, 1, 0)
    changed = catalog.get("x:model")
    assert changed is not None
    assert changed.parent_ids == ["mine", "hers", "x:other"]
    assert changed.tags == {"team": "a"}
    # Edges may turn around.
    assert counts(catalog, artifact("x:other", "x:model"), model()) == (0, 0, 2, 0)


def test_what_the_catalog_refuses_is_left_out_alone(backend: CatalogBackend) -> None:
    catalog = ArtifactCatalog(backend)
    large = artifact("large", tags={"note": "x" * 20_000}, metadata={"kept": True})
    nameless = CatalogEntry("nameless", "", "Dataset")
    a, b, c = artifact("a", "c"), artifact("b", "a"), artifact("c", "b")
    result = catalog.import_from(Given(large, nameless, a, b, c))
    assert (result.new, result.left_out) == (4, 3)
    assert result.reasons == [
        "tags of large: tags is 20,012 bytes as JSON; at most 16,384 are allowed",
        " (nameless): name is required and must not be empty",
        "edge from c to a: it would close a cycle",
    ]
    assert catalog.upstream("c").total == 2
    assert catalog.get("large", exact=True).metadata == {"kept": True}  # type: ignore[union-attr]
    with pytest.warns(RegistrationWarning, match="'nowhere' is not the id of an artifact"):
        catalog.import_from(Given(artifact("d", "nowhere")))


def test_aliases_and_named_children_follow_the_source(backend: CatalogBackend) -> None:
    catalog = ArtifactCatalog(backend)
    versions = [artifact("v1", name="fraud"), artifact("v2", name="fraud"), artifact("e")]
    catalog.import_from(Given(*versions, NamedAliases("fraud", {"champion": "v1", "old": "v1"})))
    backend.set_alias("fraud", "mine", "v2", by="ana")
    result = catalog.import_from(
        Given(
            NamedAliases("fraud", {"champion": "v2", "gone": "v3"}), Descent("fraud@champion", "e"), Descent("no", "e")
        )
    )
    assert {each.alias: each.artifact_id for each in catalog.aliases("fraud")} == {"champion": "v2", "mine": "v2"}
    assert catalog.alias_history("fraud", "champion")[0].by == "import test"
    assert catalog.get("v2", exact=True).parent_ids == ["e"]  # type: ignore[union-attr]
    assert [reason.partition(":")[0] for reason in result.reasons] == ["alias fraud@gone", "edge from e to no"]


def test_what_a_person_deleted_stays_deleted(backend: CatalogBackend) -> None:
    catalog = ArtifactCatalog(backend)
    items = [artifact("x:raw"), model("x:raw"), artifact("x:report", "x:model"), artifact("x:secret")]
    catalog.import_from(Given(*items))
    catalog.delete("x:raw")
    catalog.delete("x:report")
    catalog.purge("x:secret")
    before = contents(backend)
    result = catalog.import_from(
        Given(*items, NamedAliases("x:report", {"good": "x:report"}), Descent("x:raw", "mine"))
    )
    assert (result.known, result.new, result.changed) == (1, 0, 0)
    assert result.reasons[:3] == [
        "x:raw (x:raw): it was deleted in the catalog; undelete it to have it imported again",
        "x:report (x:report): it was deleted in the catalog; undelete it to have it imported again",
        "x:secret (x:secret): it was purged from the catalog",
    ]
    assert [reason.partition(":")[0] for reason in result.reasons[3:]] == ["alias x", "edge from mine to x"]
    assert contents(backend) == before
    # Lineage goes through it, marked.
    assert [(card.artifact_id, card.state) for card in catalog.upstream("x:model").nodes] == [("x:raw", "deleted")]
    catalog.undelete("x:raw")
    assert counts(catalog, artifact("x:raw", tags={"rows": 7}), *items[1:3]) == (0, 1, 1, 1)
    # Whoever registers it by its id wants it.
    backend.register(artifact("x:report", "x:model"))
    assert counts(catalog, *items[1:3]) == (0, 2, 0, 0)


def test_what_a_source_gave_before_it_failed_stays(backend: CatalogBackend) -> None:
    class Failing(Given):
        def items(self, lookup: Lookup) -> Iterator[Item]:
            yield from super().items(lookup)
            raise StoreUnavailable("the source is away")

    catalog = ArtifactCatalog(backend)
    with pytest.raises(StoreUnavailable, match="the source is away"):
        catalog.import_from(Failing(artifact("x:raw"), model("x:raw")))
    assert catalog.upstream("x:model").total == 1
