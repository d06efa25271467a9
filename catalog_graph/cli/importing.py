"""`catalog-graph import dbt`, `dvc`, `hf-card`, …: what other programs know, taken into the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, on_catalog, warn
from catalog_graph.cli.output import progress_bar, write
from catalog_graph.cli.transfer import BadRows, Report, Strict, conclude

if TYPE_CHECKING:
    from catalog_graph.transfer.importing import Source

app = typer.Typer(no_args_is_help=True, help="Take what other programs know: artifacts, lineage, metrics.")
COMMANDS: Commands = {"import": app}


@app.callback()
def group() -> None:
    """Take what other programs know: artifacts, lineage, metrics.

    An import may be repeated: it writes only what is new or has changed.
    """


@app.command("dbt")
@on_catalog
def import_dbt(
    options: CatalogOptions,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The target folder, or its manifest.json.")] = Path(
        "target"
    ),
    bad_rows: BadRows = None,
    strict: Strict = False,
) -> None:
    """Take the tables, sources and exposures of a dbt project, with the results of its tests."""
    from catalog_graph.integrations.dbt import Target

    _import(options, Target(target), bad_rows, strict)


@app.command("dvc")
@on_catalog
def import_dvc(
    options: CatalogOptions,
    repository: Annotated[
        Path, typer.Argument(metavar="REPOSITORY", help="The repository, or a folder in it.")
    ] = Path(),
    project: Annotated[
        str,
        typer.Option(
            "--project", help="The project in the ids. (default: the name of the Git repository)", show_default=False
        ),
    ] = "",
    bad_rows: BadRows = None,
    strict: Strict = False,
) -> None:
    """Take what the stages of a DVC repository have read and written, with parameters and metrics."""
    from catalog_graph.integrations.dvc import Repository

    _import(options, Repository(repository, project), bad_rows, strict)


@app.command("hf-card")
@on_catalog
def import_hf_card(
    options: CatalogOptions,
    cards: Annotated[list[Path], typer.Argument(metavar="CARD...", help="README.md files, or their folders.")],
    name: Annotated[
        str, typer.Option("--name", help="The name of the one model or data set, such as org/name.", show_default=False)
    ] = "",
    bad_rows: BadRows = None,
    strict: Strict = False,
) -> None:
    """Take Hugging Face cards: base model and its relation, data sets, licence, metrics."""
    from catalog_graph.integrations.hugging_face import Cards

    _import(options, Cards(cards, name), bad_rows, strict)


@app.command("mlflow")
@on_catalog
def import_mlflow(
    options: CatalogOptions,
    tracking_uri: Annotated[
        str,
        typer.Option(
            "--tracking-uri",
            metavar="URI",
            help="The tracking server, database or folder. (default: MLFLOW_TRACKING_URI)",
            show_default=False,
        ),
    ] = "",
    experiments: Annotated[
        list[str] | None,
        typer.Option("--experiment", metavar="NAME", help="Only this experiment; repeatable."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Read the lineage of runs again that ended and were imported before.")
    ] = False,
    bad_rows: BadRows = None,
    strict: Strict = False,
) -> None:
    """Take runs, datasets, logged models and registered versions of MLflow, with metrics, parameters and aliases."""
    from catalog_graph.integrations.mlflow import Tracking

    _import(options, Tracking(tracking_uri, experiments or (), everything=everything), bad_rows, strict)


@app.command("mlmd")
@on_catalog
def import_mlmd(
    options: CatalogOptions,
    store: Annotated[Path, typer.Argument(metavar="FILE", help="The SQLite file of the store.")],
    name: Annotated[
        str, typer.Option("--name", help="The store in the ids. (default: the name of the file)", show_default=False)
    ] = "",
    bad_rows: BadRows = None,
    strict: Strict = False,
) -> None:
    """Take the artifacts, executions, events and contexts of an ML Metadata store."""
    from catalog_graph.integrations.mlmd import Store

    _import(options, Store(store, name), bad_rows, strict)


@app.command("openlineage")
@on_catalog
def import_openlineage(
    options: CatalogOptions,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of events: NDJSON, or JSON arrays.")],
    strict: Strict = False,
) -> None:
    """Take events of OpenLineage from files, as the service takes them, in any order."""
    from catalog_graph.catalog.events import events_in

    with options.catalog(create=True) as catalog, progress_bar("Taking events", None) as advance:
        report = catalog.take_events((event for file in files for event in events_in(file)), progress=advance)
    summary, *rest = report.text().splitlines()
    for line in rest:
        warn(line)
    write(f"{summary}.")
    if strict and report.refused:
        raise typer.Exit(1)


def _import(options: CatalogOptions, source: Source, bad_rows: Path | None, strict: bool) -> None:
    with (
        options.catalog(create=True) as catalog,
        Report(bad_rows) as report,
        progress_bar("Importing", None) as advance,
    ):
        result = catalog.import_from(source, bad_row=report, progress=advance)
    conclude(result, report, strict, warned=True)
