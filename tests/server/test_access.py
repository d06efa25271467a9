"""API keys and scopes over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.params import Security
from fastapi.routing import APIRoute

from catalog_graph.backends.keys import StoredKey
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.webhooks import Progress, StoredWebhook
from catalog_graph.errors import ConfigurationError
from catalog_graph.server.app import ROUTERS, create_app
from catalog_graph.server.keyring import Keyring
from catalog_graph.server.keys import INCLUDES, digest_of, new_key
from catalog_graph.server.open_paths import OPEN_PATHS
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.answers import questions
from tests.support.seals import seal_of


@pytest.fixture(autouse=True)
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer the many wrong keys of these tests at once."""
    monkeypatch.setattr("catalog_graph.server.rates.LONGEST_DELAY", 0.0)
    monkeypatch.setattr("catalog_graph.server.key_refresh.AGAIN_SECONDS", 0.0)


READ_KEY = "read-key-0123456789"
WRITE_KEY = "write-key-0123456789"
ADMIN_KEY = "admin-key-0123456789"
KEYS = f"reader={READ_KEY}:read, writer={WRITE_KEY}:write {ADMIN_KEY}:admin"

PARAMETERS = {"paths": "?target=b", "diff": "?with=b", "what_if": "?without=b"}
POLICY = {"rules": [{"rule": "registered"}]}
SEAL = seal_of("a")

READS = [
    ("GET", "/artifacts", None),
    ("GET", "/artifacts/search?q=n", None),
    ("GET", "/artifacts/by-hash?hash=h", None),
    ("POST", "/artifacts/batch/get", {"artifact_ids": ["a"]}),
    ("GET", "/artifacts/a", None),
    ("GET", "/artifacts/a/lineage", None),
    ("GET", "/artifacts/a/upstream", None),
    *(("GET", f"/artifacts/a/{name.replace('_', '-')}{PARAMETERS.get(name, '')}", None) for name in questions()),
    ("GET", "/stale", None),
    ("GET", "/walk?select=a", None),
    ("GET", "/unreachable", None),
    ("GET", "/artifacts/a/bom", None),
    ("GET", "/bom?alias=held", None),
    ("GET", "/erasures", None),
    ("GET", "/artifacts/a/picture", None),
    ("GET", "/artifacts/a/extent", None),
    ("GET", "/artifacts/a/history", None),
    ("GET", "/artifacts/a/downstream", None),
    ("POST", "/artifacts/a/check-promotion", {"policy": POLICY}),
    ("POST", "/artifacts/a/statement", {}),
    ("GET", "/artifacts/a/seals", None),
    ("GET", "/artifacts/a/seal", None),
    ("GET", "/aliases?name=n", None),
    ("GET", "/aliases/history?name=n", None),
    ("GET", "/resolve?reference=n", None),
    ("GET", "/export", None),
    ("GET", "/versions?name=n", None),
    ("GET", "/policies", None),
    ("GET", "/events?follow=false", None),
]
WRITES = [
    ("POST", "/artifacts", {"artifact_id": "a", "name": "n", "artifact_type": "T"}),
    ("POST", "/artifacts/batch", {"artifacts": [{"artifact_id": "a", "name": "n", "artifact_type": "T"}]}),
    ("POST", "/import", b'{"artifact_id": "a", "name": "n", "artifact_type": "T"}'),
    ("POST", "/artifacts/batch/tags", {"tags": {"a": {"k": 1}}}),
    ("PUT", "/artifacts/a/tags", {"k": 1}),
    ("POST", "/artifacts/a/unset", {"metadata": ["k"]}),
    ("DELETE", "/artifacts/a/tags?key=k", None),
    ("POST", "/artifacts/a/parents", {"parent_ids": ["p"]}),
    ("DELETE", "/artifacts/a/parents?parent_id=p", None),
    ("DELETE", "/artifacts/a", None),
    ("POST", "/artifacts/a/undelete", None),
    ("POST", "/artifacts/a/open-erasure", {"reason": "request 17"}),
    ("POST", "/artifacts/a/mark-erased", {"by": "ada"}),
    ("POST", "/artifacts/a/promote", {"policy": POLICY, "alias": "champion"}),
    ("POST", "/artifacts/a/seals", SEAL),
    ("PUT", "/aliases", {"name": "n", "alias": "champion", "artifact_id": "a"}),
    ("DELETE", "/aliases?name=n&alias=champion", None),
]
ADMINISTRATION = [
    ("GET", "/audit", None),
    ("POST", "/artifacts/a/purge", None),
    ("GET", "/keys", None),
    ("POST", "/keys", {"name": "ci"}),
    ("POST", "/keys/stored/rotate", {}),
    ("DELETE", "/keys/stored", None),
    ("GET", "/webhooks", None),
    ("POST", "/webhooks", {"url": "https://catalog.invalid/hook"}),
    ("POST", "/webhooks/wh_0/test", None),
    ("DELETE", "/webhooks/wh_0", None),
]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Wire]:
    """Run a service with three keys and two artifacts, `a` and `b`."""
    settings = ServerSettings(api_keys=KEYS)  # type: ignore[arg-type]
    with LocalCatalogBackend(tmp_path / "catalog.db") as backend, running(backend, settings) as url:
        for artifact_id in ("a", "b"):
            Wire(url, bearer(WRITE_KEY)).register(artifact_id=artifact_id)
        backend.keep_seal(json.dumps(SEAL).encode())
        backend.set_alias("n", "held", "b")
        backend.open_erasure("a")
        backend.store_key(StoredKey(digest_of("stored-key-0123456789"), "stored", "read", 1, ""))
        webhook = StoredWebhook("wh_0", "https://catalog.invalid", "whsec_eHh4eA==", "", (), 1, "", Progress("0"))
        backend.webhooks.keep(webhook)
        yield Wire(url)


