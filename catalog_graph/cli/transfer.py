"""`catalog-graph push` and `catalog-graph pull`: a whole catalog from a file to a service, and back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from catalog_graph.backends.choice import API_KEY_VARIABLE, ENDPOINT_VARIABLE
from catalog_graph.errors import ConfigurationError, StoreUnavailable

if TYPE_CHECKING:
    from catalog_graph.backends.remote import RemoteCatalogBackend
    from catalog_graph.transfer import Transferred

DEFAULT_FILE = Path(".flowyml/catalog.db")
SHOWN = 20
"""Bad rows that are printed; `--bad-rows` takes them all."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="The catalog file.")]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint", help=f"The service. (default: {ENDPOINT_VARIABLE})", show_default=False)
]
BadRows = Annotated[
    Path | None,
    typer.Option("--bad-rows", metavar="FILE", help="Write the rows that were left out there, as JSON lines."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 if any row was left out.")]


def push(
    file: File = DEFAULT_FILE, endpoint: Endpoint = None, bad_rows: BadRows = None, strict: Strict = False
) -> None:
    """Take a local catalog to the service: every artifact with its id, instant, version, tags and parents.

    It may be interrupted and repeated at will: what is there already stays one, and an unfinished push goes on where it
    stopped. Rows that no catalog can keep as they are get reported and left out.
    """
    from catalog_graph.transfer import count_rows
    from catalog_graph.transfer import push as push_all

    address = _endpoint(endpoint)
    total = count_rows(file)
    with _service(address) as service, _Report(bad_rows) as report, _bar("Pushing", total) as advance:
        done = push_all(file, service, bad_row=report, progress=advance, mark=address)
    _conclude(done, report, strict)


def pull(
    file: File = DEFAULT_FILE, endpoint: Endpoint = None, bad_rows: BadRows = None, strict: Strict = False
) -> None:
    """Bring the service's catalog into a local file, which is made where it is missing; repeatable as `push` is."""
    from catalog_graph.backends.local import LocalCatalogBackend
    from catalog_graph.transfer import pull as pull_all

    address = _endpoint(endpoint)
    with (
        _service(address) as service,
        LocalCatalogBackend(file) as local,
        _Report(bad_rows) as report,
        _bar("Pulling", None) as advance,
    ):
        done = pull_all(service, local, file, bad_row=report, progress=advance, mark=address)
    _conclude(done, report, strict)
    if done.resumed_at:
        typer.echo("It went on from an earlier pull; pull again for what was registered since that one began.")


def _endpoint(given: str | None) -> str:
    address = given or os.environ.get(ENDPOINT_VARIABLE)
    if not address:
        raise ConfigurationError(
            f"Which service? Give --endpoint http://HOST:PORT/api/v1/catalog, or {ENDPOINT_VARIABLE}."
        )
    return address


@contextmanager
def _service(address: str) -> Iterator[RemoteCatalogBackend]:
    from catalog_graph.backends.remote import RemoteCatalogBackend

    with RemoteCatalogBackend(address, os.environ.get(API_KEY_VARIABLE)) as service:
        try:
            yield service
        except StoreUnavailable as error:
            raise StoreUnavailable(
                f"{error.message}. Nothing is lost: give the same command again to go on."
            ) from error


@contextmanager
def _bar(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    columns = [TextColumn(title, markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda seen: progress.update(task, completed=seen)


def _conclude(done: Transferred, report: _Report, strict: bool) -> None:
    report.conclude()
    earlier = f"; {done.resumed_at:,} rows were done before" if done.resumed_at else ""
    typer.echo(f"{done.registered:,} artifacts registered, {done.left_out:,} rows left out{earlier}.")
    if strict and done.left_out:
        raise typer.Exit(1)


class _Report:
    """Says which rows were left out: the first few on the screen, all of them in a file if one is named."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._shown: list[str] = []
        self._count = 0

    def __enter__(self) -> _Report:
        if self._path is not None:
            self._file = self._path.open("w", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def __call__(self, which: str, reason: str) -> None:
        self._count += 1
        if len(self._shown) < SHOWN:
            self._shown.append(f"Left out: {which}: {reason}")
        if self._file is not None:
            self._file.write(json.dumps({"artifact": which, "reason": reason}) + "\n")

    def conclude(self) -> None:
        """Print what there is to print."""
        for line in self._shown:
            typer.echo(line, err=True)
        if self._count > len(self._shown):
            typer.echo(f"… and {self._count - len(self._shown):,} more; --bad-rows FILE names them all", err=True)
