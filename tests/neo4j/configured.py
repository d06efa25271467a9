"""Neo4js with settings of their own: one that speaks TLS alone, one that cannot be written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from catalog_graph.embedded import java, temporary_data_dir
from catalog_graph.embedded.bolt import free_port
from catalog_graph.embedded.cache import ensure_jars
from catalog_graph.embedded.credentials import USERNAME, ensure_password
from catalog_graph.embedded.process import Neo4jProcess
from catalog_graph.embedded.settings import settings_text
from tests.support.neo4j import release_asked_for

_TLS = """\
server.bolt.tls_level=REQUIRED
dbms.ssl.policy.bolt.enabled=true
dbms.ssl.policy.bolt.base_directory={folder}
dbms.ssl.policy.bolt.private_key=private.key
dbms.ssl.policy.bolt.public_certificate=public.crt
dbms.ssl.policy.bolt.client_auth=NONE
"""


@dataclass(frozen=True)
class ConfiguredNeo4j:
    """Address on `localhost` and credentials; `authority` is the CA file of its certificate, if it has one."""

    port: int
    username: str
    password: str
    authority: Path


@contextmanager
def secure_neo4j() -> Iterator[ConfiguredNeo4j]:
    """One that is up and takes no connection without TLS, with a certificate of an authority that nobody else knows."""
    with temporary_data_dir() as home:
        authority = _certify(home / "certificates")
        with _running(home, _TLS.format(folder=home / "certificates"), "bolt+ssc", authority) as found:
            yield found


@contextmanager
def read_only_neo4j() -> Iterator[ConfiguredNeo4j]:
    """One that is up, whose database is empty and stays so."""
    with temporary_data_dir() as home:
        with _running(home, "", "bolt", home):
            pass
        with _running(home, "server.databases.read_only=neo4j\n", "bolt", home) as found:
            yield found


@contextmanager
def _running(home: Path, settings: str, scheme: str, authority: Path) -> Iterator[ConfiguredNeo4j]:
    release = release_asked_for()
    port = free_port(None)
    for folder in ("conf", "logs"):
        (home / folder).mkdir(exist_ok=True)
    (home / "conf" / "neo4j.conf").write_text(settings_text(port, "32m", release) + settings)
    found = ConfiguredNeo4j(port, USERNAME, ensure_password(home), authority)
    command = java.command(ensure_jars(release=release), home, "300m", java.FOR_TESTS, release)
    process = Neo4jProcess.spawn(command, home, home / "logs" / "console.log")
    try:
        _wait_for(found, scheme, process, home / "logs" / "console.log")
        yield found
    finally:
        process.stop()


def _certify(folder: Path) -> Path:
    folder.mkdir()
    authority = trustme.CA()
    server = authority.issue_cert("localhost")
    server.private_key_pem.write_to_path(folder / "private.key")
    server.cert_chain_pems[0].write_to_path(folder / "public.crt")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    return folder / "authority.pem"


def _wait_for(found: ConfiguredNeo4j, scheme: str, process: Neo4jProcess, console: Path) -> None:
    deadline = time.monotonic() + 120
    uri, auth = f"{scheme}://localhost:{found.port}", (found.username, found.password)
    with GraphDatabase.driver(uri, auth=auth, max_transaction_retry_time=0) as driver:
        while True:
            assert process.is_running(), console.read_text()
            assert time.monotonic() < deadline, console.read_text()
            try:
                driver.execute_query("RETURN 1", database_="neo4j")
                return
            except (DriverError, Neo4jError):
                time.sleep(0.05)