def headers_for(path: str, key: str) -> dict[str, str]:
    """Return the headers with a key, and with the media type of a body that is not JSON."""
    return {**bearer(key), **({"Content-Type": "application/x-ndjson"} if path == "/import" else {})}


def with_names(path: str, names: dict[str, str]) -> str:
    for value, name in names.items():
        path = path.replace(value, name)
    return path


def test_these_are_all_the_routes() -> None:
    pages = docs("api.md") + docs("lineage-questions.md")
    documented = set(re.findall(r"^\| `(\w+ /\S*)` \| (read|write|admin)", pages, re.MULTILINE))
    scopes = {"read": READS, "write": WRITES, "admin": ADMINISTRATION}
    known = [(request, scope) for scope, requests in scopes.items() for request in requests]
    names = {"/a/": "/{artifact_id}/", "/stored": "/{name}", "/wh_0": "/{webhook_id}"}
    tried = {(f"{m} {with_names(p.partition('?')[0], names)}", s) for (m, p, _), s in known}
    assert {(r.removesuffix("/a") + "/{artifact_id}" if r.endswith("/a") else r, s) for r, s in tried} == documented


def test_each_route_needs_the_scope_that_is_documented() -> None:
    """Or it is open, and then one of the few that hold nothing of the catalog."""
    pages = docs("api.md") + docs("lineage-questions.md")
    table = re.findall(r"^\| `(\w+) (/\S*)`( \(no prefix\))? \| (read|write|admin|none)", pages, re.MULTILINE)
    documented = {(m, path if bare else f"/api/v1/catalog{path}"): scope for m, path, bare, scope in table}
    scopes: dict[tuple[str, str], list[str]] = {}
    for route in (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)):
        needed = [scope for each in route.dependencies if isinstance(each, Security) for scope in each.scopes or ()]
        for method in route.methods:
            scopes[method, route.path] = needed
    in_document = {route: needed or ["none"] for route, needed in scopes.items() if route in documented}
    assert in_document == {route: [scope] for route, scope in documented.items()}
    assert {path for (_, path), needed in scopes.items() if not needed} == OPEN_PATHS - {"/openapi.json"}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/artifacts?nonsense=1", {}),
        ("/artifacts", {"Content-Type": "text/plain"}),
        ("/artifacts", {"Content-Length": "1000000000"}),
        ("/artifacts", {"Idempotency-Key": ""}),
    ],
)
def test_access_is_checked_before_anything_else(guarded: Wire, path: str, headers: dict[str, str]) -> None:
    head = {"Connection": "close", "Content-Length": "3", "Content-Type": "application/json", **headers}
    for key, expected in ((READ_KEY, 403), ("another-key-0123456789", 401)):
        fields = {"Host": "localhost", **bearer(key), **head}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        assert guarded.raw(f"POST {guarded.prefix}{path} HTTP/1.1\r\n{lines}\r\n{{]x".encode()).status == expected


