"""JSON request bodies: limited while they arrive, parsed strictly and validated before a route handler runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import Message
from functools import cached_property, partial
from itertools import islice
from typing import Any, ClassVar

from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json
from starlette.concurrency import run_in_threadpool

from catalog_graph.checks import MAX_BATCH
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.seals.arriving import ArrivingEnvelope
from catalog_graph.server.problems import simple_problem
from catalog_graph.server.queues import Work
from catalog_graph.server.route_classes import ArtifactRoute, Handler

SMALL_BODY = 32 * 1024
"""Maximum bytes of a body that is parsed on the event loop: handing it to a thread takes longer."""
LARGE_BODY = 4 * 1024 * 1024
"""Bytes of a batch above which one is processed at a time."""
DRAIN_BYTES = 64 * 1024 * 1024
"""Maximum bytes past the limit that are read and dropped: a client that is still sending would miss the response."""

MAX_VALUES = 1_000_000
"""Maximum number of JSON values in a body: a hundred for each artifact of the largest batch."""
_BEFORE_VALUES = (b",", b"[", b"{")
_QUOTE = ord('"')
_TEXT_OR_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{,]', re.DOTALL)

_TYPE_NAMES = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
"""JSON types, by the kind of pydantic's validation error."""


class JsonRoute(ArtifactRoute):
    """A route that parses its JSON body itself: FastAPI accepts NaN and fails on errors that it cannot encode."""

    limit_setting: ClassVar[str] = "max_body_bytes"
    max_items: ClassVar[int | None] = None
    """Maximum length of a list or an object that is a field of the body."""

    def inner_handler(self) -> Handler:
        """Return the handler, called with a request whose body is read and validated."""
        handle = super().inner_handler()
        if self.body_field is None:
            return handle
        is_required = self.body_field.field_info.is_required()

        async def parse_then_handle(request: Request) -> Response:
            body = await request.body()
            if not body and not is_required:
                return await handle(_ParsedRequest(request, b"", None))
            if not _is_json(request):
                return wrong_media_type()
            parse = partial(parse_body, body, self._adapter, max_items=self.max_items)
            value = parse() if len(body) <= SMALL_BODY else await run_in_threadpool(parse)
            return await handle(_ParsedRequest(request, body, value))

        return parse_then_handle

    async def received(self, request: Request) -> Request:
        """Return the request with its body, which a slow client sends before it takes a place."""
        if self.body_field is None:
            return request
        return ReadRequest(request, await self.read(request, getattr(request.app.state.settings, self.limit_setting)))

    async def read(self, request: Request, limit: int) -> bytes:
        """Return the body; raise `LimitExceeded` past `limit` bytes."""
        body = bytearray()
        await read_body(request, limit, body.extend)
        return bytes(body)

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        assert self.body_field is not None
        annotation: Any = self.body_field.field_info.annotation
        return TypeAdapter(annotation)


class BatchRoute(JsonRoute):
    """A route whose body holds many artifacts."""

    limit_setting = "max_batch_bytes"
    max_items = MAX_BATCH

    def work(self, request: Request) -> Work:
        """Return the class of work of a request."""
        is_large = isinstance(request, ReadRequest) and len(request.read) > LARGE_BODY
        return "batches" if is_large else super().work(request)


class SealRoute(JsonRoute):
    """A route whose body is or has the seal of a large ancestry, of which the payload goes to a temporary file."""

    reading = "traversals"
    limit_setting = "max_batch_bytes"

    async def read(self, request: Request, limit: int) -> bytes:
        """Return the body with a mark in place of the payload; raise `LimitExceeded` past `limit` bytes."""
        request.state.envelope = text = ArrivingEnvelope()
        await read_body(request, limit, text.write)
        return bytes(text.rest)


class ReadRequest(Request):
    """A request whose body is `read`."""

    def __init__(self, request: Request, body: bytes) -> None:
        super().__init__(request.scope, request.receive)
        self.read = self._body = body


class _ParsedRequest(ReadRequest):
    """A request with the validated `value` as its JSON."""

    def __init__(self, request: Request, body: bytes, value: Any) -> None:
        super().__init__(request, body)
        self._json = value


def has_small_body(request: ReadRequest) -> bool:
    """Return True if the body is small enough to be processed on the event loop."""
    return len(request.read) <= SMALL_BODY


