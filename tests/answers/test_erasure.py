"""What must go with an artifact: against brute force on random histories, and as the commands print it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.erasure import Erasure
from tests.answers.commands import run
from tests.support.commands import invoke
from tests.support.entries import artifact
from tests.support.model import ModelBackend
from tests.support.seals import PRIVATE

NODES = range(6)
nodes = st.sampled_from(NODES)
steps = st.one_of(
    st.tuples(st.just("register"), nodes, st.sets(nodes, max_size=2), st.sampled_from(["", "h1", "h2"]), st.booleans()),
    st.tuples(st.sampled_from(["delete", "undelete", "open", "mark", "purge", "seal"]), nodes),
    st.tuples(st.just("unlink"), nodes, nodes),
)


def act(backend: ModelBackend, step: tuple[Any, ...]) -> None:
    """Take a step, if the catalog lets it be taken."""
    kind, node, *more = step
    if kind == "register":
        parents, content, approved = more
        tags = {"Approved_by": "x"} if approved else {}
        older = [str(parent) for parent in parents if parent < node]
        backend.register(artifact(str(node), *older, content_hash=content, tags=tags))
        backend.set_alias(str(node), "held", str(node))
    elif kind == "delete" and backend.get(str(node)):
        backend.delete(str(node), force=True)
    elif kind == "seal" and backend.get(str(node)):
        backend.write_seal(str(node), PRIVATE, None, allow_unregistered=True, exact=True)
    elif kind == "purge" and backend.get(str(node)):
        backend.purge(str(node), force=True)
    elif kind == "undelete" and str(node) in backend._kept:
        backend.undelete(str(node))
    elif kind == "unlink" and backend.get(str(node)):
        backend.remove_parents(str(node), str(more[0]))


class BruteForce:
    """A worklist of 0, by brute force over what a catalog holds, and what was kept before."""

    def __init__(self, backend: ModelBackend) -> None:
        self.backend = backend
        self.kept: dict[str, str] = {}
        """The artifact of each item."""
        self.hashes: dict[str, set[str]] = {}
        self.marked: set[str] = set()
        self.opened = False

    def left(self) -> dict[str, str]:
        """Return the items that are left, each with its artifact."""
        items: dict[str, str] = {}
        for artifact_id in self.reached():
            if entry := self.backend.get(artifact_id):
                items |= {f"artifact:{artifact_id}": artifact_id}
                items |= {f"alias:{artifact_id}@{alias}": artifact_id for alias in entry.aliases}
                items |= {f"approval:{artifact_id}/{key}": artifact_id for key in entry.tags}
                sealed = [digest for of, digest, part in self.backend._seal_store if of == artifact_id and not part]
                items |= {f"seal:{artifact_id}/{digest}": artifact_id for digest in sealed}
        return items

    def reached(self) -> set[str]:
        """Return what derives from 0 or from anything that was kept, or has its content, to any depth."""
        known = self.backend._known
        ids = {"0", *self.kept.values()}
        while True:
            hashes = {known[i].content_hash for i in ids if self.backend.get(i)}
            hashes |= {each for i in ids for each in self.hashes.get(i, ())}
            new = {i for i, entry in known.items() if ids.intersection(entry.parent_ids)}
            new |= {i for i in known if self.backend.get(i) and known[i].content_hash in hashes - {""}}
            if new <= ids:
                return ids
            ids |= new

    def keep(self) -> None:
        for item, artifact_id in self.left().items():
            if item not in self.kept:
                self.hashes.setdefault(artifact_id, set()).add(self.backend._known[artifact_id].content_hash)
                self.kept[item] = artifact_id


@given(st.lists(steps, min_size=3, max_size=25))
def test_random_histories(drawn: list[tuple[Any, ...]]) -> None:
    backend = ModelBackend()
    backend.register(artifact("0", content_hash="h1"))
    expected = BruteForce(backend)
    for step in drawn:
        act(backend, step)
        if not expected.opened and not backend.neighbours("0", exact=True):
            continue
        if step[0] == "open" or (step[0] == "mark" and expected.opened):
            expected.opened = True
            expected.keep()
            backend.open_erasure("0", exact=True)
            if step[0] == "mark":
                backend.mark_erased("0", exact=True)
                expected.marked |= expected.kept.keys() - expected.left().keys()
        answer = backend.erasure("0", exact=True)
        left = expected.left().keys()
        assert {item.item for item in answer.items if item.left} == left
        assert {item.item for item in answer.items} == left | expected.kept.keys()
        assert {item.item for item in answer.items if item.done_at} == expected.marked
        is_done = expected.opened and not left and expected.marked == expected.kept.keys()
        assert ((answer.progress == "done"), answer.proof is not None) == (is_done, is_done)
        assert Erasure.from_dict(answer.to_dict()) == answer


def test_the_commands(catalog: ArtifactCatalog) -> None:
    shown = run("erasure", "show", "raw").splitlines()
    assert shown[1] == "not kept as a worklist yet"
    run("erasure", "open", "raw", "--by", "ada", "--reason", "request 17")
    catalog.delete("report")
    answer = json.loads(run("erasure", "mark", "raw", "--gone", "--note", "shredded", "--format", "json"))
    assert [item["item"] for item in answer["items"] if not item["open"]] == ["artifact:report"]
    marked = run("erasure", "mark", "raw", "artifact:raw", "--by", "bob", "--format", "csv").splitlines()
    assert any(line.startswith("artifact:raw,true,true,artifact,raw") and ",bob," in line for line in marked)
    assert "request 17" in run("erasure", "list")
    assert '"marked": 2' in run("erasure", "list", "--format", "json")
    assert run("erasure", "show", "raw", "--format", "markdown").startswith("### ")
    refused = invoke("erasure", "mark", "raw")
    assert (refused.exit_code, "--gone" in refused.output) == (2, True)
    assert catalog.erasure("raw").svg().count("<title>") >= 1
