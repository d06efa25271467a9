"""`catalog-graph doctor`: check the catalog in use, and serving from this machine."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, on_catalog
from catalog_graph.cli.output import shown, styled, write, write_json

if TYPE_CHECKING:
    from catalog_graph.doctor import Finding

SIGNS = {"good": "ok", "note": "note", "problem": "PROBLEM"}
COLORS = {"good": "green", "note": "yellow", "problem": "red"}
FAILED = 1


class FindingsFormat(StrEnum):
    """Formats of the findings."""

    text = "text"
    json = "json"


def doctor(
    options: CatalogOptions,
    try_writing: Annotated[
        bool, typer.Option("--write", help="Also register an artifact, and delete it again.")
    ] = False,
    form: Annotated[FindingsFormat, typer.Option("--format", help="The output format.")] = FindingsFormat.text,
) -> None:
    """Show the catalog in use and the reason for it, and check it for problems.

    The exit status is 1 if there is a problem. Without --write nothing is changed.
    """
    from catalog_graph.doctor import examine

    findings = []
    for finding in examine(options.target(), write=try_writing):
        findings.append(finding)
        if form is FindingsFormat.text:
            _write(finding)
    problems = sum(finding.level == "problem" for finding in findings)
    if form is FindingsFormat.json:
        write_json({"ok": not problems, "findings": [finding.to_dict() for finding in findings]})
    if problems:
        raise typer.Exit(FAILED)


def _write(finding: Finding) -> None:
    sign = styled(f"{SIGNS[finding.level]:8}", sys.stdout, fg=COLORS[finding.level])
    write(f"{sign}{finding.about:9}{shown(finding.message)}")
    if finding.advice:
        write(f"{'':17}{shown(finding.advice)}")


COMMANDS: Commands = {"doctor": on_catalog(doctor)}