async def read_body(request: Request, limit: int, take: Callable[[bytes], object]) -> None:
    """Give the body to `take`, however it is transferred; raise `LimitExceeded` past `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit + DRAIN_BYTES:
        raise _too_large(limit)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            take(chunk)
        elif size > limit + DRAIN_BYTES:
            break
    if size > limit:
        raise _too_large(limit)


def parse_body(body: bytes, adapter: TypeAdapter[Any], max_items: int | None = None) -> Any:
    """Return a JSON body as the type of the route; raise `InvalidInput`, which never quotes the body.

    Raises `LimitExceeded` before a body is parsed that holds more than `MAX_VALUES`, and before it is validated if a
    field has more than `max_items`: either takes many times the memory of its text.
    """
    if has_more_values(body, MAX_VALUES):
        raise LimitExceeded(f"the body holds more than {MAX_VALUES:,} values; send fewer artifacts at a time")
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidInput(f"the body is not valid JSON: {error}") from None
    if max_items is not None and isinstance(value, dict):
        _refuse_many(value, max_items)
    try:
        return adapter.validate_python(value, strict=True)
    except ValidationError as error:
        # A misspelt field is a missing one too: report the misspelling.
        errors = error.errors(include_url=False)
        raise _invalid_field(min(errors, key=lambda each: each["type"] != "extra_forbidden")) from None


def has_more_values(body: bytes, limit: int) -> bool:
    """Return whether a JSON text holds more than `limit` values, as far as its brackets and commas tell."""
    if sum(map(body.count, _BEFORE_VALUES)) <= limit:
        return False
    # Texts hold commas and brackets too. The loop ends at the limit, and lets other threads run.
    marks = (match for match in _TEXT_OR_MARK.finditer(body) if match[0][0] != _QUOTE)
    return next(islice(marks, limit, None), None) is not None


def _refuse_many(fields: dict[str, Any], limit: int) -> None:
    for name, value in fields.items():
        if isinstance(value, list | dict) and len(value) > limit:
            raise LimitExceeded(
                f"{name[:40]} has {len(value):,} items; send at most {limit:,} in one request", field=name[:40]
            )


def parse_object(text: str, field: str) -> dict[str, Any]:
    """Return the JSON object of the query parameter `field`; raise `InvalidInput`."""
    try:
        value = from_json(text.encode(), allow_inf_nan=False)
    except ValueError:
        example = '{"stage": "production"}'
        raise InvalidInput(
            f"{field} {text[:80]!r} is not valid JSON; send an object, such as {example}", field=field
        ) from None
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} must be a JSON object, not {_type_name(value)}", field=field)
    return value


def _invalid_field(error: ErrorDetails) -> InvalidInput:
    """Return the error of the API for one of pydantic: it names the field and, in a batch, the artifact's index."""
    location = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(".")
    details: dict[str, Any] = {}
    names = [part for part in error["loc"] if isinstance(part, str)]
    if names:
        details["field"] = names[-1]
    if names[:1] == ["artifacts"] and len(error["loc"]) > 1:
        details["index"] = error["loc"][1]
    return InvalidInput(f"{location or 'the body'} {_reason(error)}", **details)


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return "is required"
    if error["type"] == "extra_forbidden":
        return "is not a field of this request; check its spelling"
    if error["type"] == "literal_error":
        return f"must be one of {error['ctx']['expected']}"
    expected = _TYPE_NAMES.get(error["type"])
    return (
        f"must be {expected}, not {_type_name(error['input'])}"
        if expected
        else error["msg"].removeprefix("Value error, ")
    )


def _type_name(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _is_json(request: Request) -> bool:
    """Return True if the content type is JSON, the only one that a page of another site cannot make a browser send."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    return message.get_content_type() == "application/json"


def _too_large(limit: int) -> LimitExceeded:
    return LimitExceeded(f"the body is larger than {limit:,} bytes, the limit of this route; send less at a time")


def wrong_media_type(name: str = "JSON", media_type: str = "application/json") -> Response:
    """Return the 415 response to a body of another media type."""
    detail = f"the body must be {name}: send the header 'Content-Type: {media_type}'"
    return simple_problem(415, "media-type", "Unsupported media type", detail)
