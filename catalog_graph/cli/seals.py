"""`catalog-graph seal`, `seals`, `verify`: signed statements of what an artifact was made from."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, Reference, note, on_catalog
from catalog_graph.cli.output import Format, ListFormat, write, write_csv, write_json, write_table, write_text

Sign = Annotated[
    str,
    typer.Option(
        "--sign",
        metavar="KEY",
        help="The private Ed25519 key: a PEM file, or env:NAME, a variable that holds the PEM.",
        show_default=False,
    ),
]
AllowUnregistered = Annotated[
    bool,
    typer.Option("--allow-unregistered", help="Seal ancestors that are not registered too; the seal names them."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write the seal to this file.", show_default=False),
]
COLUMNS = ("sealed_at", "sealed_by", "alias", "artifacts", "root", "digest")


def seal(
    options: CatalogOptions,
    artifact_id: Reference,
    sign: Sign,
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who seals.", show_default=False)] = "",
    allow_unregistered: AllowUnregistered = False,
    output: Output = None,
) -> None:
    """Sign what an artifact was made from, at any depth, and keep the seal beside it.

    The key stays here, also if the catalog is a service.
    """
    with options.catalog() as catalog, _file(output) as file:
        card = catalog.write_seal(artifact_id, sign, file, by=by, allow_unregistered=allow_unregistered)
    unregistered = f", {card.unregistered:,} of them not registered" if card.unregistered else ""
    write(f"Sealed {card.artifact_id}: {card.artifacts:,} artifacts{unregistered}, root {card.root}")


def seals(
    options: CatalogOptions,
    artifact_id: Reference,
    digest: Annotated[
        str, typer.Option("--digest", help="The seal to write with --output. (default: the newest)", show_default=False)
    ] = "",
    output: Output = None,
    form: ListFormat = Format.table,
) -> None:
    """List the seals of an artifact, the newest first; with --output, write one to a file."""
    with options.catalog() as catalog:
        if output is not None:
            with closing(_File(output)) as file:
                for piece in catalog.backend.kept_seal(artifact_id, digest).pieces():
                    file.write(piece)
            return
        items = [card.to_dict() for card in catalog.seals(artifact_id)]
    rows = [[item[column] for column in COLUMNS] for item in items]
    if form is Format.json:
        write_json({"items": items})
    else:
        (write_csv if form is Format.csv else write_table)(COLUMNS, rows)


def verify(
    options: CatalogOptions,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of a seal.")],
    key: Annotated[
        list[str],
        typer.Option(
            "--key",
            metavar="PUB",
            help="A public Ed25519 key: a PEM file, or env:NAME. Repeatable.",
            show_default=False,
        ),
    ],
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare with the catalog: name what changed since, sources first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Verify a seal: the exit status is 0 if it holds, 1 if not. Without --compare, this needs no catalog."""
    from catalog_graph.seals.verification import verify_seal

    if compare:
        with options.catalog() as catalog:
            verification = catalog.verify(file, key)
    else:
        verification = verify_seal(file, key)
    if as_json:
        write_json(verification.to_dict())
    else:
        write_text(verification.text())
    raise typer.Exit(0 if verification.holds else 1)


class _File:
    """A file of one line, opened at its first byte, so that what fails before leaves it as it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def write(self, data: bytes) -> int:
        self._file = self._file or self._path.open("wb")
        return self._file.write(data)

    def close(self) -> None:
        if self._file is not None:
            with self._file:
                self._file.write(b"\n")
            note(f"Wrote {self._path}.")


def _file(output: Path | None) -> AbstractContextManager[_File | None]:
    return nullcontext() if output is None else closing(_File(output))


COMMANDS: Commands = {"seal": on_catalog(seal), "seals": on_catalog(seals), "verify": on_catalog(verify)}
