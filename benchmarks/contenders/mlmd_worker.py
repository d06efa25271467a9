"""ML Metadata, controlled by lines of JSON, in its own environment (Python 3.11, an old protobuf).

It reads a command per line on standard input, and writes an answer per line on standard output:

    {"load": "history.ndjson", "file": "mlmd.db"}   {"artifacts": 20000, "edges": 34000, "seconds": 8.1}
    {"cone": "ID", "hops": 100}                     {"seconds": 0.17, "ids": […], "edges": [[child, parent], …]}

Each artifact with parents is the output of an execution whose inputs are the parents, so two of ML Metadata's hops are
one generation of a lineage. Only ML Metadata's own call is timed.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb

BATCH = 1000


class HistoryStore:
    """An ML Metadata store on a new SQLite file, which holds a history."""

    def __init__(self, path: str) -> None:
        config = pb.ConnectionConfig()
        config.sqlite.filename_uri = path
        config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
        self._store = metadata_store.MetadataStore(config)
        self._step = self._store.put_execution_type(pb.ExecutionType(name="Step"))
        self._types: dict[str, int] = {}
        self._number_of: dict[str, int] = {}
        self._id_of: dict[int, str] = {}

    def load(self, path: str) -> dict[str, Any]:
        """Load a file with one JSON entry per line, parents before children."""
        started = time.perf_counter()
        edges = 0
        with Path(path).open() as lines:
            entries = map(json.loads, lines)
            while batch := list(islice(entries, BATCH)):
                edges += self._load(batch)
        return {"artifacts": len(self._number_of), "edges": edges, "seconds": time.perf_counter() - started}

    def _load(self, batch: list[dict[str, Any]]) -> int:
        numbers = self._store.put_artifacts([self._artifact(entry) for entry in batch])
        for entry, number in zip(batch, numbers, strict=True):
            self._number_of[entry["artifact_id"]] = number
            self._id_of[number] = entry["artifact_id"]
        children = [entry for entry in batch if entry["parent_ids"]]
        steps = self._store.put_executions([pb.Execution(type_id=self._step) for _ in children]) if children else []
        events = []
        for entry, step in zip(children, steps, strict=True):
            events.append(self._event(entry["artifact_id"], step, pb.Event.OUTPUT))
            events += [self._event(parent, step, pb.Event.INPUT) for parent in entry["parent_ids"]]
        self._store.put_events(events)
        return sum(len(entry["parent_ids"]) for entry in children)

    def _artifact(self, entry: dict[str, Any]) -> pb.Artifact:
        kind = entry["artifact_type"]
        if kind not in self._types:
            self._types[kind] = self._store.put_artifact_type(pb.ArtifactType(name=kind))
        artifact = pb.Artifact(type_id=self._types[kind], uri=entry["uri"], external_id=entry["artifact_id"])
        artifact.custom_properties["name"].string_value = entry["name"]
        for key, value in entry["tags"].items():
            if isinstance(value, str):
                artifact.custom_properties[key].string_value = value
            else:
                artifact.custom_properties[key].double_value = value
        return artifact

    def _event(self, artifact_id: str, step: int, kind: int) -> pb.Event:
        return pb.Event(artifact_id=self._number_of[artifact_id], execution_id=step, type=kind)

    def cone(self, artifact_id: str, hops: int) -> dict[str, Any]:
        """Call `get_lineage_subgraph` upstream, for artifacts, executions and events."""
        options = pb.LineageSubgraphQueryOptions(max_num_hops=hops, direction=pb.LineageSubgraphQueryOptions.UPSTREAM)
        options.starting_artifacts.filter_query = f"id = {self._number_of[artifact_id]}"
        started = time.perf_counter()
        graph = self._store.get_lineage_subgraph(options, ["artifacts", "executions", "events"])
        seconds = time.perf_counter() - started
        inputs: dict[int, list[str]] = {}
        output: dict[int, str] = {}
        for event in graph.events:
            if event.type == pb.Event.INPUT:
                inputs.setdefault(event.execution_id, []).append(self._id_of[event.artifact_id])
            else:
                output[event.execution_id] = self._id_of[event.artifact_id]
        edges = [[output[step], parent] for step, parents in inputs.items() if step in output for parent in parents]
        return {"seconds": seconds, "ids": [self._id_of[a.id] for a in graph.artifacts], "edges": edges}


def main() -> None:
    """Answer commands until standard input ends; the first command is `load`."""
    commands = map(json.loads, sys.stdin)
    first = next(commands)
    store = HistoryStore(first["file"])
    _say(store.load(first["load"]))
    for command in commands:
        _say(store.cone(command["cone"], command["hops"]))


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
