"""`catalog-graph backup` and `catalog-graph restore`: the whole catalog as one compressed file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, on_catalog, warn
from catalog_graph.cli.output import progress_bar, write
from catalog_graph.cli.transfer import BadRows, Report, conclude

Target = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as catalog.ndjson.gz.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="A file that backup has written.")]
Check = Annotated[bool, typer.Option("--check", help="Only check that the file is whole; restore nothing.")]


def backup(options: CatalogOptions, file: Target) -> None:
    """Write the whole catalog to a compressed file, as it is at one instant, with its history.

    The exit status is 1 if the source cannot give something, such as invalid rows or, from a service of an earlier
    version, history. The file says what.
    """
    with options.catalog() as catalog, progress_bar("Writing artifacts", None) as advance:
        contents = catalog.backup(file, progress=advance)
    write(f"{contents.text}, as of {contents.at or 'no single instant'}.")
    if contents.left_out:
        warn(f"Left out: {contents.left_out:,}; the lines of kind left_out in the file give the reasons.")
        raise typer.Exit(1)


def restore(options: CatalogOptions, file: Source, check: Check = False, bad_rows: BadRows = None) -> None:
    """Merge a backup into the catalog, which may be empty or new.

    The whole file is checked first: nothing is written if it is incomplete, altered or damaged. Restoring again changes
    nothing. The exit status is 1 if the catalog lacks something of the backup afterwards: records that were left out,
    or history, which a service takes with an API key of the scope admin alone.
    """
    from catalog_graph.transfer.backup import check as check_backup
    from catalog_graph.transfer.backup import merge

    with progress_bar("Checking lines", None) as advance:
        contents = check_backup(file, progress=advance)
    if check:
        write(f"The backup is whole: {contents.text}, as of {contents.at}.")
        return
    total = sum(contents.counts.values()) + 2  # the first and the last line
    with (
        options.catalog(create=True) as catalog,
        Report(bad_rows) as report,
        progress_bar("Restoring lines", total) as advance,
    ):
        result = merge(file, catalog.backend, bad_row=report, progress=advance)
    if not result.whole:
        warn("The backup was not restored as a whole.")
    conclude(result, report, strict=True)


COMMANDS: Commands = {"backup": on_catalog(backup), "restore": on_catalog(restore)}
