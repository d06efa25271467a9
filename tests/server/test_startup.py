"""Settings that `catalog-graph serve` refuses with one sentence, before it starts anything."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import catalog_graph
from catalog_graph.server.bootstrap import _refuse_misspelt
from catalog_graph.server.keyring import Keyring
from catalog_graph.server.keys import ApiKey, digest_of
from catalog_graph.server.settings import ServerSettings
from tests.server.command import forked, refusal, run, served
from tests.server.wire import Wire
from tests.support.neo4j import Neo4jSettings


@pytest.fixture
def busy_port() -> Iterator[int]:
    """Listen on a port and yield its number."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_port_in_use_is_reported_before_neo4j_starts(busy_port: int, tmp_path: Path) -> None:
    started = time.monotonic()
    message = refusal("serve", "--port", str(busy_port), "--data-dir", str(tmp_path / "data"))
    assert time.monotonic() - started < 30
    assert f"Port {busy_port} on 127.0.0.1 is in use" in message
    assert "--port" in message
    assert not (tmp_path / "data").exists()


def test_two_services_do_not_share_a_port(tmp_path: Path) -> None:
    with served("--store", f"sqlite:///{tmp_path}/a.db") as service:
        port = service.url.split(":")[2].partition("/")[0]
        assert "is in use" in refusal("serve", "--port", port, "--store", f"sqlite:///{tmp_path}/b.db")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_the_network_is_not_let_in_without_keys(host: str, tmp_path: Path) -> None:
    message = refusal("serve", "--host", host, "--port", "0", "--store", f"sqlite:///{tmp_path}/a.db")
    assert "--no-auth" in message
    assert "catalog-graph keys new" in message


def test_no_auth_serves_the_network(tmp_path: Path) -> None:
    with served("--host", "0.0.0.0", "--no-auth", "--store", f"sqlite:///{tmp_path}/a.db") as service:
        wire = Wire(service.url)
        wire("GET", "/artifacts").ok()
        assert any("everybody" in line for line in service.out)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CATALOG_GRAPH_API_KEY", "CATALOG_GRAPH_API_KEYS"),
        ("CATALOG_GRAPH_TLS_CERTIFICATES", "CATALOG_GRAPH_TLS_CERTIFICATE"),
    ],
)
def test_a_variable_that_is_nearly_a_setting(name: str, meant: str) -> None:
    """Without its keys, a service would be open to everybody."""
    assert refusal("serve", "--port", "0", **{name: "x"}).endswith(f"{name} is not a setting: did you mean {meant}?")


def test_variables_of_others_are_no_settings() -> None:
    for name in ("TIMEOUT", "TRIES", "PROXY", "CACHE_DIR", "SERVICE_HOST", "SERVICE_PORT", "PORT_8000_TCP_ADDR"):
        _refuse_misspelt([f"CATALOG_GRAPH_{name}"])


@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("mysql://localhost/x", "neo4j://HOST:PORT"),
        ("catalog.db", "sqlite:///FILE"),
        ("sqlite://catalog.db", "sqlite:///FILE"),
        ("sqlite:///", "sqlite:///FILE"),
        ("neo4j://neo4j:secret-password@localhost:7687", "NEO4J_PASSWORD"),
        ("sqlite:////dev/null/catalog.db", "/dev/null"),
    ],
)
def test_a_store_that_cannot_be(store: str, says: str) -> None:
    message = refusal("serve", "--port", "0", "--store", store)
    assert says in message
    assert "secret-password" not in message


def test_a_neo4j_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    for scheme in ("bolt", "neo4j"):
        message = refusal("serve", "--port", "0", NEO4J_URI=f"{scheme}://127.0.0.1:{port}", NEO4J_PASSWORD="x")
        assert f"127.0.0.1:{port}" in message


def test_a_password_that_neo4j_does_not_take(neo4j_settings: Neo4jSettings) -> None:
    message = refusal("serve", "--port", "0", NEO4J_URI=neo4j_settings.uri, NEO4J_PASSWORD="not-the-password")
    assert "NEO4J_PASSWORD" in message
    assert "not-the-password" not in message
    assert "is not set" not in message


def test_a_missing_password(neo4j_settings: Neo4jSettings) -> None:
    message = refusal("serve", "--port", "0", NEO4J_URI=neo4j_settings.uri)
    assert "NEO4J_PASSWORD is not set" in message


def test_a_database_that_neo4j_does_not_have(neo4j_settings: Neo4jSettings) -> None:
    settings = {
        "NEO4J_URI": neo4j_settings.uri,
        "NEO4J_USERNAME": neo4j_settings.username,
        "NEO4J_PASSWORD": neo4j_settings.password,
    }
    assert "nowhere" in refusal("serve", "--port", "0", NEO4J_DATABASE="nowhere", **settings)


