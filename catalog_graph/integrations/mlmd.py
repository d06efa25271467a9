"""Import of a store of ML Metadata, which TFX and Kubeflow Pipelines wrote: the way over from an archived project.

The SQLite file is read as it is, without ML Metadata, whose last version needs Python 3.11. Its tables are described at
https://github.com/google/ml-metadata/blob/master/ml_metadata/proto/metadata_store.proto. Memory does not depend on the
size of the store: artifacts are read in parts, each with the events around it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from catalog_graph.artifact import CatalogEntry
from catalog_graph.copies.records import LeftOut
from catalog_graph.errors import InvalidInput
from catalog_graph.integrations.reading import as_json, instant_of, number_or_text, set_values
from catalog_graph.transfer.importing import Item, Lookup, Source

PART = 500
"""Artifacts that are read at a time."""
_ARTIFACT_STATES = ("", "pending", "live", "marked for deletion", "deleted", "abandoned", "reference")
_EXECUTION_STATES = ("", "new", "running", "complete", "failed", "cached", "canceled")
_ARTIFACTS = """
    SELECT a.*, t.name AS type FROM Artifact a LEFT JOIN Type t ON t.id = a.type_id
    WHERE a.id > ? ORDER BY a.id LIMIT ?"""
_EXECUTIONS = """
    SELECT e.*, coalesce(t.name, 'type ' || e.type_id) AS type FROM Execution e LEFT JOIN Type t ON t.id = e.type_id
    WHERE e.id IN (SELECT value FROM json_each(?))"""
_WITHOUT_OUTPUTS = """
    SELECT e.id FROM Execution e
    WHERE e.id > ? AND NOT EXISTS (SELECT 1 FROM Event v WHERE v.execution_id = e.id AND v.type IN (1, 4, 6))
    ORDER BY e.id LIMIT ?"""
# Types of events: 1 declared output, 2 declared input, 3 input, 4 output, 5 internal input, 6 internal output.
_WRITERS = """
    SELECT artifact_id, execution_id FROM Event
    WHERE type IN (1, 4, 6) AND artifact_id IN (SELECT value FROM json_each(?)) ORDER BY id"""
_INPUTS = """
    SELECT execution_id, artifact_id FROM Event
    WHERE type IN (2, 3, 5) AND execution_id IN (SELECT value FROM json_each(?)) ORDER BY id"""
_ARTIFACT_PROPERTIES = """
    SELECT artifact_id AS owner, * FROM ArtifactProperty WHERE artifact_id IN (SELECT value FROM json_each(?))"""
_EXECUTION_PROPERTIES = """
    SELECT execution_id AS owner, * FROM ExecutionProperty WHERE execution_id IN (SELECT value FROM json_each(?))"""
_ARTIFACT_CONTEXTS = """
    SELECT x.artifact_id AS owner, c.name, coalesce(t.name, 'type ' || c.type_id) AS type
    FROM Attribution x JOIN Context c ON c.id = x.context_id LEFT JOIN Type t ON t.id = c.type_id
    WHERE x.artifact_id IN (SELECT value FROM json_each(?)) ORDER BY c.id"""
_EXECUTION_CONTEXTS = """
    SELECT x.execution_id AS owner, c.name, coalesce(t.name, 'type ' || c.type_id) AS type
    FROM Association x JOIN Context c ON c.id = x.context_id LEFT JOIN Type t ON t.id = c.type_id
    WHERE x.execution_id IN (SELECT value FROM json_each(?)) ORDER BY c.id"""

Contexts = dict[str, str]
"""Names of contexts by their type."""


@dataclass(frozen=True)
class _Execution:
    row: sqlite3.Row
    properties: dict[str, Any]
    contexts: Contexts
    inputs: list[int]


class Store(Source):
    """The SQLite file of an ML Metadata store, for `ArtifactCatalog.import_from`.

    `name` is in the ids, since each store numbers its artifacts from 1: it must be the same at every import of this
    store, and another one for another store. By default it is the name of the file.
    """

    by = "import mlmd"

    def __init__(self, path: str | Path, name: str = "") -> None:
        self._path = Path(path)
        self._name = name or self._path.stem
        with closing(self._open()) as store:
            self._check(store)

    def items(self, lookup: Lookup) -> Iterator[Item]:
        """Yield artifacts by their number, then executions that wrote none."""
        with closing(self._open()) as store:
            last = 0
            while rows := store.execute(_ARTIFACTS, (last, PART)).fetchall():
                yield from self._artifacts(store, rows)
                last = rows[-1]["id"]
            last = 0
            while rows := store.execute(_WITHOUT_OUTPUTS, (last, PART)).fetchall():
                yield from self._leaves(store, [row["id"] for row in rows])
                last = rows[-1]["id"]

    def _artifacts(self, store: sqlite3.Connection, rows: list[sqlite3.Row]) -> Iterator[Item]:
        ids = [row["id"] for row in rows]
        properties = _properties(store, _ARTIFACT_PROPERTIES, ids)
        contexts = _contexts(store, _ARTIFACT_CONTEXTS, ids)
        writers: dict[int, list[int]] = defaultdict(list)
        for artifact_id, execution_id in store.execute(_WRITERS, (json.dumps(ids),)):
            writers[artifact_id].append(execution_id)
        executions = _executions(store, {i for each in writers.values() for i in each})
        for row in rows:
            if row["type"] is None:
                yield LeftOut(f"artifact {row['id']}", f"its type {row['type_id']} is not in the store")
                continue
            written_by = [executions[i] for i in writers[row["id"]] if i in executions]
            sources = dict.fromkeys(i for each in written_by for i in each.inputs)
            if row["id"] in sources:
                del sources[row["id"]]
                yield LeftOut(f"edge from artifact {row['id']} to itself", "an execution reads what it writes")
            yield from self._artifact(row, properties[row["id"]], contexts[row["id"]], written_by, list(sources))

    def _artifact(
        self,
        row: sqlite3.Row,
        properties: dict[str, Any],
        contexts: Contexts,
        written_by: list[_Execution],
        sources: list[int],
    ) -> Iterator[Item]:
        kind = row["type"].removeprefix("system.")
        name = next((str(properties[key]) for key in ("display_name", "name") if properties.get(key)), "")
        numbers = {
            key: value
            for key, value in properties.items()
            if isinstance(value, float) or (isinstance(value, int) and "metric" in kind.lower())
        }
        for key in [key for key, value in properties.items() if isinstance(value, bytes)]:
            del properties[key]
            yield LeftOut(f"property {key} of artifact {row['id']}", "it holds bytes or a message of Protocol Buffers")
        writer = written_by[0] if written_by else None
        yield self._entry(
            f"{row['id']}",
            name or row["name"] or kind,
            kind,
            sources,
            writer,
            {**contexts, **(writer.contexts if writer else {})},
            details=set_values(
                id=row["id"],
                type=row["type"],
                name=row["name"],
                state=_state(_ARTIFACT_STATES, row["state"]),
                properties=properties,
            ),
            metrics=numbers,
            uri=row["uri"] or "",
            created_at=instant_of(row["create_time_since_epoch"]),
        )

    def _leaves(self, store: sqlite3.Connection, ids: list[int]) -> Iterator[Item]:
        """Yield an artifact for each execution that wrote none, such as an evaluation; it derives from what it read."""
        for execution_id, execution in _executions(store, ids).items():
            if not execution.inputs:
                yield LeftOut(f"execution {execution_id}", "it read and wrote nothing")
                continue
            step = _step(execution)
            created_at = instant_of(execution.row["create_time_since_epoch"])
            yield self._entry(
                f"execution:{execution_id}",
                step,
                "Execution",
                execution.inputs,
                execution,
                execution.contexts,
                details={"type": execution.row["type"]},
                created_at=created_at,
            )

    def _entry(
        self,
        number: str,
        name: str,
        kind: str,
        sources: list[int],
        execution: _Execution | None,
        contexts: Contexts,
        *,
        details: dict[str, Any],
        metrics: Mapping[str, float] | None = None,
        **fields: Any,
    ) -> CatalogEntry:
        pipeline = next((name for kind, name in contexts.items() if re.search(r"pipeline$", kind, re.I)), "")
        run = next((name for kind, name in contexts.items() if re.search(r"run$", kind, re.I)), "")
        made_by = {}
        if execution is not None:
            state = _state(_EXECUTION_STATES, execution.row["last_known_state"])
            made_by = set_values(execution=execution.row["id"], execution_state=state)
        params = {
            key.removeprefix("input:"): number_or_text(value) if isinstance(value, str) else value
            for key, value in (execution.properties if execution else {}).items()
            if not isinstance(value, bytes)
        }
        return CatalogEntry(
            artifact_id=f"mlmd:{self._name}:{number}",
            name=name,
            artifact_type=kind,
            source_step=_step(execution) if execution else "",
            source_run_id=run,
            source_pipeline=pipeline,
            parent_ids=[f"mlmd:{self._name}:{i}" for i in sources],
            metadata=as_json(
                {
                    "mlmd": {**details, **made_by, **set_values(contexts=contexts)},
                    **set_values(metrics=metrics, params=params),
                }
            ),
            **fields,
        )

    def _open(self) -> sqlite3.Connection:
        try:
            store = sqlite3.connect(f"file:{quote(str(self._path.absolute()))}?mode=ro", uri=True)
        except sqlite3.Error as cause:
            raise self._invalid(str(cause)) from cause
        store.row_factory = sqlite3.Row
        return store

    def _check(self, store: sqlite3.Connection) -> None:
        try:
            tables = {row["name"] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error as cause:
            raise self._invalid(str(cause)) from cause
        missing = {"Artifact", "Execution", "Event", "Context", "Type"} - tables
        if missing:
            raise self._invalid(f"it has no table {min(missing)}")

    def _invalid(self, reason: str) -> InvalidInput:
        message = (
            f"{str(self._path)!r} cannot be read as a store: {reason}; name the SQLite file of an ML Metadata store"
        )
        return InvalidInput(message, field="path")


def _executions(store: sqlite3.Connection, ids: Iterable[int]) -> dict[int, _Execution]:
    numbers = json.dumps(list(ids))
    inputs: dict[int, list[int]] = defaultdict(list)
    for execution_id, artifact_id in store.execute(_INPUTS, (numbers,)):
        inputs[execution_id].append(artifact_id)
    properties = _properties(store, _EXECUTION_PROPERTIES, json.loads(numbers))
    contexts = _contexts(store, _EXECUTION_CONTEXTS, json.loads(numbers))
    return {
        row["id"]: _Execution(row, properties[row["id"]], contexts[row["id"]], list(dict.fromkeys(inputs[row["id"]])))
        for row in store.execute(_EXECUTIONS, (numbers,))
    }


def _properties(store: sqlite3.Connection, query: str, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return the properties of artifacts or executions by number; columns depend on the version of the store."""
    properties: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in store.execute(query, (json.dumps(ids),)):
        values = {key: row[key] for key in row.keys() if key.endswith("_value") and row[key] is not None}  # noqa: SIM118
        for column, value in values.items():
            properties[row["owner"]][row["name"]] = bool(value) if column == "bool_value" else value
    return properties


def _contexts(store: sqlite3.Connection, query: str, ids: list[int]) -> dict[int, Contexts]:
    contexts: dict[int, Contexts] = defaultdict(dict)
    for row in store.execute(query, (json.dumps(ids),)):
        contexts[row["owner"]][row["type"]] = row["name"]
    return contexts


def _state(states: Sequence[str], number: int | None) -> str:
    """Return the name of a state, or its number if ML Metadata has given it no name."""
    return states[number or 0] if 0 <= (number or 0) < len(states) else str(number)


def _step(execution: _Execution) -> str:
    """Return the name of the step that an execution ran."""
    names = (execution.properties.get("task_name"), execution.properties.get("display_name"))
    node = execution.contexts.get("node")
    return str(next(filter(None, (*names, node, execution.row["name"])), execution.row["type"]))
