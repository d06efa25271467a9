"""TLS to Neo4j: what is trusted is served, what is not is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.errors import ConfigurationError
from tests.neo4j.configured import ConfiguredNeo4j, secure_neo4j
from tests.server.command import refusal, served
from tests.server.wire import Wire
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def secure() -> Iterator[ConfiguredNeo4j]:
    with secure_neo4j() as found:
        yield found


def backend_of(
    secure: ConfiguredNeo4j, scheme: str, ca_file: Path | None = None, host: str = "localhost"
) -> Neo4jCatalogBackend:
    uri = f"{scheme}://{host}:{secure.port}"
    return Neo4jCatalogBackend(uri, secure.username, secure.password, ca_file=ca_file, query_timeout=5)


@pytest.mark.parametrize("scheme", ["neo4j+s", "bolt+s", "neo4j+ssc", "bolt+ssc"])
def test_every_scheme_of_tls(secure: ConfiguredNeo4j, scheme: str) -> None:
    with backend_of(secure, scheme, secure.authority if scheme.endswith("+s") else None) as backend:
        backend.ensure_schema()
        backend.register(artifact("a", "b"))
        assert backend.upstream("a").total == 1


@pytest.mark.parametrize("scheme", ["neo4j+s", "bolt+s"])
def test_a_certificate_that_nobody_vouches_for(secure: ConfiguredNeo4j, scheme: str) -> None:
    with backend_of(secure, scheme) as backend, pytest.raises(ConfigurationError, match=r"NEO4J_CA_FILE.*\+ssc"):
        backend.ensure_schema()


def test_another_authority_than_the_one_that_is_trusted(secure: ConfiguredNeo4j, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "another.pem")
    with (
        backend_of(secure, "bolt+s", tmp_path / "another.pem") as backend,
        pytest.raises(ConfigurationError, match="NEO4J_CA_FILE"),
    ):
        backend.ensure_schema()


def test_a_certificate_for_another_host(secure: ConfiguredNeo4j) -> None:
    with (
        backend_of(secure, "bolt+s", secure.authority, host="127.0.0.1") as backend,
        pytest.raises(ConfigurationError, match=r"127\.0\.0\.1"),
    ):
        backend.ensure_schema()


def test_an_address_without_tls_where_tls_is_needed(secure: ConfiguredNeo4j) -> None:
    with backend_of(secure, "bolt") as backend, pytest.raises(ConfigurationError, match=r"\+s"):
        backend.ensure_schema()


def test_tls_where_there_is_none(neo4j_settings: Neo4jSettings) -> None:
    uri = neo4j_settings.uri.replace("://", "+ssc://")
    with (
        Neo4jCatalogBackend(uri, neo4j_settings.username, neo4j_settings.password, query_timeout=5) as backend,
        pytest.raises(ConfigurationError, match="without TLS"),
    ):
        backend.ensure_schema()


@pytest.mark.parametrize("uri", ["neo4j://localhost:7687", "bolt+ssc://localhost:7687"])
def test_authorities_for_an_address_that_checks_nothing(uri: str, secure: ConfiguredNeo4j) -> None:
    with pytest.raises(ConfigurationError, match=r"NEO4J_CA_FILE is set.*neo4j\+s://"):
        Neo4jCatalogBackend(uri, "neo4j", "x", ca_file=secure.authority)


@pytest.mark.parametrize("content", [None, "", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_a_file_that_holds_no_authority(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match=rf"NEO4J_CA_FILE '{path}' cannot be used"):
        Neo4jCatalogBackend("neo4j+s://localhost:7687", "neo4j", "x", ca_file=path)


def test_the_service_over_tls(secure: ConfiguredNeo4j) -> None:
    settings = {"NEO4J_URI": f"neo4j+s://localhost:{secure.port}", "NEO4J_PASSWORD": secure.password}
    with served(NEO4J_CA_FILE=str(secure.authority), **settings) as service:
        wire = Wire(service.url)
        wire.register(artifact_id="served")
        wire("GET", "root:/readyz").ok()
    assert "NEO4J_CA_FILE" in refusal("serve", "--port", "0", **settings)
