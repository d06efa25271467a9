"""Calls every operation of the service by a client that openapi-python-client generated.

It runs in the generator's own environment: `python generated_calls.py FOLDER ENDPOINT KEY`, with the generated package
`generated_client` in FOLDER. Prints the number of each status by operation, as JSON.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from base64 import b64encode
from io import BytesIO
from typing import Any

folder, endpoint, token = sys.argv[1:]
sys.path.insert(0, folder)

client_module = importlib.import_module("generated_client")
models = importlib.import_module("generated_client.models")
types = importlib.import_module("generated_client.types")
api = importlib.import_module("generated_client.api")

client = client_module.AuthenticatedClient(base_url=endpoint, token=token)
statuses: dict[str, int] = {}
modules = {
    name.rpartition(".")[2]: importlib.import_module(name)
    for _, name, is_package in pkgutil.walk_packages(api.__path__, "generated_client.api.")
    if not is_package
}


def call(operation: str, *arguments: Any, **parameters: Any) -> Any:
    """Call an operation, note its status, and return the parsed answer."""
    response = modules[operation].sync_detailed(*arguments, client=client, **parameters)
    statuses[operation] = int(response.status_code)
    return response.parsed


def entry(artifact_id: str, *parent_ids: str) -> dict[str, Any]:
    """Return the fields of an artifact."""
    return {"artifact_id": artifact_id, "name": "n", "artifact_type": "T", "parent_ids": list(parent_ids)}


def line(artifact_id: str) -> Any:
    """Return a stream of one artifact."""
    return types.File(payload=BytesIO(json.dumps(entry(artifact_id)).encode() + b"\n"))


call("register", body=models.RegisterIn.from_dict({**entry("a"), "content_hash": "h"}), idempotency_key="once")
registrations = call("register_many", body=models.BatchIn.from_dict({"artifacts": [entry("b", "a"), entry("c", "b")]}))
assert [item.artifact_id for item in registrations.items] == ["b", "c"]
assert call("get", "a").name == "n"
assert len(call("get_many", body=models.IdsIn(artifact_ids=["a", "b"], deleted=True)).items) == 2
call("tag", "a", body=models.TagBodyType0.from_dict({"stage": "production", "old": 1}))
call("untag", "a", key=["old"])
call("tag_many", body=models.TagChangesIn.from_dict({"tags": {"a": {"x": 1}}}))
call("add_parents", "c", body=models.ParentsIn(parent_ids=["a"]))
call("remove_parents", "c", parent_id=["a"])
assert len(call("list_artifacts", limit=2, total=models.ListArtifactsTotal("true")).items) == 2
assert call("search", q="stage:production", order=models.SearchOrder("newest")).items[0].artifact_id == "a"
assert call("find_by_content_hash", hash_="h").artifact_id == "a"
assert call("neighbours", "b").parents[0].artifact_id == "a"
assert call("upstream", "c", depth=1).nodes[0].artifact_id == "b"
assert call("downstream", "a", limit="all", without=["c"]).nodes[0].artifact_id == "b"
assert call("paths", "a", target="c").count == "1"
call("diff", "b", with_="c")
call("what_if", "c", without=["b"])
call("picture", "b")
call("stale_artifacts", limit=5)
assert call("walk", select="n+1")
call("unreachable", older_than="1d")
call("bom", "c", spec_version=models.BomSpecVersion("1.7"))
call("open_erasure", "a", body=models.OpenErasureIn(reason="request 17"))
assert call("mark_erased", "a", body=models.MarkErasedIn(by="ada")).left == 3
assert call("erasures").items[0].artifact_id == "a"
# Other questions about lineage, those of the future too, need an artifact alone.
for name in [name for name, module in modules.items() if ".lineage." in module.__name__ and name not in statuses]:
    call(name, "c")
assert call("resolve", reference="n:v1").artifact_id == "a"
assert call("versions", name="n", limit=2).items[0].artifact.artifact_id
call("set_alias", body=models.AliasIn(name="n", alias="champion", artifact_id="a"))
call("aliases", name="n")
call("bom_of_alias", alias="champion")
call("alias_history", name="n")
policy = {"rules": [{"rule": "registered"}]}
call("check_promotion", "b", body=models.CheckIn.from_dict({"policy": policy}))
call("promote", "b", body=models.PromoteIn.from_dict({"policy": policy, "alias": "best"}))
answer = call("statement", "b", body=models.StatementIn()).to_dict()
statement = json.dumps(answer, sort_keys=True, separators=(",", ":"))
seal = {
    "payload": b64encode(statement.encode()).decode(),
    "payloadType": "application/vnd.in-toto+json",
    # A service keeps a seal without verifying its signature.
    "signatures": [{"sig": b64encode(bytes(64)).decode()}],
}
assert call("keep_seal", "b", body=models.SealFile.from_dict(seal)).artifact_id == "b"
assert call("seals", "b").items[0].artifacts == 2
call("seal", "b")
call("policies")
event = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-30T02:00:00Z",
    "run": {"runId": "0190c0de-0000-7000-8000-000000000001"},
    "job": {"namespace": "airflow", "name": "load"},
    "outputs": [{"namespace": "warehouse", "name": "orders"}],
}
assert call("take_event", body=models.TakeEventEvent.from_dict(event)).changed == 1
assert call("take_events", body=[event, {}]).summary.failed == 1
call("unset_alias", name="n", alias="champion")
call("load", body=line("d"))
call("dump", q="name:n")
call("healthz")
call("readyz")
call("metrics")
call("make_key", body=models.KeyIn(name="ci"))
call("rotate_key", "ci", body=models.RotationIn(grace_seconds=0))
call("revoke_key", "ci")
assert call("keys").items[0].name == "root"
call("unset", "d", body=models.UnsetIn.from_dict({"metadata": ["k"], "fields": ["uri"]}))
call("delete", "d")
assert call("audit", kind=[models.AuditKindItem("deleted")], limit=5).items[0].artifact_id == "d"
hook = call("make_webhook", body=models.WebhookIn(url="https://catalog.invalid/hook"))
call("test_webhook", hook.id)
assert call("webhooks").items[0].id == hook.id
call("delete_webhook", hook.id)
call("events", after="0", follow=models.EventsFollow("false"))
assert call("history", "d").items[0].kind == "deleted"
for operation in ("undelete", "purge"):
    if operation in modules:
        call(operation, "d")
print(json.dumps({"statuses": statuses, "others": sorted(modules.keys() - statuses.keys())}))