def docs(name: str) -> str:
    return (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("headers", [{}, bearer("another-key-0123456789"), {"Authorization": READ_KEY}])
def test_without_a_key_nothing_is_answered(guarded: Wire, headers: dict[str, str]) -> None:
    for method, path, body in [*READS, *WRITES, *ADMINISTRATION]:
        reply = guarded(method, path, body, headers=headers)
        reply.problem(401, "unauthorized")
        assert reply.headers["www-authenticate"].startswith("Bearer "), path


@pytest.mark.parametrize("key", [READ_KEY, WRITE_KEY, ADMIN_KEY])
def test_every_key_may_read(guarded: Wire, key: str) -> None:
    for method, path, body in READS:
        assert guarded(method, path, body, headers=bearer(key)).status == 200, path


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_writing_needs_the_scope(guarded: Wire, method: str, path: str, body: object) -> None:
    reply = guarded(method, path, body, headers=headers_for(path, READ_KEY))
    assert reply.problem(403, "forbidden")["scope"] == "write"
    assert "'write'" in reply.json["detail"]
    assert 'error="insufficient_scope", scope="write"' in reply.headers["www-authenticate"]
    # The artifact is not deleted, which only a caller with the scope is told.
    expected = 409 if path.endswith("/undelete") else 200
    assert guarded(method, path, body, headers=headers_for(path, WRITE_KEY)).status == expected


@pytest.mark.parametrize(("method", "path", "body"), ADMINISTRATION)
@pytest.mark.parametrize("key", [READ_KEY, WRITE_KEY])
def test_administration_needs_the_scope(guarded: Wire, method: str, path: str, body: object, key: str) -> None:
    assert guarded(method, path, body, headers=bearer(key)).problem(403, "forbidden")["scope"] == "admin"
    assert guarded(method, path, body, headers=bearer(ADMIN_KEY)).status in (200, 201)


@pytest.mark.parametrize("authorization", [f"bearer {READ_KEY}", f"BEARER   {READ_KEY}", f"Bearer {READ_KEY} "])
def test_the_scheme_is_read_as_http_has_it(guarded: Wire, authorization: str) -> None:
    guarded("GET", "/artifacts", headers={"Authorization": authorization}).ok()


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        f"Basic {READ_KEY}",
        f"Bearer {READ_KEY}x",
        f"Bearer {READ_KEY[:-1]}",
        f"Bearer x {READ_KEY}",
        f"Bearer {READ_KEY.upper()}",
        f"Bearer {digest_of(READ_KEY)}",
        "Bearer é\xff",
        "Bearer " + "x" * 10_000,
    ],
)
def test_what_is_not_quite_the_key_is_refused(guarded: Wire, authorization: str) -> None:
    guarded("GET", "/artifacts", headers={"Authorization": authorization}).problem(401, "unauthorized")


def test_a_request_without_a_key_is_refused_before_its_body_comes(guarded: Wire) -> None:
    head = f"POST {guarded.prefix}/artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    guarded.raw(f"{head}Content-Length: 1000000\r\nConnection: close\r\n\r\n".encode()).problem(401, "unauthorized")


def test_unknown_addresses_need_a_key_too(guarded: Wire) -> None:
    guarded("GET", "root:/nowhere").problem(401, "unauthorized")
    guarded("GET", "root:/nowhere", headers=bearer(READ_KEY)).problem(404, "no-route")


def test_health_and_documentation_are_open(guarded: Wire) -> None:
    assert guarded("GET", "root:/healthz").ok() == {"status": "ok"}
    assert guarded("GET", "root:/readyz").ok() == {"status": "ready"}
    assert guarded("GET", "root:/readyz", headers=bearer("another-key-0123456789")).ok() == {"status": "ready"}
    assert guarded("GET", "root:/readyz", headers=bearer(READ_KEY)).ok()["store"]
    assert guarded("GET", "root:/openapi.json").ok()["openapi"]
    assert guarded("GET", "root:/docs").status == 200