def test_a_neo4j_of_ones_own_is_served(neo4j_settings: Neo4jSettings) -> None:
    variables = {
        "NEO4J_URI": neo4j_settings.uri,
        "NEO4J_USERNAME": neo4j_settings.username,
        "NEO4J_PASSWORD": neo4j_settings.password,
    }
    with served(**variables) as service:
        artifact = Wire(service.url).register(name="kept")
        assert any(neo4j_settings.uri in line for line in service.out)
        assert not any(neo4j_settings.password in line for line in service.out)
    with served("--store", neo4j_settings.uri, **variables | {"NEO4J_URI": "bolt://nowhere.invalid"}) as service:
        assert Wire(service.url)("GET", f"/artifacts/{artifact}").ok()["name"] == "kept"


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        ([], {"CATALOG_GRAPH_PORT": "http"}, "--port or CATALOG_GRAPH_PORT is 'http'"),
        (["--port", "99999"], {}, "--port or CATALOG_GRAPH_PORT is 99999"),
        ([], {"CATALOG_GRAPH_THREADS": "0"}, "CATALOG_GRAPH_THREADS is '0'"),
        (["--log-level", "loud"], {}, "--log-level or CATALOG_GRAPH_LOG_LEVEL is 'loud'"),
        (["--host", "nowhere.invalid", "--no-auth"], {}, "nowhere.invalid"),
        (["--host", "192.0.2.1", "--no-auth"], {}, "--host '192.0.2.1' is not an address of this machine"),
        ([], {"CATALOG_GRAPH_API_KEYS": "short"}, "key 1 of CATALOG_GRAPH_API_KEYS"),
        ([], {"CATALOG_GRAPH_API_KEYS_FILE": "/nonexistent/keys"}, "/nonexistent/keys"),
        (["--no-auth"], {"CATALOG_GRAPH_API_KEYS": "0123456789abcdef"}, "one or the other"),
        ([], {"CATALOG_GRAPH_PROXIES": "*"}, "'*' is neither an address nor a network"),
        ([], {"CATALOG_GRAPH_PROXIES": "10.0.0.1, ingress.local"}, "'ingress.local' is neither an address nor"),
        ([], {"CATALOG_GRAPH_PROXIES": "10.42.0.0/33"}, "'10.42.0.0/33' is neither an address nor"),
    ],
)
def test_settings_that_cannot_be(arguments: list[str], variables: dict[str, str], says: str, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/a.db"
    assert says in refusal("serve", "--store", store, *(arguments or ["--host", "127.0.0.1"]), **variables)


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine", encoding="utf-8")
    assert str(tmp_path / "data") in refusal("serve", "--port", "0", "--data-dir", str(tmp_path / "data"))


def test_no_network_for_the_first_fetch(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    done = run(
        *("serve", "--port", "0", "--data-dir", str(tmp_path / "data")),
        CATALOG_GRAPH_CACHE_DIR=str(tmp_path / "cache"),
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), nowhere),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "NEO4J_URI" in done.stderr or "network" in done.stderr


def test_wrong_arguments_are_usage_errors() -> None:
    for arguments in (["sreve"], ["serve", "--nope"], ["serve", "--port", "x"], ["keys", "new", "--scope"]):
        done = forked(*arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_the_version_is_shown() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"catalog-graph {catalog_graph.__version__}\n")


def test_a_key_is_shown_once_with_its_line(tmp_path: Path) -> None:
    done = forked("keys", "new", "--scope", "read", "--name", "dashboard")
    assert done.returncode == 0
    key, line = done.stdout.splitlines()
    assert line == ApiKey("dashboard", digest_of(key), frozenset({"read"})).line()
    (tmp_path / "keys").write_text(line + "\n", encoding="utf-8")
    keyring = Keyring.of(ServerSettings(api_keys_file=tmp_path / "keys"))
    assert keyring.identify(f"Bearer {key}") == ApiKey("dashboard", digest_of(key), frozenset({"read"}))
    assert forked("keys", "new").stdout.splitlines()[1].startswith("key write sha256:")


@pytest.mark.parametrize("arguments", [["--scope", "root"], ["--name", "two words"], ["--name", ""]])
def test_a_key_that_cannot_be(arguments: list[str]) -> None:
    assert refusal("keys", "new", *arguments)


def test_optional_imports_are_skipped() -> None:
    program = (
        "import sys\n"
        "import catalog_graph.server.run as run\n"
        "assert 'neo4j' not in sys.modules\n"
        "run._skip_optional_imports()\n"
        "import catalog_graph.backends.neo4j\n"
        "print(sorted({'pandas', 'pyarrow', 'polars', 'flowyml'} & {m for m, held in sys.modules.items() if held}))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert output.stdout == "[]\n"
