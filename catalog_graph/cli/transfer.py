"""`catalog-graph push` and `catalog-graph pull`: a whole catalog from a file to a service, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from catalog_graph.cli.common import Store, note
from catalog_graph.cli.output import progress_bar, write
from catalog_graph.errors import StoreUnavailable

if TYPE_CHECKING:
    from catalog_graph.backends.remote.backend import RemoteCatalogBackend
    from catalog_graph.transfer.push_pull import TransferResult

DEFAULT_FILE = Path(".flowyml/catalog.db")
SHOWN = 20
"""Bad rows that are printed; `--bad-rows` takes them all."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="The catalog file.")]
BadRows = Annotated[
    Path | None,
    typer.Option("--bad-rows", metavar="FILE", help="Write the rows that were left out there, as JSON lines."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 if any row was left out.")]


def push(store: Store, file: File = DEFAULT_FILE, bad_rows: BadRows = None, strict: Strict = False) -> None:
    """Take a local catalog to the service.

    Every artifact keeps its id, instant, version, tags and parents. It may be interrupted and repeated at will: what
    is there already stays one, and an unfinished push goes on where it stopped. Rows that no catalog can keep as they
    are get reported and left out.
    """
    from catalog_graph.transfer.push_pull import count_rows
    from catalog_graph.transfer.push_pull import push as push_all

    address, key = store.service()
    total = count_rows(file)
    with _service(address, key) as service, Report(bad_rows) as report, progress_bar("Pushing", total) as advance:
        done = push_all(file, service, bad_row=report, progress=advance, mark=address)
    conclude(done, report, strict)


def pull(store: Store, file: File = DEFAULT_FILE, bad_rows: BadRows = None, strict: Strict = False) -> None:
    """Bring the service's catalog into a local file. It is made where it is missing; repeatable as push is."""
    from catalog_graph.backends.local import LocalCatalogBackend
    from catalog_graph.transfer.push_pull import pull as pull_all

    address, key = store.service()
    with (
        _service(address, key) as service,
        LocalCatalogBackend(file) as local,
        Report(bad_rows) as report,
        progress_bar("Pulling", None) as advance,
    ):
        done = pull_all(service, local, file, bad_row=report, progress=advance, mark=address)
    conclude(done, report, strict)
    if done.resumed_at:
        write("It went on from an earlier pull; pull again for what was registered since that one began.")


@contextmanager
def _service(address: str, key: str | None) -> Iterator[RemoteCatalogBackend]:
    from catalog_graph.backends.remote.backend import RemoteCatalogBackend

    with RemoteCatalogBackend(address, key) as service:
        try:
            yield service
        except StoreUnavailable as error:
            raise StoreUnavailable(
                f"{error.message}. Nothing is lost: give the same command again to go on."
            ) from error


def conclude(done: TransferResult, report: Report, strict: bool) -> None:
    """Say what a transfer came to; with `strict`, status 1 where a row was left out."""
    report.conclude()
    earlier = f"; {done.resumed_at:,} rows were done before" if done.resumed_at else ""
    write(f"{done.registered:,} artifacts registered, {done.left_out:,} rows left out{earlier}.")
    if strict and done.left_out:
        raise typer.Exit(1)


class Report:
    """Says which rows were left out: the first few on the screen, all of them in a file if one is named."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._shown: list[str] = []
        self._count = 0

    def __enter__(self) -> Report:
        if self._path is not None:
            self._file = self._path.open("w", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def __call__(self, which: str, reason: str) -> None:
        """Take note of a row that was left out."""
        self._count += 1
        if len(self._shown) < SHOWN:
            self._shown.append(f"Left out: {which}: {reason}")
        if self._file is not None:
            self._file.write(json.dumps({"artifact": which, "reason": reason}) + "\n")

    def conclude(self) -> None:
        """Print what there is to print."""
        for line in self._shown:
            note(line)
        if self._count > len(self._shown):
            note(f"… and {self._count - len(self._shown):,} more; --bad-rows FILE names them all")
