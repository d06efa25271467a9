"""`catalog-graph doctor`: what is right and wrong with a catalog as it is reached from here."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import Store
from catalog_graph.cli.output import shown, styled, write, write_json

if TYPE_CHECKING:
    from catalog_graph.doctor import Finding

SIGNS = {"good": "ok", "note": "note", "problem": "PROBLEM"}
COLORS = {"good": "green", "note": "yellow", "problem": "red"}
FAILED = 1


class Form(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"


def doctor(
    store: Store,
    try_writing: Annotated[
        bool, typer.Option("--write", help="Try writing too: an artifact is registered and deleted again.")
    ] = False,
    form: Annotated[Form, typer.Option("--format", help="How the findings are written.")] = Form.text,
) -> None:
    """Say which catalog is used, and what is wrong with it.

    The status is 1 if there is a problem. Nothing is changed, but for --write.
    """
    from catalog_graph.doctor import examined

    findings = []
    for finding in examined(store.choice(), write=try_writing):
        findings.append(finding)
        if form is Form.text:
            _tell(finding)
    problems = sum(finding.level == "problem" for finding in findings)
    if form is Form.json:
        write_json({"ok": not problems, "findings": [finding.to_dict() for finding in findings]})
    if problems:
        raise typer.Exit(FAILED)


def _tell(finding: Finding) -> None:
    sign = styled(f"{SIGNS[finding.level]:8}", sys.stdout, fg=COLORS[finding.level])
    write(f"{sign}{finding.about:9}{shown(finding.told)}")
    if finding.advice:
        write(f"{'':17}{shown(finding.advice)}")
