"""`catalog-graph push` and `catalog-graph pull`: copy a whole catalog from a file to a service, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, on_service, warn
from catalog_graph.cli.output import progress_bar, write
from catalog_graph.errors import StoreUnavailable

if TYPE_CHECKING:
    from catalog_graph.backends.remote.backend import RemoteCatalogBackend
    from catalog_graph.copies.result import TransferResult

DEFAULT_FILE = Path(".flowyml/catalog.db")
MAX_PRINTED = 20
"""Maximum rejected rows to print; --bad-rows writes them all."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="The catalog file.")]
BadRows = Annotated[
    Path | None,
    typer.Option("--bad-rows", metavar="FILE", help="Write the rows that are left out to this file, as JSON lines."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with status 1 if anything is left out.")]


def push(options: CatalogOptions, file: File = DEFAULT_FILE, bad_rows: BadRows = None, strict: Strict = False) -> None:
    """Copy a local catalog to the service: artifacts with their history, removed edges, aliases.

    The command can be interrupted and repeated: it resumes where it stopped, and a repetition changes nothing. Invalid
    rows are reported and left out. Recorded history needs an API key with the scope admin; with another one, artifacts
    and aliases are taken as of now, and the exit status is 1.
    """
    from catalog_graph.backends.remote.backend import RemoteCatalogBackend
    from catalog_graph.transfer.push_pull import count_rows
    from catalog_graph.transfer.push_pull import push as push_all

    client = RemoteCatalogBackend(*options.service())
    total = count_rows(file)
    with _resumable(client) as service, Report(bad_rows) as report, progress_bar("Pushing", total) as advance:
        result = push_all(file, service, bad_row=report, progress=advance, mark=service.endpoint)
    conclude(result, report, strict)


def pull(options: CatalogOptions, file: File = DEFAULT_FILE, bad_rows: BadRows = None, strict: Strict = False) -> None:
    """Copy the service's catalog into a local file: artifacts with their history, removed edges, aliases.

    A missing file is created. The command can be interrupted and repeated, as push.
    """
    from catalog_graph.backends.local import LocalCatalogBackend
    from catalog_graph.backends.remote.backend import RemoteCatalogBackend
    from catalog_graph.transfer.push_pull import pull as pull_all

    client = RemoteCatalogBackend(*options.service())
    with (
        _resumable(client) as service,
        LocalCatalogBackend(file) as local,
        Report(bad_rows) as report,
        progress_bar("Pulling", None) as advance,
    ):
        result = pull_all(service, local, file, bad_row=report, progress=advance, mark=service.endpoint)
    conclude(result, report, strict)


@contextmanager
def _resumable(client: RemoteCatalogBackend) -> Iterator[RemoteCatalogBackend]:
    with client:
        try:
            yield client
        except StoreUnavailable as error:
            raise resumable(error) from error


def resumable(error: StoreUnavailable) -> StoreUnavailable:
    """Return the error of an interrupted transfer, with the advice to resume it."""
    end = "" if error.message.endswith((".", "?")) else "."
    return StoreUnavailable(f"{error.message}{end} Nothing is lost: repeat the same command to resume.")


def conclude(result: TransferResult, report: Report, strict: bool, warned: bool = False) -> None:
    """Print the result of a transfer.

    Exits with status 1 if the copy is incomplete as a whole, and with `strict` if anything was left out. With
    `warned`, the warnings of the result are printed already.
    """
    report.conclude()
    for sentence in () if warned else result.warnings:
        warn(sentence)
    earlier = f"; {result.resumed_at:,} artifacts were done before" if result.resumed_at else ""
    write(f"{result.text}{earlier}.")
    if result.incomplete or (strict and result.left_out):
        raise typer.Exit(1)


class Report:
    """The rows that are left out: the first few are printed, all are written to a file if one is named."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._lines: list[str] = []
        self._count = 0

    def __enter__(self) -> Report:
        if self._path is not None:
            self._file = self._path.open("w", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def __call__(self, which: str, reason: str) -> None:
        """Add a row."""
        self._count += 1
        if len(self._lines) < MAX_PRINTED:
            self._lines.append(f"Left out: {which}: {reason}")
        if self._file is not None:
            self._file.write(json.dumps({"artifact": which, "reason": reason}) + "\n")

    def conclude(self) -> None:
        """Print the first rows and the number of the others."""
        for line in self._lines:
            warn(line)
        if self._count > len(self._lines):
            warn(f"… and {self._count - len(self._lines):,} more; --bad-rows FILE writes them all to a file")


COMMANDS: Commands = {"push": on_service(push), "pull": on_service(pull)}
