"""The commands, and how they fail: one sentence on standard error and a status that says what kind of failure."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import Annotated

import typer

from catalog_graph.cli import (
    alias,
    answers,
    artifacts,
    doctor,
    finding,
    flowyml,
    keys,
    lineage,
    ndjson,
    promote,
    schema,
    serve,
    transfer,
)
from catalog_graph.cli.common import ApiKey, Db, Endpoint, Store, UsageError, on_catalog, on_service
from catalog_graph.cli.output import styled
from catalog_graph.errors import (
    CatalogError,
    Forbidden,
    InvalidInput,
    StoreUnavailable,
    TimeLimitReached,
    Unauthorized,
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
"""Every other error is `REFUSED`."""
NO_CATALOG = frozenset({"serve", "schema", "keys", "flowyml"})
"""Commands that are about no catalog, or choose one in a way of their own."""

app = typer.Typer(
    name="catalog-graph",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command("list")(on_catalog(finding.list_artifacts))
for command in (
    finding.search,
    artifacts.register,
    artifacts.get,
    finding.versions,
    artifacts.tag,
    artifacts.untag,
    artifacts.delete,
    lineage.lineage,
    lineage.upstream,
    lineage.downstream,
    answers.impact,
    answers.paths,
    answers.diff,
    answers.choke_points,
    answers.what_if,
    doctor.doctor,
    ndjson.load,
    ndjson.dump,
):
    app.command()(on_catalog(command))
for transfers in (transfer.push, transfer.pull):
    app.command()(on_service(transfers))
app.command()(serve.serve)
app.command()(schema.schema)
app.add_typer(alias.app, name="alias")
app.add_typer(promote.app, name="promote")
app.add_typer(keys.app, name="keys")
app.add_typer(flowyml.app, name="flowyml")


def main() -> None:
    """Run the command that the arguments name, and exit."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no line-drawing characters is shown their codes; that is no reason to fail.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Without a handler, what the driver says of a Neo4j that does not answer would come out raw.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    try:
        app()
    except CatalogError as error:
        _fail(error.message, status_of(error))
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}", USAGE)


def status_of(error: CatalogError) -> int:
    """The exit status that tells of `error`."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), REFUSED)


def _fail(message: str, status: int) -> None:
    with suppress(OSError):
        typer.echo(styled(message, sys.stderr, fg="red"), err=True)
    sys.exit(status)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"catalog-graph {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    endpoint: Endpoint = None,
    api_key: ApiKey = None,
    db: Db = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A lineage catalog for machine learning.

    --endpoint, --api-key and --db may stand before a command or after it.
    """
    store = Store(endpoint, api_key, db)
    if store != Store() and context.invoked_subcommand in NO_CATALOG:
        raise UsageError(
            f"{context.invoked_subcommand} takes no --endpoint, --api-key or --db before it; see its --help"
        )
    context.obj = store
