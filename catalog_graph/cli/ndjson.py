"""`catalog-graph load` and `catalog-graph dump`: a whole catalog from NDJSON, and into it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from catalog_graph.cli.common import Store, note
from catalog_graph.cli.output import BROKEN_PIPE, progress_bar
from catalog_graph.cli.transfer import BadRows, Report, Strict, conclude
from catalog_graph.errors import StoreUnavailable

STANDARD = Path("-")
"""Stands for standard input, or output."""

Source = Annotated[Path, typer.Argument(metavar="FILE", help="A file of NDJSON; - is standard input.")]
Target = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; - is standard output.")]
Duplicates = Annotated[
    str, typer.Option("--on-duplicate", help="Where the content is registered already: warn, reuse or error.")
]
Query = Annotated[str, typer.Option("--query", help="A query: what is written.")]


def load(
    store: Store, file: Source, on_duplicate: Duplicates = "warn", bad_rows: BadRows = None, strict: Strict = False
) -> None:
    """Register every line of a file, an artifact each, in any order.

    It may be interrupted and repeated at will: what is there already stays one, and an unfinished load goes on where it
    stopped. Lines that the catalog cannot keep get reported and left out.
    """
    from catalog_graph.artifact import checked_on_duplicate

    choice = checked_on_duplicate(on_duplicate)
    standard = file == STANDARD
    size = None if standard or not file.is_file() else file.stat().st_size
    with (
        store.catalog(create=True) as catalog,
        Report(bad_rows) as report,
        progress_bar("Loading bytes", size) as advance,
    ):
        source = sys.stdin.buffer if standard else file
        try:
            done = catalog.load(source, on_duplicate=choice, bad_row=report, progress=advance)
        except StoreUnavailable as error:
            again = "" if standard else ". Nothing is lost: give the same command again to go on."
            raise StoreUnavailable(f"{error.message}{again}") from error
    conclude(done, report, strict)


def dump(store: Store, file: Target = STANDARD, query: Query = "") -> None:
    """Write every artifact as NDJSON, a line each, the newest first; `load` reads it."""
    try:
        with store.catalog() as catalog, progress_bar("Writing", None) as advance:
            count = catalog.dump(sys.stdout.buffer if file == STANDARD else file, query=query, progress=advance)
            sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered would be tried again, and complained about, when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None
    note(f"{count:,} artifacts written.")
