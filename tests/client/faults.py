"""A proxy that loses requests and responses on demand, and a minimal service of another implementation."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


class HttpServer:
    """An HTTP server on a port of its own for the length of a `with` block; `answer` is called for each request."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler, bytes], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def any(self) -> None:
                answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

            do_GET = do_POST = do_PUT = do_DELETE = any  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Send a response and close the connection, so that each request has one of its own."""
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = True


class FaultyWay(HttpServer):
    """A proxy of a service; `plan` has the fates of the next requests, and later ones pass.

    `lost`: the request never arrives. `unanswered`: it is carried out, but the response is lost. `slow`: the response
    takes half a second. A number: a response with this status, without the service.
    """

    def __init__(self, service_url: str) -> None:
        super().__init__(self._pass)
        address = urlsplit(service_url)
        self._service = address.netloc
        self.url = self.root + address.path
        self.plan: list[str | int] = []
        self.headers: dict[str, str] = {}
        self.seen: list[str] = []

    def _pass(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.seen.append(handler.command)
        fate = self.plan.pop(0) if self.plan else ""
        if fate == "lost":
            handler.close_connection = True
        elif isinstance(fate, int):
            send(handler, fate, b"<html>a proxy speaks</html>", **self.headers)
        else:
            status, kind, answer = self._of_service(handler, body)
            if fate == "unanswered":
                handler.close_connection = True
                return
            if fate == "slow":
                time.sleep(0.5)
            send(handler, status, answer, Content_Type=kind)

    def _of_service(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection(self._service)
        try:
            headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "connection")}
            connection.request(handler.command, handler.path, body or None, headers)
            response = connection.getresponse()
            return response.status, response.getheader("Content-Type", ""), response.read()
        finally:
            connection.close()


class MinimalService(HttpServer):
    """The least that FlowyML needs: bare lists, null for empty values, no batches, and only direct neighbours."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.url = f"{self.root}/catalog"
        self.kept: dict[str, dict[str, Any]] = {}

    def _answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        address = urlsplit(handler.path)
        route = [unquote(part) for part in address.path.split("/")[2:]]
        reply = self._reply(handler.command, route, parse_qs(address.query), json.loads(body or b"null"))
        status, answer = (404, {"detail": "Artifact not found"}) if reply is None else (200, reply)
        send(handler, status, json.dumps(answer).encode(), Content_Type="application/json")

    def _reply(self, method: str, route: list[str], query: dict[str, list[str]], body: Any) -> Any:
        match (method, *route):
            case ("POST", "artifacts"):
                self.kept[body["artifact_id"]] = {k: v or None for k, v in body.items()}
                return {"artifact_id": body["artifact_id"]}
            case ("GET", "artifacts"):
                return list(self.kept.values())[: int(query["limit"][0])]
            case ("GET", "artifacts", "search"):
                return [entry for entry in self.kept.values() if query["q"][0] in entry["name"]]
            case ("GET", "artifacts", artifact_id):
                return self.kept.get(artifact_id)
            case ("PUT", "artifacts", artifact_id, "tags") if artifact_id in self.kept:
                self.kept[artifact_id]["tags"] = {**(self.kept[artifact_id]["tags"] or {}), **body}
                return {"ok": True}
            case ("GET", "artifacts", artifact_id, "lineage") if artifact_id in self.kept:
                entry = self.kept[artifact_id]
                parents = [self.kept[i] for i in entry["parent_ids"] or [] if i in self.kept]
                return {"artifact": entry, "parents": parents, "children": []}
        return None
