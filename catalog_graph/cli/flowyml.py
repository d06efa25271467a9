"""`catalog-graph flowyml run`, `replay`: the lineage of FlowyML pipelines."""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from catalog_graph.cli.common import ApiKey, Commands, warn
from catalog_graph.cli.output import write
from catalog_graph.errors import InvalidInput

app = typer.Typer(help="Record the lineage of FlowyML pipelines.", no_args_is_help=True)
COMMANDS: Commands = {"flowyml": app}


@app.callback()
def flowyml() -> None:
    """Record the lineage of FlowyML pipelines."""


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
)
def run(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="The Python file that runs pipelines, or with -m a module.")],
    module: Annotated[bool, typer.Option("-m", help="Run a module, as `python -m` does.")] = False,
) -> None:
    """Run a program as `python` does, and record the true lineage of its FlowyML pipelines.

    All arguments after the program's name are passed to the program. The lineage goes to the catalog of FlowyML: the
    service of FLOWYML_CATALOG_ENDPOINT, or the file .flowyml/catalog.db.
    """
    from catalog_graph.integrations import flowyml

    if not module and not Path(script).is_file():
        raise InvalidInput(
            f"there is no file {script!r}: give the Python file that runs your pipelines, or -m and a module",
            field="script",
        )
    flowyml.enable()
    sys.argv = [script, *context.args]
    sys.path[0] = str(Path.cwd()) if module else str(Path(script).resolve().parent)
    try:
        if module:
            runpy.run_module(script, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(script, run_name="__main__")
    except Exception as error:
        _print_traceback(error)
        raise typer.Exit(1) from None


def _print_traceback(error: Exception) -> None:
    """Print the traceback that `python` would print, without the frames of this command."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename in (__file__, runpy.__file__, "<frozen runpy>"):
        frames = frames.tb_next
    traceback.print_exception(error.with_traceback(frames))


@app.command()
def replay(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="The folder of the records. (default: .flowyml/lineage)", show_default=False),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            "--endpoint", metavar="URL", help="Send all records to this service, instead of their own targets."
        ),
    ] = None,
    api_key: ApiKey = None,
) -> None:
    """Send recorded lineage that no catalog has yet, such as that of runs while the service was down."""
    from catalog_graph.backends.default import API_KEY_VARIABLE
    from catalog_graph.integrations.flowyml.replay import replay as send
    from catalog_graph.integrations.flowyml.spool import FOLDER

    records = folder or Path(FOLDER)
    if not records.is_dir():
        write(f"No records to send: there is no folder {str(records)!r}.")
        return
    result = send(records.absolute(), endpoint, api_key or os.environ.get(API_KEY_VARIABLE))
    for entry, reason in result.refused:
        warn(f"Refused: {entry.name!r} ({entry.artifact_id}): {reason}")
    held = f"; {result.held} files are left to running programs, which send them themselves" if result.held else ""
    write(f"{result.records} records sent{held}.")
