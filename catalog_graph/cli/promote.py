"""`catalog-graph promote check`, `run`: check artifacts against a policy before an alias moves, as CI does."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, Reference, on_catalog
from catalog_graph.cli.output import write, write_json, write_text
from catalog_graph.cli.seals import AllowUnregistered

if TYPE_CHECKING:
    from catalog_graph.promotion.report import PromotionReport

app = typer.Typer(
    no_args_is_help=True,
    help="Check an artifact and its whole ancestry against a policy before an alias is moved to it.",
)
COMMANDS: Commands = {"promote": app}


class ReportFormat(StrEnum):
    """Formats of a report."""

    text = "text"
    json = "json"
    markdown = "markdown"
    junit = "junit"


PolicyFile = Annotated[Path, typer.Option("--policy", metavar="FILE", help="The policy, a YAML file.")]
Form = Annotated[ReportFormat, typer.Option("--format", help="The output format.")]


@app.command("check")
@on_catalog
def check_promotion(
    options: CatalogOptions,
    artifact_id: Reference,
    policy: PolicyFile,
    alias: Annotated[
        str | None,
        typer.Option(
            "--alias",
            help="Compare with the artifact of this alias. (default: the policy's alias)",
            show_default=False,
        ),
    ] = None,
    form: Form = ReportFormat.text,
) -> None:
    """Check a policy: the exit status is 0 if it holds, 1 if not, 2 if that could not be decided."""
    with options.catalog() as catalog:
        report = catalog.check_promotion(artifact_id, policy, alias=alias)
    _end(report, form)


@app.command("run")
@on_catalog
def promote(
    options: CatalogOptions,
    artifact_id: Reference,
    alias: Annotated[str, typer.Option("--alias", help="The alias to move, such as champion.", show_default=False)],
    policy: PolicyFile,
    by: Annotated[
        str, typer.Option("--by", metavar="WHO", help="Who promotes, for the history.", show_default=False)
    ] = "",
    sign: Annotated[
        str | None,
        typer.Option(
            "--sign",
            metavar="KEY",
            help="Seal what is promoted with this private Ed25519 key: a PEM file, or env:NAME.",
            show_default=False,
        ),
    ] = None,
    allow_unregistered: AllowUnregistered = False,
    form: Form = ReportFormat.text,
) -> None:
    """Check a policy, and point the alias to the artifact if every rule holds.

    The exit statuses are those of `promote check`. If the artifact, its ancestry or the alias changes during the check,
    the alias is not moved.
    """
    with options.catalog() as catalog:
        report = catalog.promote(artifact_id, alias, policy, by=by, sign=sign, allow_unregistered=allow_unregistered)
    _end(report, form)


def _end(report: PromotionReport, form: ReportFormat) -> None:
    from catalog_graph.promotion.report import EXIT_STATUSES
    from catalog_graph.render.promotion import as_junit, as_markdown, as_text

    if form is ReportFormat.json:
        write_json(report.to_dict())
    elif form is ReportFormat.text:
        write_text(as_text(report))
    else:
        write((as_markdown if form is ReportFormat.markdown else as_junit)(report))
    raise typer.Exit(EXIT_STATUSES[report.outcome])
