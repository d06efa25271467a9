"""A Neo4j that speaks TLS alone, with a certificate of an authority that nobody else knows."""

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
class SecureNeo4j:
    """How to reach it: `host` is what its certificate is for, `authority` the file of who vouches for it."""

    port: int
    username: str
    password: str
    authority: Path
    host: str = "localhost"


@contextmanager
def secure_neo4j() -> Iterator[SecureNeo4j]:
    """One that is up, and gone at the end."""
    release = release_asked_for()
    with temporary_data_dir() as home:
        port = free_port(None)
        authority = _certify(home / "certificates")
        (home / "conf").mkdir()
        settings = settings_text(port, "32m", release) + _TLS.format(folder=home / "certificates")
        (home / "conf" / "neo4j.conf").write_text(settings)
        (home / "logs").mkdir()
        found = SecureNeo4j(port, USERNAME, ensure_password(home), authority)
        command = java.command(ensure_jars(release=release), home, "300m", java.FOR_STARTING, release)
        process = Neo4jProcess.spawn(command, home, home / "logs" / "console.log")
        try:
            _wait_for(found, process, home / "logs" / "console.log")
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


def _wait_for(found: SecureNeo4j, process: Neo4jProcess, console: Path) -> None:
    deadline = time.monotonic() + 120
    uri, auth = f"bolt+ssc://localhost:{found.port}", (found.username, found.password)
    with GraphDatabase.driver(uri, auth=auth, max_transaction_retry_time=0) as driver:
        while True:
            assert process.is_running(), console.read_text()
            assert time.monotonic() < deadline, console.read_text()
            try:
                driver.execute_query("RETURN 1", database_="neo4j")
                return
            except (DriverError, Neo4jError):
                time.sleep(0.05)
