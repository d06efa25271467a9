"""A way to Neo4j that plays a cluster: it answers as a server that leads no more, or cuts a connection at a commit."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal, NamedTuple

RUN, BEGIN, COMMIT = 0x10, 0x11, 0x12
_FAILURE = 0x7F
_BOLT_5_4 = bytes([0, 0, 4, 5]) + bytes(12)
"""The proposals of a handshake for a version whose errors have a code and a message alone."""

Fate = Literal["refuse", "lose", "unanswered"]
"""`refuse`: the server is not the leader. `lose`: the message never arrives. `unanswered`: its answer never does."""


class Step(NamedTuple):
    """The fate of the next message of a kind."""

    message: int
    fate: Fate


class BoltProxy:
    """A proxy of the Neo4j at `target`; `plan` has steps, each for the next message of its kind."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.plan: list[Step] = []
        self.messages: list[int] = []

    def serve(self) -> None:
        """Accept connections until the proxy is closed."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(client,), daemon=True).start()

    def close(self) -> None:
        """Accept no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _connection(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server:
            server.sendall(_read(client, 20)[:4] + _BOLT_5_4)
            client.sendall(_read(server, 4))
            silent = threading.Event()
            threading.Thread(target=_pass_on, args=(server, client, silent), daemon=True).start()
            with suppress(OSError):
                self._messages_of(client, server, silent)
            for each in (client, server):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _messages_of(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        while True:
            message = _message(client)
            kind = message[1]
            self.messages.append(kind)
            fate = self._fate(kind)
            if fate == "lose":
                return
            if fate == "refuse":
                client.sendall(_chunked(_not_a_leader()))
                continue
            if fate == "unanswered":
                silent.set()
            server.sendall(_chunked(message))

    def _fate(self, kind: int) -> Fate | None:
        if self.plan and self.plan[0].message == kind:
            return self.plan.pop(0).fate
        return None


@contextmanager
def proxy_of(uri: str) -> Iterator[BoltProxy]:
    """Run a proxy of the Neo4j at an address."""
    host, _, port = uri.partition("://")[2].rpartition(":")
    proxy = BoltProxy((host, int(port)))
    threading.Thread(target=proxy.serve, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.close()


def _pass_on(server: socket.socket, client: socket.socket, silent: threading.Event) -> None:
    """Pass on what the server sends; once it is to be silent, cut the connection instead."""
    with suppress(OSError):
        while (data := server.recv(65536)) and not silent.is_set():
            client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)


def _message(connection: socket.socket) -> bytes:
    """Read the chunks of one message."""
    message = b""
    while True:
        [size] = struct.unpack(">H", _read(connection, 2))
        if size:
            message += _read(connection, size)
        elif message:
            return message


def _chunked(message: bytes) -> bytes:
    pieces = [message[start : start + 65535] for start in range(0, len(message), 65535)]
    return b"".join(struct.pack(">H", len(piece)) + piece for piece in pieces) + b"\0\0"


def _not_a_leader() -> bytes:
    """Return the FAILURE of a server that takes no writes any more, in PackStream."""
    code, text = b"Neo.ClientError.Cluster.NotALeader", b"No write operations are allowed on this server."
    pairs = [(b"code", code), (b"message", text)]
    packed = b"".join(bytes([0xD0, len(each)]) + each for pair in pairs for each in pair)
    return bytes([0xB1, _FAILURE, 0xA0 + len(pairs)]) + packed


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data