def test_a_service_without_keys_accepts_any_key(wire: Wire) -> None:
    wire("POST", "/artifacts", {"name": "n", "artifact_type": "T"}, headers=bearer("whatever")).ok(201)
    assert wire("GET", "root:/readyz").ok()["store"]


def scopes_of(keyring: Keyring, key: str) -> frozenset[str]:
    api_key = keyring.identify(f"Bearer {key}")
    assert api_key is not None
    return frozenset(api_key.scopes)


def test_keys_come_from_a_file_of_hashes(tmp_path: Path) -> None:
    reading, reader = new_key("reader", "read")
    writing, writer = new_key("writer", "write")
    path = tmp_path / "keys"
    path.write_text(f"# our keys\n\n{reader.line()}   # for the dashboard\n{writer.line()}\n", encoding="utf-8")
    keyring = Keyring.of(ServerSettings(api_keys_file=path))
    assert scopes_of(keyring, reading) == {"read"}
    assert scopes_of(keyring, writing) == {"read", "write"}
    assert keyring.identify(f"Bearer {reader.digest}") is None
    assert reading not in path.read_text(encoding="utf-8")
    assert reader.line().split()[:2] == ["reader", "read"]


def test_keys_of_both_sources_count(tmp_path: Path) -> None:
    key, kept = new_key("one", "read")
    (tmp_path / "keys").write_text(kept.line(), encoding="utf-8")
    keyring = Keyring.of(ServerSettings(api_keys_file=tmp_path / "keys", api_keys=KEYS))  # type: ignore[arg-type]
    assert scopes_of(keyring, key) == {"read"}
    assert scopes_of(keyring, ADMIN_KEY) == set(INCLUDES["admin"])
    assert [known.name for known in keyring.keys] == ["reader", "writer", "env", "one"]


def test_a_key_without_a_scope_may_write() -> None:
    keyring = Keyring.of(ServerSettings(api_keys=WRITE_KEY))  # type: ignore[arg-type]
    assert scopes_of(keyring, WRITE_KEY) == {"read", "write"}


@pytest.mark.parametrize(
    "keys",
    ["short", "name=short:read", f"{READ_KEY}:reed", f"{READ_KEY}:", "=" + READ_KEY, "a==b", f"{READ_KEY}:read:x"],
)
def test_keys_that_cannot_be_read_are_refused_without_showing_them(keys: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Keyring.of(ServerSettings(api_keys=f"{WRITE_KEY} {keys}"))  # type: ignore[arg-type]
    assert "key 2 of CATALOG_GRAPH_API_KEYS" in caught.value.message
    assert READ_KEY not in caught.value.message
    assert WRITE_KEY not in caught.value.message


@pytest.mark.parametrize("line", ["reader read", f"reader read {READ_KEY}", "reader read sha256:abc", "a b c d"])
def test_lines_that_cannot_be_read_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "keys"
    path.write_text(f"# keys\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 2 of") as caught:
        Keyring.of(ServerSettings(api_keys_file=path))
    assert READ_KEY not in caught.value.message


def test_a_key_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Keyring.of(ServerSettings(api_keys_file=tmp_path / "none"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "catalog.example"])
def test_no_address_but_loopback_without_keys(tmp_path: Path, host: str) -> None:
    with LocalCatalogBackend(tmp_path / "catalog.db") as backend:
        with pytest.raises(ConfigurationError, match="--no-auth"):
            create_app(backend, ServerSettings(host=host))
        create_app(backend, ServerSettings(host=host, no_auth=True))
        create_app(backend, ServerSettings(host=host, api_keys=KEYS))  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_keys(host: str) -> None:
    assert Keyring.of(ServerSettings(host=host)).keys == []


def test_keys_and_no_auth_contradict_each_other() -> None:
    with pytest.raises(ConfigurationError, match="one or the other"):
        Keyring.of(ServerSettings(api_keys=KEYS, no_auth=True))  # type: ignore[arg-type]


def test_a_key_file_without_keys_is_no_protection(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("# none yet\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no API key"):
        Keyring.of(ServerSettings(api_keys_file=path))


def test_settings_do_not_show_keys() -> None:
    assert READ_KEY not in repr(ServerSettings(api_keys=KEYS))  # type: ignore[arg-type]
