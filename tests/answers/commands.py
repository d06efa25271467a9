"""Commands, run in this process."""

from __future__ import annotations

from tests.support.commands import invoke


def run(*arguments: str) -> str:
    result = invoke(*arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout
