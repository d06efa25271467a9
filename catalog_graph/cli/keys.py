"""`catalog-graph keys`: API keys of a service, made, listed, rotated and revoked while it runs."""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, UsageError, note, on_service
from catalog_graph.cli.output import write, write_json, write_table
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import checked_instant, from_microseconds, microseconds

if TYPE_CHECKING:
    from catalog_graph.backends.remote.http import HttpService

app = typer.Typer(help="Make, list, rotate and revoke API keys of a service.", no_args_is_help=True)
COMMANDS: Commands = {"keys": app}

_SECONDS = {"h": 3600, "d": 86400, "w": 7 * 86400}
_DURATION = re.compile(r"(\d{1,5})([hdw])")
_COLUMNS = ("name", "id", "scope", "state", "expires_at", "last_used_at", "source")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the key.")]
Expires = Annotated[
    str | None,
    typer.Option("--expires", help="When the key ends: 12h, 90d, 4w, or an instant (ISO 8601).", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def keys() -> None:
    """Make, list, rotate and revoke API keys of a service."""


@app.command("new")
@on_service
def new(
    options: CatalogOptions,
    scope: Annotated[
        str, typer.Option("--scope", help="read, write (which includes read) or admin (which includes both).")
    ] = "write",
    name: Annotated[str, typer.Option("--name", help="The name of the key.")] = "key",
    expires: Expires = None,
    line: Annotated[
        bool, typer.Option("--line", help="Print a line for the key file of a service, and ask no service.")
    ] = False,
) -> None:
    """Make an API key, and print it once: in the service, or without one with its line for a key file."""
    expires_at = None if expires is None else _instant(expires)
    if not line and options.target().endpoint is not None:
        body = {"name": name, "scope": scope, "expires_at": expires_at}
        with Service(options) as service:
            _show(service.ask("POST", "/keys", body=body, once=True))
        return
    from catalog_graph.server.keys import new_key

    try:
        key, record = new_key(name, scope, None if expires_at is None else microseconds(expires_at))
    except InvalidInput as error:
        raise UsageError(f"--{error.message}") from error
    note("The key, shown only this once; clients set it as FLOWYML_CATALOG_API_KEY:")
    write(key)
    note("Its line for the file of CATALOG_GRAPH_API_KEYS_FILE; it does not reveal the key:")
    write(record.line())


@app.command("list")
@on_service
def list_keys(options: CatalogOptions, as_json: Json = False) -> None:
    """List the API keys of a service, also those that have ended."""
    with Service(options) as service:
        items = service.ask("GET", "/keys")["items"]
    _write_keys(items, as_json)


@app.command("rotate")
@on_service
def rotate(
    options: CatalogOptions,
    name: Name,
    grace: Annotated[str, typer.Option("--grace", help="How long the keys of before stay valid: 0h, 24h, 7d.")] = "24h",
    expires: Expires = None,
) -> None:
    """Make a new API key with the name and scope of another, which ends after a time of grace."""
    seconds = _duration(grace)
    if seconds is None:
        raise UsageError(f"--grace {grace!r} is not a duration: write 24h, 7d or 2w")
    body = {"grace_seconds": seconds, "expires_at": None if expires is None else _instant(expires)}
    with Service(options) as service:
        _show(service.ask("POST", _path(name, "/rotate"), body=body, once=True))


@app.command("revoke")
@on_service
def revoke(
    options: CatalogOptions,
    name: Name,
    key_id: Annotated[
        str | None, typer.Option("--key", metavar="ID", help="Only the key with this id, as `list` shows it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Revoke the API keys of a name, on every replica within seconds."""
    with Service(options) as service:
        answer = service.ask("DELETE", _path(name), [("id", key_id)] if key_id else [])
    _write_keys(answer["revoked"], as_json)


class Service:
    """The service of a command, closed afterwards."""

    def __init__(self, options: CatalogOptions) -> None:
        from catalog_graph.backends.remote.http import HttpService

        self._service: HttpService = HttpService(*options.service())

    def __enter__(self) -> HttpService:
        return self._service

    def __exit__(self, *_: object) -> None:
        self._service.close()


def _path(name: str, more: str = "") -> str:
    from urllib.parse import quote

    return f"/keys/{quote(name, safe='')}{more}"


def _show(key: dict[str, Any]) -> None:
    """Print a new key on standard output, and the rest for a person."""
    end = f", until {key['expires_at']}" if key["expires_at"] else ""
    note(f"Key {key['name']} ({key['id']}, {key['scope']}{end}), shown only this once:")
    write(key["key"])


def _write_keys(items: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        write_json(items)
        return
    rows = [[_shown(item[column]) for column in _COLUMNS] for item in items]
    write_table([column.removesuffix("_at").replace("_", " ") for column in _COLUMNS], rows, whole=("name", "id"))


def _shown(value: str | None) -> str:
    is_instant = value is not None and re.match(r"\d{4}-\d\d-\d\dT", value)
    return value[:19].replace("T", " ") if value and is_instant and sys.stdout.isatty() else value or ""


def _duration(text: str) -> int | None:
    match = _DURATION.fullmatch(text)
    return int(match[1]) * _SECONDS[match[2]] if match else None


def _instant(text: str) -> str:
    """Return the instant of `--expires`."""
    seconds = _duration(text)
    if seconds is not None:
        return from_microseconds(time.time_ns() // 1000 + seconds * 1_000_000)
    try:
        return checked_instant(text, "expires")
    except InvalidInput as error:
        raise UsageError(f"--expires {text!r} is neither a duration, as 90d, nor an instant, as 2026-12-31") from error
