"""TLS by files: what is served, what is refused, and a certificate that is renewed."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
import trustme

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.errors import ConfigurationError
from catalog_graph.server.certificate import Certificate
from catalog_graph.server.settings import ServerSettings
from tests.server.command import refusal, served
from tests.server.running import running

CA = trustme.CA()


def issue(folder: Path, host: str = "127.0.0.1") -> ServerSettings:
    """Write a certificate and its key, and return the settings that name them."""
    issued = CA.issue_cert(host)
    issued.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    return ServerSettings(tls_certificate=folder / "cert.pem", tls_key=folder / "key.pem")


def serial(certificate: Certificate) -> str:
    """Return the serial number of the certificate that a new connection gets."""
    ours, theirs = socket.socketpair()
    served_side = threading.Thread(target=lambda: certificate.context.wrap_socket(theirs, server_side=True).close())
    served_side.start()
    context = ssl.create_default_context()
    CA.configure_trust(context)
    with context.wrap_socket(ours, server_hostname="127.0.0.1") as connection:
        peer = connection.getpeercert()
    served_side.join()
    assert peer
    return str(peer["serialNumber"])


def test_the_service_speaks_tls(tmp_path: Path) -> None:
    settings = issue(tmp_path)
    files = {"TLS_CERTIFICATE": settings.tls_certificate, "TLS_KEY": settings.tls_key}
    variables = {f"CATALOG_GRAPH_{name}": str(file) for name, file in files.items()}
    with served("--store", f"sqlite:///{tmp_path}/c.db", **variables) as service:
        service.wait_for("Stop with Ctrl-C")
        [banner] = [line for line in service.out if "served at" in line]
        url = banner.split()[5]
        assert url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context()
        CA.configure_trust(context)
        assert httpx.get(f"{url}/artifacts", verify=context).json()["items"] == []
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{url}/artifacts")
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(url.replace("https", "http"))


def test_a_certificate_is_renewed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    certificate = Certificate.of(issue(tmp_path))
    assert certificate
    first = serial(certificate)
    certificate.renew()
    issue(tmp_path)
    certificate.renew()
    second = serial(certificate)
    assert first != second
    (tmp_path / "cert.pem").write_text("half of a certi")
    certificate.renew()
    assert serial(certificate) == second
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


@pytest.mark.parametrize("break_it", ["no certificate", "no key", "another key", "text"])
def test_what_cannot_be_used_is_refused(break_it: str, tmp_path: Path) -> None:
    settings = issue(tmp_path)
    if break_it == "no certificate":
        (tmp_path / "cert.pem").unlink()
    elif break_it == "no key":
        settings = settings.model_copy(update={"tls_certificate": None})
    elif break_it == "another key":
        trustme.CA().issue_cert("a").private_key_pem.write_to_path(tmp_path / "key.pem")
    else:
        (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(ConfigurationError, match="CATALOG_GRAPH_TLS_KEY"):
        Certificate.of(settings)


def test_the_service_does_not_start_without_its_certificate(tmp_path: Path) -> None:
    assert "No such file" in refusal("serve", CATALOG_GRAPH_TLS_CERTIFICATE=str(tmp_path / "none.pem"))


def test_handshakes_are_counted_and_have_a_time(tmp_path: Path) -> None:
    """Connections that never begin a handshake, that stop in it, and that do not speak TLS make room for others."""
    settings = issue(tmp_path).model_copy(update={"max_connections": 6, "request_timeout": 1.0})
    context = ssl.create_default_context()
    CA.configure_trust(context)
    with LocalCatalogBackend(tmp_path / "c.db") as backend, running(backend, settings) as url, ExitStack() as stack:
        address = ("127.0.0.1", int(url.split(":")[2].partition("/")[0]))
        silent = [stack.enter_context(socket.create_connection(address, timeout=20)) for _ in range(9)]
        silent[-1].sendall(b"\x16\x03\x01\x02\x00\x01")
        silent[-2].sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        healthy = f"https://127.0.0.1:{address[1]}/healthz"
        start = time.monotonic()
        assert httpx.get(healthy, verify=context).status_code == 200
        for connection in silent:
            with suppress(ConnectionResetError):
                while connection.recv(1000):
                    continue
        assert time.monotonic() - start < 18
        with httpx.Client(verify=context) as client:
            for _ in range(20):
                assert client.get(healthy).status_code == 200
        assert httpx.get(healthy, verify=context).status_code == 200
