"""TLS by files: a certificate and its key, which are read again when they change."""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

from catalog_graph.errors import ConfigurationError
from catalog_graph.server.background import background_task
from catalog_graph.server.settings import ServerSettings

CHECK_SECONDS = 60.0
"""Seconds between two looks at the files."""
_log = logging.getLogger("catalog_graph.server")


class Certificate:
    """The certificate of a service, for new connections."""

    def __init__(self, certificate: Path, key: Path | None) -> None:
        """Read the files. Raises `ConfigurationError`."""
        self._files = (certificate, key)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._states = self._read(self.context)

    @classmethod
    def of(cls, settings: ServerSettings) -> Certificate | None:
        """Return the certificate of the settings, None without one. Raises `ConfigurationError`."""
        if settings.tls_certificate is None:
            if settings.tls_key is not None:
                raise ConfigurationError("CATALOG_GRAPH_TLS_KEY needs CATALOG_GRAPH_TLS_CERTIFICATE: set both.")
            return None
        return cls(settings.tls_certificate, settings.tls_key)

    def renewed(self) -> AbstractAsyncContextManager[None]:
        """Read the files again when they change, while the block lasts."""
        return background_task(self._rounds())

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            self.renew()

    def renew(self) -> None:
        """Read the files if they were changed; keep the certificate of before if they do not fit each other."""
        if self._current_states() == self._states:
            return
        try:
            # A context that fails half way would be left with a certificate and another's key.
            self._read(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))
            self._states = self._read(self.context)
        except ConfigurationError as error:
            _log.error("The certificate of before stays in use: %s", error.message)
        else:
            _log.warning("The certificate %s was read again", self._files[0])

    def _read(self, context: ssl.SSLContext) -> list[int]:
        states = self._current_states()
        certificate, key = self._files
        try:
            context.load_cert_chain(certificate, key, password="")
        except (OSError, ssl.SSLError) as error:
            files = f"{certificate}" if key is None else f"{certificate} and {key}"
            raise ConfigurationError(
                f"TLS cannot use {files}: {error.strerror or error}. CATALOG_GRAPH_TLS_CERTIFICATE names a PEM file "
                "with the certificate and those of its authorities, CATALOG_GRAPH_TLS_KEY its key, without a password."
            ) from error
        return states

    def _current_states(self) -> list[int]:
        states = []
        for file in self._files:
            with suppress(OSError):
                states.append(file.stat().st_mtime_ns if file else 0)
        return states
