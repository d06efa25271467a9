"""Commands, run in this process."""

from __future__ import annotations

from functools import cache
from typing import Any

from typer import testing
from typer.main import get_command

from catalog_graph.cli.app import app

# The runner makes all commands anew for each run, which takes six times as long as most commands.
testing._get_command = cache(get_command)


def invoke(*arguments: str, **options: Any) -> Any:
    """Run a command and return its result, as `typer.testing.CliRunner` does."""
    return testing.CliRunner().invoke(app, list(arguments), **options)
