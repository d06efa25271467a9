"""One request to a receiver."""

from __future__ import annotations

import asyncio
import ssl
from functools import cached_property
from typing import NamedTuple

import httpcore

from catalog_graph.backends.webhooks import StoredWebhook
from catalog_graph.server.webhooks.addresses import GuardedNetwork, RefusedAddress
from catalog_graph.server.webhooks.messages import Message
from catalog_graph.version import __version__

SECONDS = 15.0
"""Seconds within which a receiver must answer."""
_READ = 64 * 1024
"""Bytes of an answer that are read, so that the connection can be used again; a longer one is cut off."""
_GONE = 410


class Attempt(NamedTuple):
    """The outcome of a request."""

    status: int | None
    """Status of the answer; `None` if there was none."""
    error: str = ""
    """Why it failed; empty if it did not."""

    @property
    def is_gone(self) -> bool:
        """True if the receiver says that it wants no more."""
        return self.status == _GONE


class Sender:
    """Sends messages, without proxies and redirects, over connections that are kept open."""

    def __init__(self, *, allows_private: bool) -> None:
        self._allows_private = allows_private

    @cached_property
    def _pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            network_backend=GuardedNetwork(allows_private=self._allows_private),
            max_connections=None,
            keepalive_expiry=30.0,
        )

    async def send(self, webhook: StoredWebhook, message: Message) -> Attempt:
        """Send a message; an answer of 200 to 299 is a success."""
        headers = [*message.headers(webhook.secret).items(), ("User-Agent", f"catalog_graph/{__version__}")]
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._pool.stream("POST", webhook.url, headers=headers, content=message.body) as response,
            ):
                size = 0
                async for part in response.aiter_stream():
                    size += len(part)
                    if size > _READ:
                        break
                status = response.status
        except RefusedAddress as error:
            return Attempt(None, str(error))
        except (TimeoutError, httpcore.TimeoutException):
            return Attempt(None, f"no answer within {SECONDS:g} seconds")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return Attempt(None, f"no answer: {error or type(error).__name__}"[:200])
        return Attempt(status, "" if 200 <= status < 300 else f"status {status}")

    async def close(self) -> None:
        """Close the connections."""
        if "_pool" in self.__dict__:
            await self._pool.aclose()
