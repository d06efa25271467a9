"""Clients that write to one replica of the service, then look at another, which one changing with every request."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.server.wire import Reply, Wire

RAW = [f"raw-{n}" for n in range(4)]
"""Parents of everybody's artifacts, which nobody registers."""


class Client:
    """One client, on artifacts of its own; `expected` is what the answers said that the catalog holds of them."""

    def __init__(self, number: int, replicas: Sequence[Wire]) -> None:
        self.expected: dict[str, dict[str, Any]] = {}
        self.deleted: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.number = number
        self._replicas = replicas
        self._random = random.Random(number)
        self._turn = number

    def write(self, method: str, path: str, body: Any, **headers: str) -> Reply:
        """One request to the replica whose turn it is."""
        self._turn += 1
        return self._replicas[self._turn % len(self._replicas)](method, path, body, headers=headers)

    def look(self, path: str) -> Reply:
        """One question to the replica that was not written to last."""
        return self._replicas[(self._turn + 1) % len(self._replicas)]("GET", path)

    def work(self, steps: int) -> None:
        """Every kind of writing at least once, in an order of the client's own; each is seen at the other replica."""
        kinds: list[Callable[[], None]] = [
            self._register_many,
            self._load,
            self._tag,
            self._tag_many,
            self._untag,
            self._add_parents,
            self._remove_parents,
            self._set_alias,
            self._promote,
            self._unset_alias,
            self._delete,
        ]
        self._register()
        for kind in [*self._random.sample(kinds, len(kinds)), *self._random.choices([self._register, *kinds], k=steps)]:
            kind()

    def _new(self) -> dict[str, Any]:
        number = len(self.expected) + len(self.deleted)
        parents = self._random.sample([*RAW, *self.expected], k=self._random.randint(0, 3))
        tags = {"client": self.number, "step": self._random.randint(0, 9)}
        fields = {"name": f"model-{self.number}", "artifact_type": "Model", "parent_ids": parents, "tags": tags}
        return {"artifact_id": f"client-{self.number}/{number}", **fields}

    def _register(self) -> None:
        new = self._new()
        answer = self.write("POST", "/artifacts", new).ok(201)
        assert (answer["artifact_id"], answer["created"]) == (new["artifact_id"], True)
        self._holds(new)

    def _register_many(self) -> None:
        new = self._some_new()
        answers = self.write("POST", "/artifacts/batch", {"artifacts": new}).ok(201)["items"]
        assert [answer["artifact_id"] for answer in answers] == [each["artifact_id"] for each in new]
        for each in new:
            self._holds(each)

    def _load(self) -> None:
        new = self._some_new()
        lines = "".join(json.dumps(each) + "\n" for each in new).encode()
        reply = self.write("POST", "/import", lines, **{"Content-Type": "application/x-ndjson"})
        told = json.loads(reply.body.splitlines()[-1])
        assert (reply.status, told["registered"], told["done"]) == (200, len(new), True)
        for each in new:
            self._holds(each)

    def _some_new(self) -> list[dict[str, Any]]:
        new = self._new()
        return [{**new, "artifact_id": f"{new['artifact_id']}-{place}"} for place in range(3)]

    def _tag_many(self) -> None:
        some = {self._any() for _ in range(2)}
        sent = {"tags": {i: {"step": self._random.randint(0, 9)} for i in some}, "remove": {i: ["stage"] for i in some}}
        for artifact_id, tags in self.write("POST", "/artifacts/batch/tags", sent).ok()["tags"].items():
            self._holds({**self.expected[artifact_id], "tags": tags})

    def _tag(self) -> None:
        tags = {"stage": self._random.choice(["production", "staging"]), "step": self._random.randint(0, 9)}
        self._edited("PUT", "tags", tags)

    def _untag(self) -> None:
        self._edited("DELETE", f"tags?key={self._random.choice(['stage', 'step'])}", {})

    def _add_parents(self) -> None:
        self._edited("POST", "parents", {"parent_ids": self._random.sample(RAW, k=2)})

    def _remove_parents(self) -> None:
        self._edited("DELETE", f"parents?parent_id={self._random.choice(RAW)}", {})

    def _edited(self, method: str, path: str, body: Any) -> None:
        answer = self.write(method, f"/artifacts/{self._any()}/{path}", body).ok()
        before = self.expected[answer["artifact_id"]]
        assert set(answer["tags"]) ^ set(before["tags"]) <= {"stage", "step"}
        assert set(answer["parent_ids"]) ^ set(before["parent_ids"]) <= set(RAW)
        self._holds(answer)

    def _set_alias(self) -> None:
        artifact_id = self._any()
        name = self.expected[artifact_id]["name"]
        answer = self.write("PUT", "/aliases", {"name": name, "alias": "best", "artifact_id": artifact_id}).ok()
        assert answer["before"] == self.aliases.get(name)
        self.aliases[name] = artifact_id
        assert self.look(f"/resolve?reference={name}@best").ok()["artifact_id"] == artifact_id

    def _promote(self) -> None:
        artifact_id = self._any()
        name = self.expected[artifact_id]["name"]
        asked = {"alias": "best", "policy": {"rules": [{"rule": "matches", "query": "type:Model"}]}}
        report = self.write("POST", f"/artifacts/{artifact_id}/promote", asked).ok()
        before = report["move"]["before"] if report["move"] is not None else artifact_id
        assert (report["outcome"], before) == ("pass", self.aliases.get(name))
        self.aliases[name] = artifact_id
        assert self.look(f"/resolve?reference={name}@best").ok()["artifact_id"] == artifact_id

    def _unset_alias(self) -> None:
        for name in list(self.aliases):
            answer = self.write("DELETE", f"/aliases?name={name}&alias=best", {}).ok()
            assert (answer["before"], answer["after"]) == (self.aliases.pop(name), None)
            self.look(f"/resolve?reference={name}@best").problem(404, "not-found")

    def _delete(self) -> None:
        artifact_id = self._any()
        name = self.expected[artifact_id]["name"]
        if self.aliases.get(name) == artifact_id:
            self.write("DELETE", f"/artifacts/{artifact_id}", {}).problem(409, "alias-held")
            return
        self.write("DELETE", f"/artifacts/{artifact_id}", {}).ok()
        del self.expected[artifact_id]
        self.deleted.add(artifact_id)
        self.look(f"/artifacts/{artifact_id}").problem(404, "not-found")

    def _any(self) -> str:
        if not self.expected:
            self._register()
        return self._random.choice(list(self.expected))

    def _holds(self, said: dict[str, Any]) -> None:
        """Assert that the other replica answers the same at once."""
        kept = {field: said[field] for field in ("artifact_id", "name", "tags", "parent_ids")}
        self.expected[said["artifact_id"]] = kept
        assert kept.items() <= self.look(f"/artifacts/{said['artifact_id']}").ok().items()
