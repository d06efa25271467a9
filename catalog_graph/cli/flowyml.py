"""`catalog-graph flowyml`: the lineage of FlowyML pipelines."""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from catalog_graph.cli.common import ApiKey, note
from catalog_graph.cli.output import write
from catalog_graph.errors import InvalidInput

app = typer.Typer(help="The lineage of FlowyML pipelines.", no_args_is_help=True)


@app.callback()
def flowyml() -> None:
    """The lineage of FlowyML pipelines."""


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
)
def run(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="The Python file that runs pipelines, or, with -m, a module.")],
    module: Annotated[bool, typer.Option("-m", help="Run a module, as `python -m` does.")] = False,
) -> None:
    """Run a program as `python` would, and record the true lineage of every FlowyML pipeline in it.

    Whatever follows the program's name is passed on to it. The lineage goes where FlowyML's own catalog registers:
    to the service of FLOWYML_CATALOG_ENDPOINT, else into .flowyml/catalog.db.
    """
    from catalog_graph.integrations import flowyml

    if not module and not Path(script).is_file():
        raise InvalidInput(f"{script!r} is no file; name the Python file that runs your pipelines", field="script")
    flowyml.enable()
    sys.argv = [script, *context.args]
    sys.path[0] = str(Path.cwd()) if module else str(Path(script).resolve().parent)
    try:
        if module:
            runpy.run_module(script, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(script, run_name="__main__")
    except Exception as error:
        _show_traceback(error)
        raise typer.Exit(1) from None


def _show_traceback(error: Exception) -> None:
    """The traceback as `python` would print it: without the frames between this command and the program."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename in (__file__, runpy.__file__, "<frozen runpy>"):
        frames = frames.tb_next
    traceback.print_exception(error.with_traceback(frames))


@app.command()
def replay(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where the records wait. (default: .flowyml/lineage)", show_default=False),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            "--endpoint", metavar="URL", help="Send all of it there, rather than where each record was going."
        ),
    ] = None,
    api_key: ApiKey = None,
) -> None:
    """Send recorded lineage that no catalog has yet, such as that of runs while the service was down."""
    from catalog_graph.backends.default import API_KEY_VARIABLE
    from catalog_graph.integrations.flowyml.replay import replay as send
    from catalog_graph.integrations.flowyml.spool import FOLDER

    waiting = folder or Path(FOLDER)
    if not waiting.is_dir():
        write(f"Nothing waits: there is no folder {str(waiting)!r}.")
        return
    done = send(waiting.absolute(), endpoint, api_key or os.environ.get(API_KEY_VARIABLE))
    for entry, reason in done.refused:
        note(f"Refused: {entry.name!r} ({entry.artifact_id}): {reason}")
    held = f"; {done.held} files belong to programs that still run, and that send them themselves" if done.held else ""
    write(f"{done.records} records sent{held}.")
