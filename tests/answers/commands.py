"""Commands, run in this process."""

from __future__ import annotations

from typer.testing import CliRunner

from catalog_graph.cli.app import app


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout
