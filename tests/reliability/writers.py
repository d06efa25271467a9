"""Writers that send each request until it is answered, and know what the catalog then has to hold."""

from __future__ import annotations

import json
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from tests.server.wire import Reply, Wire

RAW = [f"raw-{n}" for n in range(4)]
"""Parents of everybody's artifacts, which nobody registers."""
POLICY = {"rules": [{"rule": "matches", "query": "type:Model"}]}
PATIENCE = 600.0
"""Seconds after which a request that is not answered counts as lost."""


class Writer:
    """One writer, on artifacts of its own."""

    def __init__(self, number: int, wire: Wire) -> None:
        self.number = number
        self.expected: dict[str, dict[str, Any]] = {}
        self.deleted: set[str] = set()
        self.alias: str | None = None
        self.acknowledged = Counter[str]()
        self.failures = Counter[str]()
        """What clients saw that was no answer: `503`, `cut`."""
        self._wire = wire
        self._random = random.Random(number)
        self._name = f"model-{number}"

    def work(self, ended: Callable[[], bool]) -> None:
        """Write until the end."""
        kinds = (self._register, self._batch, self._tag, self._link, self._unlink, self._set_alias, self._promote)
        while not ended():
            kind = self._random.choice((*kinds, self._register, self._delete))
            kind()
            self.acknowledged[kind.__name__.strip("_")] += 1

    def _send(self, method: str, path: str, body: Any, *allowed: int, key: str = "") -> Reply:
        """Send a request until it is answered with 200, 201 or an `allowed` status."""
        headers = {"Idempotency-Key": key} if key else {}
        deadline, last = time.monotonic() + PATIENCE, ""
        while time.monotonic() < deadline:
            try:
                reply = self._wire(method, path, body, headers=headers)
            except (OSError, HTTPException) as error:
                last = repr(error)
                self.failures["cut"] += 1
                time.sleep(self._random.uniform(0.1, 0.3))
                continue
            if reply.status != 503:
                assert reply.status in (200, 201, *allowed), (method, path, reply)
                return reply
            assert int(reply.headers["retry-after"]) > 0, reply
            self.failures["503"] += 1
            last = reply.json["detail"]
            time.sleep(self._random.uniform(0.2, 0.5))
        raise AssertionError(f"{method} {path} was not answered in {PATIENCE:.0f} s: {last}")

    def _new(self, **fields: Any) -> dict[str, Any]:
        parents = self._random.sample([*RAW, *list(self.expected)[-20:]], k=self._random.randint(0, 3))
        place = sum(self.acknowledged.values())
        tags = {"writer": self.number, "place": place}
        metadata = {"text": "x" * self._random.randint(0, 300)}
        shared = {"artifact_type": "Model", "parent_ids": parents, "tags": tags, "metadata": metadata}
        return {"name": self._name, **shared, **fields}

    def _register(self) -> None:
        """Register an artifact whose id the catalog chooses: a repetition would be a second artifact."""
        new = self._new()
        answer = self._send("POST", "/artifacts", new, key=secrets.token_hex(8)).ok(201)
        self._holds({**new, "artifact_id": answer["artifact_id"]})

    def _batch(self) -> None:
        new = [self._new() for _ in range(self._random.randint(2, 6))]
        answer = self._send("POST", "/artifacts/batch", {"artifacts": new}, key=secrets.token_hex(8)).ok(201)
        for each, registered in zip(new, answer["items"], strict=True):
            self._holds({**each, "artifact_id": registered["artifact_id"]})

    def _tag(self) -> None:
        self._edit("PUT", "tags", {"n": self._random.randint(0, 10_000)})

    def _link(self) -> None:
        self._edit("POST", "parents", {"parent_ids": self._random.sample(RAW, k=2)})

    def _unlink(self) -> None:
        self._edit("DELETE", f"parents?parent_id={self._random.choice(RAW)}", {})

    def _edit(self, method: str, path: str, body: Any) -> None:
        artifact_id = self._any()
        self._holds(self._send(method, f"/artifacts/{artifact_id}/{path}", body).ok())

    def _set_alias(self) -> None:
        artifact_id = self._any()
        self._send("PUT", "/aliases", {"name": self._name, "alias": "best", "artifact_id": artifact_id})
        self.alias = artifact_id

    def _promote(self) -> None:
        artifact_id = self._any()
        body = {"alias": "best", "policy": POLICY}
        report = self._send("POST", f"/artifacts/{artifact_id}/promote", body).ok()
        assert report["outcome"] != "fail", report
        # The gate is undecided where the store gives it too little time; the alias then stays.
        if report["outcome"] == "pass":
            self.alias = artifact_id

    def _delete(self) -> None:
        """Delete an artifact; one that is sent again may be gone already."""
        artifact_id = self._any()
        if artifact_id != self.alias:
            self._send("DELETE", f"/artifacts/{artifact_id}", {}, 404)
            del self.expected[artifact_id]
            self.deleted.add(artifact_id)

    def _any(self) -> str:
        if len(self.expected) < 2:
            self._register()
        return self._random.choice(list(self.expected))

    def _holds(self, entry: dict[str, Any]) -> None:
        fields = ("artifact_id", "name", "tags", "metadata", "parent_ids")
        self.expected[entry["artifact_id"]] = {field: entry[field] for field in fields}


