"""Request bodies: bounded while they arrive, read strictly, and typed, before any route sees them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from email.message import Message
from functools import cached_property, partial
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json
from starlette.concurrency import run_in_threadpool

from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.server.problems import simple_problem

SHORT = 32 * 1024
"""A body of at most so many bytes is read at once: handing it to a thread takes longer."""
DRAIN_BYTES = 64 * 1024 * 1024
"""How much of a body past its limit is read and dropped: a client that is still sending would miss the answer."""

_WANTED = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


class JsonRoute(APIRoute):
    """A route whose JSON body, if it has one, is read here: FastAPI takes NaN, and fails on what it cannot encode."""

    limit_setting: ClassVar[str] = "max_body_bytes"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request whose body is read and typed."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle
        required = self.body_field.field_info.is_required()

        async def read_then_handle(request: Request) -> Response:
            body = await read_body(request, getattr(request.app.state.settings, self.limit_setting))
            if not body and not required:
                return await handle(_ReadRequest(request, b"", None))
            if not _is_json(request):
                return wrong_media_type()
            read = partial(read_json, body, self._adapter)
            value = read() if len(body) <= SHORT else await run_in_threadpool(read)
            return await handle(_ReadRequest(request, body, value))

        return read_then_handle

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        assert self.body_field is not None
        annotation: Any = self.body_field.field_info.annotation
        return TypeAdapter(annotation)


class BatchRoute(JsonRoute):
    """A route whose body holds many artifacts."""

    limit_setting = "max_batch_bytes"


class _ReadRequest(Request):
    """A request whose body has been read, as `value`."""

    def __init__(self, request: Request, body: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._body = body
        self._json = value


async def is_short(request: Request) -> bool:
    """Whether a body that was read is short enough to be worked on without a thread."""
    return len(await request.body()) <= SHORT


async def read_body(request: Request, limit: int) -> bytes:
    """The body, of at most `limit` bytes, however it is sent; raises `LimitExceeded`."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit + DRAIN_BYTES:
        raise _too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        elif size > limit + DRAIN_BYTES:
            break
    if size > limit:
        raise _too_large(limit)
    return b"".join(chunks)


def read_json(body: bytes, adapter: TypeAdapter[Any]) -> Any:
    """What the body says, in the type that the route takes; raises `InvalidInput`, which never quotes the body."""
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidInput(f"the body is not JSON that can be read: {error}") from None
    try:
        return adapter.validate_python(value, strict=True)
    except ValidationError as error:
        # What is misspelt is missing, too: it is told of first.
        errors = error.errors(include_url=False)
        raise _wrong_type(min(errors, key=lambda each: each["type"] != "extra_forbidden")) from None


def read_object(text: str, field: str) -> dict[str, Any]:
    """The JSON object in a parameter; raises `InvalidInput` that names it."""
    try:
        value = from_json(text.encode(), allow_inf_nan=False)
    except ValueError:
        wanted = 'write a JSON object, as {"stage": "production"}'
        raise InvalidInput(f"{field} {text[:80]!r} is not JSON: {wanted}", field=field) from None
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} must be a JSON object, not {_kind(value)}", field=field)
    return value


def _wrong_type(error: ErrorDetails) -> InvalidInput:
    """The first of the errors in our own words, naming the field and, in a batch, the artifact's position."""
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(".")
    details: dict[str, Any] = {}
    names = [part for part in error["loc"] if isinstance(part, str)]
    if names:
        details["field"] = names[-1]
    if names[:1] == ["artifacts"] and len(error["loc"]) > 1:
        details["index"] = error["loc"][1]
    return InvalidInput(f"{where or 'the body'} {_complaint(error)}", **details)


def _complaint(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return "is required"
    if error["type"] == "extra_forbidden":
        return "is not known here"
    if error["type"] == "literal_error":
        return f"must be one of {error['ctx']['expected']}"
    wanted = _WANTED.get(error["type"])
    return f"must be {wanted}, not {_kind(error['input'])}" if wanted else error["msg"]


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _is_json(request: Request) -> bool:
    """A page of another site can make a browser send any body but one of this type, so no other is read."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    return message.get_content_type() == "application/json"


def _too_large(limit: int) -> LimitExceeded:
    return LimitExceeded(f"the body is over {limit:,} bytes, which is the limit here")


def wrong_media_type(name: str = "JSON", media_type: str = "application/json") -> Response:
    """The answer to a body that is not sent as what it has to be."""
    detail = f"the body must be {name}: send the header 'Content-Type: {media_type}'"
    return simple_problem(415, "media-type", "Unsupported media type", detail)
