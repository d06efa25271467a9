"""Raw HTTP over a socket: the test determines every byte of a request."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

ABSENT = object()


@dataclass(frozen=True)
class Reply:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] in ("application/json", "application/problem+json")
        return json.loads(self.body)

    def problem(self, status: int, code: str) -> dict[str, Any]:
        """Return the problem document, which must have this status and code."""
        assert (self.status, self.headers["content-type"]) == (status, "application/problem+json"), self.body
        document = self.json
        assert (document["status"], document["code"], document["type"]) == (status, code, "about:blank"), document
        assert document["title"]
        assert document["detail"]
        return dict(document)

    def ok(self, status: int = 200) -> Any:
        """Return the JSON of a response, which must have this status."""
        assert (self.status, self.headers["content-type"]) == (status, "application/json"), self.body
        return self.json


class Wire:
    """A client with one connection for each request, which does not change the target."""

    def __init__(self, base_url: str, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname
        assert parts.port
        self.address = (parts.hostname, parts.port)
        self.prefix = parts.path
        self.headers = dict(headers or {})

    def __call__(
        self, method: str, path: str, body: Any = ABSENT, *, headers: Mapping[str, str | None] | None = None
    ) -> Reply:
        """Send `body` (bytes, or else JSON) to a path of the API; a header of None is left out."""
        data = b"" if body is ABSENT else body if isinstance(body, bytes) else json.dumps(body).encode()
        fields: dict[str, str | None] = {
            "Host": f"{self.address[0]}:{self.address[1]}",
            "Connection": "close",
            "Content-Type": "application/json",
            **self.headers,
            **({} if body is ABSENT else {"Content-Length": str(len(data))}),
            **(headers or {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
        target = f"{self.prefix}{path}" if path.startswith("/") else path.removeprefix("root:")
        return self.raw(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + data)

    def raw(self, request: bytes) -> Reply:
        """Send the bytes of a request and return the response."""
        with socket.create_connection(self.address, timeout=60) as connection:
            connection.sendall(request)
            return read_reply(connection)

    def register(self, **fields: Any) -> str:
        """Register an artifact and return its id."""
        body = {"name": "n", "artifact_type": "T", **fields}
        return str(self("POST", "/artifacts", body).ok(201)["artifact_id"])


def read_reply(connection: socket.socket) -> Reply:
    """Read a response from a connection."""
    response = HTTPResponse(connection)
    response.begin()
    body = response.read()
    return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
