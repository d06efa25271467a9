"""Catalogs with a history, copies by every way, and the answers that have to be alike."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.copies.result import TransferResult
from catalog_graph.errors import CatalogError
from catalog_graph.instants import now
from catalog_graph.lineage import Lineage

POLICY = "rules:\n  - rule: forbid\n    query: licence:restricted\n"
IDS = [f"a{n}" for n in range(8)]
NAMES = ["model", "data"]
ALIASES = ["champion", "challenger"]
Copy = Callable[[CatalogBackend, CatalogBackend], TransferResult]


def copied(source: CatalogBackend, target: CatalogBackend) -> TransferResult:
    """Copy record by record."""
    return target.import_records(source.export_records())


def copied_by_file(source: CatalogBackend, target: CatalogBackend) -> TransferResult:
    """Copy by a dump."""
    return ArtifactCatalog(target).load(io.BytesIO(dumped(source)))


def dumped(source: CatalogBackend) -> bytes:
    """Return the dump of a whole catalog."""
    file = io.BytesIO()
    ArtifactCatalog(source).dump(file)
    return file.getvalue()


def live(catalog: CatalogBackend, seed: int, steps: int = 40, *, is_ordered: bool = False) -> list[str]:
    """Give a catalog a random history, and return instants between its steps.

    In an ordered one, artifacts derive from those of lower ids alone, so that two of them merge without a cycle.
    """
    instants = []
    generator = random.Random(seed)
    for step in range(steps):
        try:
            _step(catalog, generator, is_ordered)
        except CatalogError:
            continue
        if step % 8 == 4:
            instants.append(now())
    return [*instants, now()]


def _step(catalog: CatalogBackend, generator: random.Random, is_ordered: bool) -> None:
    own_id, alias = generator.choice(IDS), generator.choice(ALIASES)
    parents = generator.sample(IDS, generator.randint(0, 2))
    if is_ordered:
        parents = [parent for parent in parents if parent < own_id]
    match generator.randint(0, 9):
        case 0 | 1 | 2 | 3:
            tags = {"licence": "restricted"} if generator.random() < 0.2 else {"n": generator.randint(0, 3)}
            entry = CatalogEntry(own_id, generator.choice(NAMES), "T", parent_ids=parents, tags=tags)
            catalog.register_many([entry, replace(entry, artifact_id=generator.choice(IDS), parent_ids=[])])
        case 4:
            catalog.add_parents(own_id, *parents)
        case 5:
            catalog.remove_parents(own_id, *parents)
        case 6 | 7:
            catalog.delete(own_id, force=True, by="somebody")
        case 8:
            entry = catalog.get(own_id) or CatalogEntry(name="none")
            catalog.set_alias(entry.name, alias, own_id, by="ana")
        case _:
            catalog.unset_alias(generator.choice(NAMES), alias, by="bob")


def answers(catalog: CatalogBackend, instants: list[str]) -> dict[str, Any]:
    """Return everything that a copy has to answer as its original does, by question."""
    return dict(_answers(catalog, instants))


def _answers(catalog: CatalogBackend, instants: list[str]) -> Iterator[tuple[str, Any]]:
    for entry in catalog.get_many(IDS):
        if entry is not None:
            fields = {name: getattr(entry, name) for name in (*CONTRACT_FIELDS, "recorded_at")}
            yield f"registered {entry.artifact_id}", fields
    for own_id in IDS:
        for as_of in (None, *instants):
            yield f"upstream {own_id} as of {as_of}", _answer(lambda i=own_id, t=as_of: catalog.upstream(i, as_of=t))
            yield (
                f"downstream {own_id} as of {as_of}",
                _answer(lambda i=own_id, t=as_of: catalog.downstream(i, as_of=t)),
            )
        yield f"impact {own_id}", _answer(lambda i=own_id: catalog.impact(i).lineage)
        yield f"gate {own_id}", _answer(lambda i=own_id: ArtifactCatalog(catalog).check_promotion(i, POLICY).passed)
        yield f"difference {own_id}", _answer(lambda i=own_id: catalog.diff(i, IDS[0]).to_dict())
    for name in NAMES:
        yield f"versions {name}", _answer(lambda n=name: catalog.versions(n).to_dict())
        yield f"moves {name}", catalog.alias_history(name)
        for alias in ALIASES:
            yield f"{name}@{alias}", catalog.alias(name, alias)
    yield "aliases", catalog.aliases()
    yield "found by alias", sorted(entry.artifact_id for entry in catalog.search("alias:champion"))
    yield "list", [entry.artifact_id for entry in catalog.list_artifacts()]


def _answer(question: Callable[[], Any]) -> Any:
    try:
        answer = question()
    except CatalogError as error:
        return type(error).__name__
    return (answer.root, answer.nodes, sorted(answer.edges)) if isinstance(answer, Lineage) else answer
