"""TLS between the service and Neo4j: whose certificates are trusted."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog_graph.errors import ConfigurationError

_CHECKED = "+s"
"""End of a scheme that checks Neo4j's certificate."""
_ANOTHER_HOST = (62, 64)
"""OpenSSL's error numbers for a certificate of another host, by name or by address."""


def secured(uri: str, ca_file: Path | None) -> tuple[str, dict[str, Any]]:
    """Return the address and options for the driver; with `ca_file` (PEM), `+s` trusts only its authorities.

    Raise `ConfigurationError` if the file cannot be used, or if the address does not check certificates.
    """
    if ca_file is None:
        return uri, {}
    scheme, _, rest = uri.partition("://")
    if not scheme.endswith(_CHECKED):
        raise ConfigurationError(
            f"NEO4J_CA_FILE is set, but NEO4J_URI {uri!r} checks no certificate: write neo4j+s:// or bolt+s://"
        )
    # The driver accepts our own authorities only with a scheme without TLS.
    return f"{scheme.removesuffix(_CHECKED)}://{rest}", {"encrypted": True, "ssl_context": _trusting(ca_file)}


def _trusting(ca_file: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror if isinstance(error, FileNotFoundError | PermissionError) else "not certificates in PEM"
        raise ConfigurationError(
            f"NEO4J_CA_FILE {str(ca_file)!r} cannot be used ({reason}): name a file of certificates, each between "
            "-----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----"
        ) from error


def not_secured(error: BaseException) -> str | None:
    """Return what is wrong with TLS in a failed connection, or None if TLS is not the cause."""
    if "incomplete handshake" in " ".join(map(str, _causes(error))):
        return (
            "Neo4j closes the connection at once: check the port in NEO4J_URI, and add +s to its scheme if it wants TLS"
        )
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"Neo4j's certificate is not trusted ({cause.verify_message.rstrip('.')}): {_remedy(cause)}"
        if isinstance(cause, ssl.SSLError):
            return (
                f"Neo4j answers without TLS ({cause.reason}): check the port in NEO4J_URI, or take +s from its scheme"
            )
    return None


def _remedy(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _ANOTHER_HOST:
        return "use a host name in NEO4J_URI that the certificate was issued for"
    return "set NEO4J_CA_FILE to the file of its authority, or write +ssc in NEO4J_URI to trust any certificate"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, its cause, the cause of that, and so on."""
    if error is None:
        return
    yield error
    yield from _causes(error.__cause__)
    for one in getattr(error, "exceptions", ()):  # of a group: one for each server
        yield from _causes(one)
