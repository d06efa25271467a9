"""A TCP proxy that loses answers: what a client sends arrives, and the connection ends before the answer does."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType

CHUNK = 65_536


class Proxy:
    """A proxy in front of `port` of this machine; `cut_after` chunks of answers it closes the connection."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._left: int | None = None
        self.cuts = 0

    def cut_after(self, chunks: int) -> None:
        """Lose an answer: so many chunks of answers pass from now on, and the next one ends its connection."""
        with self._lock:
            self._left = chunks

    def _loses(self) -> bool:
        with self._lock:
            if self._left is None:
                return False
            if self._left > 0:
                self._left -= 1
                return False
            self._left = None
            self.cuts += 1
            return True

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._to))
                except OSError:
                    client.close()
                    continue
                for source, target, answers in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._pump, args=(source, target, answers), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if answers and self._loses():
                    break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