class Crowd:
    """Writers that write at once, until the block ends."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self.writers = writers
        self._ended = threading.Event()
        self._errors: list[BaseException] = []

    @property
    def acknowledged(self) -> int:
        """Requests that were answered so far."""
        return sum(each.acknowledged.total() for each in self.writers)

    @property
    def failures(self) -> Counter[str]:
        """What all writers saw that was no answer."""
        return sum((each.failures for each in self.writers), Counter())

    def check(self) -> None:
        """Raise the first error of a writer."""
        if self._errors:
            raise self._errors[0]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write while the block lasts; then wait until each writer has its last answer."""
        threads = [threading.Thread(target=self._work, args=(each,)) for each in self.writers]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()
        self.check()

    def _work(self, writer: Writer) -> None:
        try:
            writer.work(self._ended.is_set)
        except BaseException as error:
            self._errors.append(error)


def crowd(wire: Wire, count: int) -> Crowd:
    """Return so many writers of one service."""
    return Crowd([Writer(number, wire) for number in range(count)])


def check_all_is_kept(wire: Wire, writers: Sequence[Writer]) -> Counter[str]:
    """Compare the catalog with what the writers know: nothing lost, doubled or half; return what was compared."""
    expected = {artifact_id: entry for each in writers for artifact_id, entry in each.expected.items()}
    kept = list(_listed(wire))
    assert len(kept) == len({entry["artifact_id"] for entry in kept})
    fields = ("artifact_id", "name", "tags", "metadata", "parent_ids")
    found = {entry["artifact_id"]: {field: entry[field] for field in fields} for entry in kept}
    assert found.keys() - expected.keys() == set(), "artifacts that no writer knows"
    assert expected.keys() - found.keys() == set(), "artifacts that are lost"
    differing = {i: (expected[i], found[i]) for i in expected if _plain(found[i]) != _plain(expected[i])}
    assert differing == {}
    versions = Counter((entry["name"], entry["version"]) for entry in kept)
    assert max(versions.values(), default=1) == 1
    aliases = {alias["name"]: alias["artifact_id"] for alias in wire("GET", "/aliases?limit=1000").ok()["items"]}
    assert aliases == {each._name: each.alias for each in writers if each.alias}
    return Counter(
        artifacts=len(found),
        edges=sum(len(entry["parent_ids"]) for entry in found.values()),
        aliases=len(aliases),
        changes=_check_changes(wire, expected.keys() | {i for each in writers for i in each.deleted}),
    )


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "parent_ids": sorted(entry["parent_ids"])}


def _listed(wire: Wire) -> Iterator[dict[str, Any]]:
    cursor = ""
    while cursor is not None:
        page = wire("GET", f"/artifacts?limit=5000{f'&cursor={quote(cursor)}' if cursor else ''}").ok()
        yield from page["items"]
        cursor = page["cursor"]


def _check_changes(wire: Wire, registered: set[str]) -> int:
    """Check the change record: no hole, no repetition, and each artifact is registered once."""
    reply = wire("GET", "/audit?after=0", headers={"Accept": "application/x-ndjson"})
    head, *changes, end = map(json.loads, reply.body.splitlines())
    assert end["done"], head
    numbers = [change["number"] for change in changes]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, max(numbers) + 1))
    assert Counter(c["artifact_id"] for c in changes if c["kind"] == "registered") == Counter(registered)
    return len(changes)
