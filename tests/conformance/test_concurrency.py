"""Many threads at once: no artifact, edge, tag or version is lost, doubled or torn."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CycleRefused
from tests.support.entries import artifact, contents, ids

THREADS = 16
Item = TypeVar("Item")
Answer = TypeVar("Answer")


def at_once(call: Callable[[Item], Answer], items: Iterable[Item], threads: int = THREADS) -> list[Answer]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(call, items))


def test_one_id_from_many_threads_is_one_artifact(backend: CatalogBackend) -> None:
    def register(n: int) -> bool:
        entry = artifact("same", f"p{n % 7}", at=1, tags={f"t{n % 11}": n % 11})
        return backend.register_many([entry])[0].created

    created = at_once(register, range(160), threads=32)
    assert created.count(True) == 1
    kept = backend.get("same")
    assert kept is not None
    assert kept.version == "1"
    assert sorted(kept.parent_ids) == [f"p{n}" for n in range(7)]
    assert kept.tags == {f"t{n}": n for n in range(11)}
    assert len(contents(backend)) == 1
    assert sorted(backend.upstream("same").edges) == [("same", f"p{n}") for n in range(7)]


def test_versions_are_distinct(backend: CatalogBackend) -> None:
    def register(n: int) -> str | None:
        return backend.register_many([artifact(f"m{n}", name="model")])[0].version

    assert sorted(at_once(register, range(96)), key=lambda v: int(v or 0)) == [str(n) for n in range(1, 97)]


def test_batches_with_common_parents_do_not_block_one_another(backend: CatalogBackend) -> None:
    def register(n: int) -> None:
        order = range(12) if n % 2 else range(11, -1, -1)
        backend.register_many(artifact(f"b{n}-{m}", *(f"shared{k}" for k in order), name=f"n{m}") for m in order)

    at_once(register, range(24))
    assert len(contents(backend)) == 24 * 12
    assert backend.downstream("shared0").total == 24 * 12
    assert len(backend.downstream("shared5", limit=None).edges) == 24 * 12


def test_writers_that_race_to_close_a_cycle(backend: CatalogBackend) -> None:
    for n in range(8):
        ring = [f"r{n}-{m}" for m in range(4)]
        backend.register_many(artifact(i, at=1) for i in ring)

        def link(m: int, ring: list[str] = ring) -> bool:
            try:
                backend.add_parents(ring[m], ring[(m + 1) % 4])
            except CycleRefused:
                return False
            return True

        assert at_once(link, range(4), threads=4).count(True) == 3
        parents = [len(e.parent_ids) for e in backend.get_many(ring) if e is not None]
        assert sum(parents) == 3


def test_registrations_that_race_to_close_a_cycle(backend: CatalogBackend) -> None:
    for n in range(8):
        pair = [f"a{n}", f"b{n}"]

        def register(m: int, pair: list[str] = pair) -> bool:
            try:
                backend.register(artifact(pair[m], pair[1 - m], at=1))
            except CycleRefused:
                return False
            return True

        assert at_once(register, range(2), threads=2).count(True) == 1
        assert [len(backend.upstream(i).nodes) for i in pair].count(1) == 1


def test_tags_set_at_once_are_all_kept(backend: CatalogBackend) -> None:
    backend.register(artifact("a", at=1))
    at_once(lambda n: backend.tag("a", {f"k{n}": n}), range(64))
    kept = backend.get("a")
    assert kept is not None
    assert kept.tags == {f"k{n}": n for n in range(64)}
    at_once(lambda n: backend.untag("a", f"k{n}"), range(0, 64, 2))
    kept = backend.get("a")
    assert kept is not None
    assert kept.tags == {f"k{n}": n for n in range(1, 64, 2)}


def test_readers_see_batches_whole(backend: CatalogBackend) -> None:
    def write(n: int) -> None:
        backend.register_many(
            [artifact(f"x{n}", at=n, tags={"batch": n}), artifact(f"y{n}", f"x{n}", tags={"batch": n})]
        )

    def read(n: int) -> bool:
        found = ids(backend.list_artifacts(tags={"batch": n}))
        return len(found) in (0, 2)

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(write, n) for n in range(40)]
        reads = [pool.submit(read, n) for _ in range(2) for n in range(40)]
        assert all(r.result() for r in reads)
        for done in writes:
            done.result()
    assert len(contents(backend)) == 80


def test_deleting_and_registering_at_once(backend: CatalogBackend) -> None:
    backend.register_many([artifact("c", "a", at=2), artifact("a", at=1)])

    def turn(n: int) -> None:
        if n % 2:
            backend.register(artifact("a", "p", at=1))
        elif backend.get("a"):
            try:
                backend.delete("a")
            except ValueError:
                return

    at_once(turn, range(64), threads=8)
    backend.register(artifact("a", at=1))
    assert ids(backend.upstream("c").nodes) == ["a", "p"]
    assert sorted(backend.upstream("c").edges) == [("a", "p"), ("c", "a")]
