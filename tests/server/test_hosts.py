"""The `Host` headers that the service answers."""

from __future__ import annotations

import socket

import pytest

from catalog_graph.server.hosts import Hosts
from catalog_graph.server.settings import ServerSettings
from tests.server.wire import Wire


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST:1", "[::1]:80", "127.0.0.1:9999"])
def test_loopback_names_are_answered(wire: Wire, host: str) -> None:
    wire("GET", "/artifacts", headers={"Host": host}).ok()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "", "192.0.2.1"]
)
def test_other_names_are_not(wire: Wire, host: str) -> None:
    wire("GET", "/artifacts", headers={"Host": host}).problem(421, "host")
    wire("GET", "root:/healthz", headers={"Host": host}).problem(421, "host")


def test_no_name_at_all_is_not_answered(wire: Wire) -> None:
    assert wire.raw(b"GET /healthz HTTP/1.0\r\n\r\n").status in (400, 421)


@pytest.mark.parametrize("name", ["catalog.example", "OTHER.example"])
def test_names_can_be_added(name: str) -> None:
    hosts = Hosts(ServerSettings(allowed_hosts="catalog.example, other.EXAMPLE"))
    assert hosts.allows(f"{name}:8000")
    assert not hosts.allows("third.example")
    assert Hosts(ServerSettings(allowed_hosts="*")).allows("third.example")


def test_the_host_that_is_bound_is_answered() -> None:
    hosts = Hosts(ServerSettings(host="192.0.2.1"))
    assert hosts.allows("192.0.2.1:8000")
    assert not hosts.allows("192.0.2.2:8000")


def test_bound_to_every_address_it_goes_by_addresses_and_the_machines_name() -> None:
    for host in ("0.0.0.0", "::"):
        hosts = Hosts(ServerSettings(host=host))
        assert hosts.allows("192.0.2.7:8000")
        assert hosts.allows("[2001:db8::1]:8000")
        assert hosts.allows(f"{socket.gethostname()}:8000")
        assert not hosts.allows("evil.example")


def test_no_response_has_cors_headers(wire: Wire) -> None:
    """No CORS headers: a browser keeps answers from the pages of other sites."""
    reply = wire("GET", "/artifacts", headers={"Origin": "http://evil.example"})
    assert not [name for name in reply.headers if name.startswith("access-control")]
    reply = wire(
        "OPTIONS", "/artifacts", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "PUT"}
    )
    reply.problem(405, "method-not-allowed")
