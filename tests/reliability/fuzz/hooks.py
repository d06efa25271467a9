"""Hooks of schemathesis, which loads this file in its own environment: values that fit grammars, and one more check.

The OpenAPI document calls a query, a cursor or an instant a text. Most texts are neither, so that generated requests
would hardly get past the first check of a route.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

IDS = json.loads(Path(__file__).with_name("ids.json").read_text(encoding="utf-8"))
"""Ids that are registered before the run."""
GRAMMARS: dict[str, list[str]] = {
    "reference": [*IDS, "model", "model:latest", "model:v1", "model@champion"],
    "sealed": [IDS[-1]],
    "name": ["model", "a model"],
    "alias": ["champion", "staging", "a.b-c_d"],
    "cursor": [""],
    "instant": ["2026-03-01", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.123456+02:00", "now", "7d"],
    "age": ["90d", "0d", "2026-01-31"],
    "query": [
        "stage:production",
        "f1>0.9 OR -type:Model",
        'name:"a b"',
        "by:*",
        "model",
        "tag.f1:0.9..1",
        "(a OR b) c",
    ],
    "selector": ["+model@champion+2", "@fuzz", "fuzz,model", "fuzz model", "'type:Model'+"],
    "json": ['{"stage": "production"}', "{}", '{"f1": 0.9, "n": null}'],
    "box": ['["fuzz", "u", 25]', '["fuzz", "d", 1]'],
    "facets": ["type", "type,team", "tag.stage", "pipeline,step"],
    "policy": ["rules:\n- rule: registered\n", "rules:\n- rule: metric\n  tag: f1\n  min: 0.9\n"],
}
"""Texts that fit each grammar."""
EVENTS = [
    {
        "eventType": kind,
        "eventTime": "2026-11-30T02:00:00Z",
        "run": {"runId": run},
        "job": {"namespace": "airflow", "name": "load"},
        "inputs": [{"namespace": "s3://raw", "name": "orders"}],
        "outputs": [{"namespace": "s3://clean", "name": "orders"}],
    }
    for kind, run in (("START", "run-1"), ("COMPLETE", "run-1"), ("FAIL", "run-2"))
]
"""Events of OpenLineage, whose schema is not ours."""
EVENT_OF_A_STREAM = {"type": "object", "required": ["id", "data"]}
"""What each event of a stream has; the document describes the stream as a whole, which OpenAPI 3.1 leaves open."""
SEAL = json.loads(Path(os.environ["CATALOG_GRAPH_FUZZ_SEAL"]).read_text(encoding="utf-8"))
"""The file of a seal of the last id, which the service keeps beside that artifact alone."""
POLICIES = [{"rules": [{"rule": "registered"}]}, {"rules": [{"rule": "metric", "tag": "f1", "min": 0.9}]}]
"""Policies that are sent as JSON."""
PARAMETERS = {
    **dict.fromkeys(("artifact_id", "reference", "target", "with", "without", "path_to"), "reference"),
    **dict.fromkeys(("as_of", "since"), "instant"),
    **dict.fromkeys(("q", "where", "until", "production", "from"), "query"),
    **dict.fromkeys(("select", "exclude"), "selector"),
    **{name: name for name in ("name", "alias", "cursor", "facets")},
    "older_than": "age",
    "tags": "json",
    "open": "box",
}
"""The grammar of parameters, by name."""
FIELDS = {"created_at": "instant", "alias": "alias", "policy": "policy", "artifact_id": "reference"}
"""The grammar of fields of bodies, by name."""
FIELDS_OF_MODELS = {"AliasIn": {"name": "name", "expected": "reference"}}
"""The grammar of fields that have another one elsewhere, by model."""
REASONS = re.compile(
    "|".join(
        (
            r"^invalid-(policy|query|selector)",
            r"cursor .* cannot be read",
            r"is not an instant",
            r"is neither an age such as",
            r"control character",
            r"NUL character",
            r"surrogate",
            r"is not valid JSON",
            r"must be JSON such as",
            r"alias .* (is not valid|would be read as a version)",
            r"idempotency_key .* is not valid",
            r"are both empty",
            r"leave out the filters",
            r"the seal ",
            r"^invalid-input: seal is one of",
            r"is missing; write",  # fields of OpenLineage events, whose schema is not ours
            r"cannot hold an alias of",
            r"must not be empty",
            r"^invalid-input: (from|select) is empty",
            r"is not an address as https:",
            r"parent_ids is required",
            r"^idempotency-key-reused",
            r"on_duplicate differs",
            r"cannot be combined with",
            r"is ahead of the record",
            r"has no column lineage of it",
            r"is a whole number of more than 64 bits",
            r"should be a valid integer",  # 1.0, which JSON Schema takes for one
        )
    )
)
"""Reasons of a 422 that no JSON schema can state: grammars, and values that depend on each other."""

for grammar, texts in GRAMMARS.items():
    schemathesis.openapi.format(grammar, st.one_of(*3 * [st.sampled_from(texts)], st.text(max_size=20)))

schemathesis.openapi.format("key", st.uuids().map(str))


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Give the parameters and fields of the document their grammars."""
    for path, operations in raw_schema["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                # Its examples would be one id for most requests.
                parameter.pop("examples", None)
                parameter["schema"].pop("examples", None)
                grammar = PARAMETERS.get(parameter["name"])
                if parameter["name"] == "Idempotency-Key":
                    grammar = "key"
                if parameter["name"] == "artifact_id" and path.endswith(("/seal", "/seals", "/mark-erased")):
                    grammar = "sealed"
                if parameter["name"] == "until" and path.endswith(("/audit", "/history")):
                    grammar = "instant"
                _set(parameter["schema"], grammar)
    models = raw_schema["components"]["schemas"]
    for model_name, model in models.items():
        grammars = {**FIELDS, **FIELDS_OF_MODELS.get(model_name, {})}
        for name, field in model.get("properties", {}).items():
            _set(field, grammars.get(name))
    models["SealFile"] = {"anyOf": [{"enum": [SEAL]}, models["SealFile"]]}
    [stream] = raw_schema["paths"]["/api/v1/catalog/events"]["get"]["responses"]["200"]["content"].values()
    stream |= {"schema": {"type": "array"}, "itemSchema": EVENT_OF_A_STREAM}
    [event] = raw_schema["paths"]["/api/v1/lineage"]["post"]["requestBody"]["content"].values()
    event["schema"] = {"anyOf": [{"enum": EVENTS}, event["schema"]]}


def _set(schema: dict[str, Any], grammar: str | None) -> None:
    for each in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if grammar and each.get("type") == "string" and not each.keys() & {"enum", "const"}:
            each["format"] = grammar
        elif grammar and each.get("type") == "array":
            _set(each["items"], grammar)
        elif grammar == "policy" and each.get("type") == "object":
            each["enum"] = POLICIES


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leave out `GET …/artifacts/batch/get`, which reads the artifact `batch/get`: an id may hold a slash."""
    return not (case.method in ("GET", "DELETE") and "/artifacts/batch/" in case.operation.path)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Let each stream of events end: nothing would ever come after its first line."""
    query = case.query or {}
    if case.operation.path.endswith("/events") and query.get("follow") in (None, "", "true", True, [], [""], ["true"]):
        case.query = {**query, "follow": "false"}


@schemathesis.serializer("application/x-ndjson")
def ndjson(context: Any, value: Any) -> bytes:
    """Write a value as a line, as `POST /import` reads them; text is sent as it is."""
    return value.encode("utf-8", "replace") if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.check
def refused_for_a_reason(context: Any, response: Any, case: Any) -> None:
    """Require that what fits the document is refused for one of the `REASONS` alone."""
    if response.status_code == 422 and case.meta is not None and case.meta.generation.mode.is_positive:
        problem = response.json()
        reason = f"{problem['code']}: {problem['detail']}"
        assert REASONS.search(reason), f"the OpenAPI document allows what is refused: {reason}"
