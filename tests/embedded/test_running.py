"""A Neo4j that is started, used, stopped, killed and started again; each test uses the data of those before it."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import psutil
import pytest
from neo4j.exceptions import DriverError, Neo4jError

from catalog_graph.embedded import EmbeddedNeo4j
from catalog_graph.embedded.bolt import port_is_free
from catalog_graph.errors import ConfigurationError

from .support import count, open_driver, small_neo4j

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def neo4j(kept_folder: Path) -> EmbeddedNeo4j:
    return small_neo4j(kept_folder)


def test_starts_and_answers(neo4j: EmbeddedNeo4j) -> None:
    assert neo4j.pid is None
    connection = neo4j.start()
    with open_driver(connection) as driver:
        driver.execute_query("CREATE (:Kept)", database_="neo4j")
    assert neo4j.start() == connection
    assert neo4j.is_running
    assert neo4j.log_path.read_text().count("Started.") == 1


def test_listens_on_this_machine_only(neo4j: EmbeddedNeo4j) -> None:
    connections = psutil.Process(neo4j.pid).net_connections(kind="inet")
    listening = [c.laddr for c in connections if c.status == psutil.CONN_LISTEN]
    assert [(address.ip.removeprefix("::ffff:"), address.port) for address in listening] == [
        ("127.0.0.1", neo4j.connection.port)
    ]
    assert [c for c in connections if c.type.name == "SOCK_DGRAM"] == []


def test_keeps_its_password_to_its_user(neo4j: EmbeddedNeo4j, kept_folder: Path) -> None:
    secret = kept_folder / "password"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text().strip() == neo4j.connection.password
    assert neo4j.connection.password not in repr(neo4j.connection)
    assert neo4j.connection.password not in " ".join(psutil.Process(neo4j.pid).cmdline())


def test_does_not_get_the_terminals_ctrl_c(neo4j: EmbeddedNeo4j) -> None:
    assert neo4j.pid is not None
    assert os.getsid(neo4j.pid) != os.getsid(0)


def test_a_second_owner_is_refused(neo4j: EmbeddedNeo4j, kept_folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=rf"in use by process {os.getpid()}: stop that process") as refused:
        small_neo4j(kept_folder).start()
    assert "just stopped" in refused.value.message
    assert neo4j.is_running


def test_a_forked_child_does_not_stop_it(neo4j: EmbeddedNeo4j) -> None:
    child = os.fork()
    if child == 0:
        neo4j.stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert neo4j.is_running


def test_stops_soon_despite_an_open_transaction(neo4j: EmbeddedNeo4j) -> None:
    connection = neo4j.connection
    with open_driver(connection) as driver, driver.session(database="neo4j") as session:
        transaction = session.begin_transaction()
        transaction.run("CREATE (:Kept)").consume()
        began = time.monotonic()
        neo4j.stop()
        assert time.monotonic() - began < 30
        with pytest.raises((DriverError, Neo4jError)):
            transaction.commit()
    assert neo4j.pid is None
    assert port_is_free(connection.port)
    neo4j.stop()
    with pytest.raises(RuntimeError, match=r"not started: call start\(\) first"):
        _ = neo4j.connection


def test_keeps_data_password_and_port(neo4j: EmbeddedNeo4j, kept_folder: Path) -> None:
    password = (kept_folder / "password").read_text().strip()
    connection = neo4j.start()
    assert connection.password == password
    assert count(connection) == 1


def test_starts_again_when_neo4j_died(neo4j: EmbeddedNeo4j) -> None:
    dead = psutil.Process(neo4j.pid)
    dead.kill()
    while neo4j.is_running:
        time.sleep(0.01)
    connection = neo4j.start()
    assert neo4j.pid != dead.pid
    assert count(connection) == 1
    neo4j.stop()


def test_another_password_is_refused_and_nothing_left_running(kept_folder: Path) -> None:
    secret = kept_folder / "password"
    good = secret.read_text()
    secret.write_text("another\n")
    neo4j = small_neo4j(kept_folder)
    with pytest.raises(ConfigurationError, match="does not accept the password in"):
        neo4j.start()
    secret.write_text(good)
    assert not any(
        f"--home-dir={kept_folder}" in p.info["cmdline"] for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"]
    )
