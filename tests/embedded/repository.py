"""A Maven repository on 127.0.0.1, served by a thread, that can drop and hold connections."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from catalog_graph.embedded.lock import LockedJar


class Repository:
    """Repository that serves `files` by their path and records `requests` as (file name, first byte)."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, int]] = []
        self.drop_after: dict[str, int] = {}
        self.hold = threading.Event()
        self.hold.set()
        self.held = threading.Event()
        self.url = ""

    def add(self, artifact: str, content: bytes, classifier: str = "") -> LockedJar:
        digest = hashlib.sha256(content).hexdigest()
        jar = LockedJar("org.example.things", artifact, "1.0", classifier, len(content), digest)
        self.files[f"/org/example/things/{artifact}/1.0/{jar.file_name}"] = content
        return jar

    def names(self) -> list[str]:
        return [name for name, _ in self.requests]


@contextmanager
def serving(settings_file: Path) -> Iterator[Repository]:
    """Serve a repository that jgo uses as the central one, according to this settings file."""
    repository = Repository()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(repository))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    repository.url = f"http://127.0.0.1:{server.server_port}"
    settings_file.write_text(f"[repositories]\ncentral = {repository.url}\n")
    try:
        yield repository
    finally:
        repository.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler_for(repository: Repository) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            content = repository.files.get(self.path)
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
            name = self.path.rpartition("/")[2]
            repository.requests.append((name, start))
            if content is None:
                self.send_error(404)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self._send(content[start:], repository.drop_after.pop(name, None))

        def _send(self, body: bytes, drop_after: int | None) -> None:
            if drop_after is not None:
                self.wfile.write(body[:drop_after])
                self.close_connection = True
                return
            half = len(body) // 2
            self.wfile.write(body[:half])
            if not repository.hold.is_set():
                self.wfile.flush()
                repository.held.set()
                repository.hold.wait(30)
            try:
                self.wfile.write(body[half:])
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
