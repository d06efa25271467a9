"""The commands, and how they fail: one sentence on standard error and a status that is not zero."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

import catalog_graph
from catalog_graph.cli import answers, flowyml, keys, serve, transfer
from catalog_graph.errors import CatalogError

app = typer.Typer(
    name="catalog-graph",
    help="A lineage catalog for machine learning.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve.serve)
app.command()(transfer.push)
app.command()(transfer.pull)
for question in (answers.impact, answers.paths, answers.diff, answers.choke_points, answers.what_if):
    app.command()(question)
app.add_typer(keys.app, name="keys")
app.add_typer(flowyml.app, name="flowyml")


def main() -> None:
    """Run the command that the arguments name, and exit."""
    try:
        app()
    except CatalogError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(error.message, style="red", markup=False)
        sys.exit(1)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"catalog-graph {catalog_graph.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A lineage catalog for machine learning."""
