"""`catalog-graph promote check`, `promote run`: the promotion gate, as CI runs it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import Reference, Store, on_catalog
from catalog_graph.cli.output import write, write_json

if TYPE_CHECKING:
    from catalog_graph.promotion.report import PromotionReport

app = typer.Typer(
    no_args_is_help=True,
    help="Check an artifact and all that it came from against a policy, before an alias is moved to it.",
)


class ReportFormat(StrEnum):
    """How a report is written."""

    text = "text"
    json = "json"
    markdown = "markdown"
    junit = "junit"


PolicyFile = Annotated[Path, typer.Option("--policy", metavar="FILE", help="The policy, in YAML.")]
Form = Annotated[ReportFormat, typer.Option("--format", help="How the report is written.")]


@app.command("check")
@on_catalog
def check_promotion(
    store: Store,
    artifact_id: Reference,
    policy: PolicyFile,
    alias: Annotated[
        str | None,
        typer.Option("--alias", help="Compare with what holds this alias; else the policy's own.", show_default=False),
    ] = None,
    form: Form = ReportFormat.text,
) -> None:
    """Say whether a policy holds: status 0 if it does, 1 if not, 2 if that could not be decided."""
    with store.catalog() as catalog:
        report = catalog.check_promotion(artifact_id, policy, alias=alias)
    _end(report, form)


@app.command("run")
@on_catalog
def promote(
    store: Store,
    artifact_id: Reference,
    alias: Annotated[str, typer.Option("--alias", help="The alias to move, as champion.", show_default=False)],
    policy: PolicyFile,
    by: Annotated[
        str, typer.Option("--by", metavar="WHO", help="Who promotes, for the history.", show_default=False)
    ] = "",
    form: Form = ReportFormat.text,
) -> None:
    """Check, and point the alias to the artifact where every rule holds: what was checked is what is promoted."""
    with store.catalog() as catalog:
        report = catalog.promote(artifact_id, alias, policy, by=by)
    _end(report, form)


def _end(report: PromotionReport, form: ReportFormat) -> None:
    from catalog_graph.promotion.report import EXIT_STATUSES
    from catalog_graph.render.promotion import as_junit, as_markdown, as_text

    if form is ReportFormat.json:
        write_json(report.to_dict())
    else:
        written = {ReportFormat.markdown: as_markdown, ReportFormat.junit: as_junit}.get(form, as_text)
        write(written(report))
    raise typer.Exit(EXIT_STATUSES[report.outcome])
