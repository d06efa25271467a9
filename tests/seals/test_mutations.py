"""Every sealed field of every artifact and every edge, changed once in random histories, is found and named."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.seals.ancestry import Ancestry
from catalog_graph.seals.deviation import Deviation, deviations
from catalog_graph.seals.records import Node, Record, roots_of
from tests.support.model import ModelBackend

FIELDS = ("name", "artifact_type", "content_hash", "uri", "version")
Sealed = tuple[dict[str, Record], tuple[str, str]]


def history(generator: random.Random) -> list[CatalogEntry]:
    """Return artifacts of a random lineage, parents first; everything is upstream of the last one."""
    size = generator.randint(2, 7)
    entries = []
    for number in range(size):
        earlier = range(number)
        parents = generator.sample(earlier, generator.randint(0, min(number, 3)))
        entries.append(
            CatalogEntry(
                f"a{number}",
                generator.choice(["model", "data", "währung"]),
                generator.choice(["Model", "Dataset"]),
                generator.choice(["", "h1", "ab" * 32]),
                parent_ids=[f"a{parent}" for parent in parents],
                version=generator.choice(["1", "v2", "beta"]),
                uri=generator.choice(["", "s3://b/x"]),
                tags=generator.choice([{}, {"f1": 0.5}]),
            )
        )
    roots = {e.artifact_id for e in entries[:-1]} - {p for e in entries for p in e.parent_ids}
    return [*entries[:-1], replace(entries[-1], parent_ids=sorted({*entries[-1].parent_ids, *roots}))]


def sealed(backend: CatalogBackend, artifact_id: str) -> Sealed:
    nodes: list[Node] = list(Ancestry(backend, artifact_id).nodes())
    return {node.record["artifact_id"]: node.record for node in nodes}, roots_of(nodes)


def mutated(backend: CatalogBackend, entries: list[CatalogEntry]) -> Iterator[tuple[str, str]]:
    """Change one thing at a time, yield the artifact whose record differs and the field, and change it back."""
    stub = "a parent that is new"
    for entry in entries:
        own_id = entry.artifact_id
        for field in FIELDS:
            backend.register(replace(entry, **{field: f"other {entry[field]}"}))
            yield own_id, field
            if entry[field]:
                backend.register(entry)
            else:
                backend.unset(own_id, fields=[field])
        backend.add_parents(own_id, stub)
        yield stub, "appeared"
        backend.remove_parents(own_id, stub)
        for parent_id in entry.parent_ids:
            backend.remove_parents(own_id, parent_id)
            yield own_id, "parents"
            # In its old place: the order of parents is not sealed, but that of the store stays comparable.
            backend.add_parents(own_id, parent_id)
        if own_id != entries[-1].artifact_id:
            backend.delete(own_id)
            yield own_id, "state"
            backend.undelete(own_id)


def check(backend: CatalogBackend, seed: int) -> None:
    generator = random.Random(seed)
    entries = history(generator)
    shuffled = generator.sample(entries, len(entries))
    for entry in shuffled:
        backend.register(entry)
    last = entries[-1].artifact_id
    before, roots = sealed(backend, last)
    assert before.keys() == {entry.artifact_id for entry in entries}
    for artifact_id, field in mutated(backend, entries):
        after, changed = sealed(backend, last)
        assert changed[0] != roots[0], (seed, artifact_id, field)
        first = deviations(before, after)[0]
        assert named(first, artifact_id, field), (seed, artifact_id, field, first)
    assert sealed(backend, last) == (before, roots), seed
    backend.tag(entries[0].artifact_id, {"reviewed": seed})
    _, claimed = sealed(backend, last)
    assert (claimed[0], claimed[1] != roots[1]) == (roots[0], True)


def named(first: Deviation, artifact_id: str, field: str) -> bool:
    """Return True if the first deviation is this change; without an edge, an ancestor may be gone, and is first."""
    if first.artifact_id == artifact_id:
        return field in (first.kind, *first.fields) or (first.kind, field) == ("appeared", "appeared")
    return field == "parents" and first.kind == "vanished"


def test_every_change_is_found_in_a_file(tmp_path: Path) -> None:
    for seed in range(2):
        with LocalCatalogBackend(tmp_path / f"{seed}.db") as backend:
            check(backend, seed)


def test_every_change_is_found() -> None:
    for seed in range(30):
        check(ModelBackend(), seed)


@pytest.mark.long
def test_every_change_is_found_in_a_thousand_histories() -> None:
    for seed in range(1000):
        check(ModelBackend(), seed)
