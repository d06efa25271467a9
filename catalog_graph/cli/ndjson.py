"""`catalog-graph load` and `catalog-graph dump`: import and export a catalog as NDJSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, note, on_catalog
from catalog_graph.cli.output import end_on_broken_pipe, progress_bar
from catalog_graph.cli.transfer import BadRows, Report, Strict, conclude, resumable
from catalog_graph.errors import StoreUnavailable

STANDARD_STREAM = Path("-")

Source = Annotated[Path, typer.Argument(metavar="FILE", help="An NDJSON file; - is standard input.")]
Target = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; - is standard output.")]
OnDuplicate = Annotated[
    str,
    typer.Option("--on-duplicate", help="What to do if the content is registered already: warn, reuse or error."),
]
Query = Annotated[str, typer.Option("--query", help="Only artifacts that match this query.")]


def load(
    options: CatalogOptions,
    file: Source,
    on_duplicate: OnDuplicate = "warn",
    bad_rows: BadRows = None,
    strict: Strict = False,
) -> None:
    """Take an NDJSON file: artifacts to register, one for each line, or the whole catalog that dump has written.

    The command can be interrupted and repeated: it resumes where it stopped, and registers nothing twice. Invalid lines
    are reported and left out.
    """
    from catalog_graph.artifact import checked_on_duplicate

    mode = checked_on_duplicate(on_duplicate)
    is_stdin = file == STANDARD_STREAM
    size = None if is_stdin or not file.is_file() else file.stat().st_size
    with (
        options.catalog(create=True) as catalog,
        Report(bad_rows) as report,
        progress_bar("Loading bytes", size) as advance,
    ):
        source = sys.stdin.buffer if is_stdin else file
        try:
            result = catalog.load(source, on_duplicate=mode, bad_row=report, progress=advance)
        except StoreUnavailable as error:
            if is_stdin:
                raise
            raise resumable(error) from error
    conclude(result, report, strict, warned=True)


def dump(options: CatalogOptions, file: Target = STANDARD_STREAM, query: Query = "") -> None:
    """Write the whole catalog as NDJSON, with its history, for `load`; with --query, artifacts alone, newest first."""
    with end_on_broken_pipe(), options.catalog() as catalog, progress_bar("Writing", None) as advance:
        target = sys.stdout.buffer if file == STANDARD_STREAM else file
        count = catalog.dump(target, query=query, progress=advance)
        sys.stdout.flush()
    note(f"{count:,} artifacts written.")


COMMANDS: Commands = {"load": on_catalog(load), "dump": on_catalog(dump)}
