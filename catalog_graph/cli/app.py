"""The application: its commands, and the exit status and message of a command that fails."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from catalog_graph.backends.wording import in_options
from catalog_graph.cli import (
    alias,
    answers,
    artifacts,
    audit,
    backup,
    bom,
    doctor,
    erasure,
    finding,
    flowyml,
    importing,
    keys,
    lineage,
    mcp,
    ndjson,
    parents,
    promote,
    schema,
    seals,
    serve,
    tags,
    transfer,
    watch,
    webhooks,
)
from catalog_graph.cli.common import (
    ApiKey,
    CatalogOptions,
    Commands,
    Db,
    Endpoint,
    Timeout,
    Tries,
    UsageError,
    takes_catalog,
)
from catalog_graph.cli.output import styled
from catalog_graph.cli.program import Program
from catalog_graph.errors import (
    SERVICE_LIBRARIES,
    CatalogError,
    Forbidden,
    InvalidInput,
    StoreUnavailable,
    TimeLimitReached,
    Unauthorized,
    missing_extra,
)
from catalog_graph.version import __version__

REFUSED, USAGE, UNREACHABLE, KEY = 1, 2, 3, 4
STATUSES: dict[type[CatalogError], int] = {
    InvalidInput: USAGE,
    StoreUnavailable: UNREACHABLE,
    TimeLimitReached: UNREACHABLE,
    Unauthorized: KEY,
    Forbidden: KEY,
}
"""Exit statuses by error; every other error is `REFUSED`."""
MODULES = (
    artifacts,
    tags,
    parents,
    finding,
    lineage,
    answers,
    bom,
    erasure,
    alias,
    promote,
    seals,
    audit,
    watch,
    doctor,
    ndjson,
    importing,
    transfer,
    backup,
    flowyml,
    serve,
    mcp,
    schema,
    keys,
    webhooks,
)
"""The modules of commands, in the order of `catalog-graph --help`."""
COMMANDS: Commands = {name: command for module in MODULES for name, command in module.COMMANDS.items()}

app = typer.Typer(
    cls=Program,
    name="catalog-graph",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for name, command in COMMANDS.items():
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name, cls=Program)
    else:
        app.command(name)(command)


def main() -> None:
    """Run the command that the arguments name, and exit."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        # A stream that the caller has closed is empty, and no file takes its place.
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # A terminal without line-drawing characters shows their codes, instead of ending the command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Without a handler, Python prints the driver's log records about an unreachable Neo4j.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    try:
        app()
    except CatalogError as error:
        _fail(in_options(error.message), status_of(error))
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in SERVICE_LIBRARIES:
            raise
        _fail(missing_extra("this command", library, "service").message, REFUSED)
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}", USAGE)


def status_of(error: CatalogError) -> int:
    """Return the exit status for `error`."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), REFUSED)


def _fail(message: str, status: int) -> None:
    with suppress(OSError):
        typer.echo(styled(message, sys.stderr, fg="red"), err=True)
    sys.exit(status)


def _show_version(is_set: bool) -> None:
    if is_set:
        typer.echo(f"catalog-graph {__version__}")
        raise typer.Exit


@app.callback()
def global_options(
    context: typer.Context,
    endpoint: Endpoint = None,
    api_key: ApiKey = None,
    timeout: Timeout = None,
    tries: Tries = None,
    db: Db = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A lineage catalog for machine learning.

    --endpoint, --api-key, --timeout, --tries and --db may stand before a command or after it.
    """  # noqa: D401 - the help text of the program
    options = CatalogOptions(endpoint, api_key, timeout, tries, db)
    name = context.invoked_subcommand or ""
    if options != CatalogOptions() and not takes_catalog(COMMANDS.get(name)):
        raise UsageError(f"{name} takes no option that chooses a catalog before it; see catalog-graph {name} --help")
    context.obj = options
