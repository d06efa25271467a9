"""The policy reference has every rule and every key, and each of its examples can be read; so do the example files."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
import typer.main
import yaml

from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.cli.app import app
from catalog_graph.policy import Policy, Rule, load_policy, read_policy
from tests.docs.blocks import REPOSITORY

TEXT = (REPOSITORY / "docs" / "promotion.md").read_text(encoding="utf-8")
EXAMPLES = REPOSITORY / "examples" / "promotion"
KINDS = get_args(get_args(Rule)[0])


def test_every_example_is_a_policy() -> None:
    shown = set()
    for block in re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        policy = read_policy(block if "rules:" in block else "rules:\n" + re.sub("^", "  ", block, flags=re.MULTILINE))
        shown |= {type(rule) for rule in policy.rules}
    assert shown == set(KINDS)


def test_every_rule_and_key_is_explained() -> None:
    for kind in (Policy, *KINDS):
        for key, field in kind.model_fields.items():
            words = get_args(field.annotation) if key == "rule" else (key,)
            assert all(f"`{word}`" in TEXT or f"`{word}:" in TEXT for word in words), (kind, words)


def test_the_example_policy() -> None:
    policy = load_policy(EXAMPLES / "policy.yaml")
    assert policy.alias == "champion"
    assert len(policy.rules) == 9


def test_the_workflow_uses_the_commands_as_they_are() -> None:
    lines = [line for step in _steps() for line in step.get("run", "").splitlines() if "catalog-graph promote" in line]
    assert len(lines) == 3
    command = typer.main.get_command(app)
    for line in lines:
        words = shlex.split(line)
        group, name = words[1:3]
        found = command.commands[group].commands[name]  # type: ignore[attr-defined]
        known = {option for parameter in found.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize(
    ("candidate", "told"), [("new", "fails"), ("nwe", "artifact 'nwe' not found"), ("none", "no catalog at")]
)
def test_the_workflow_tells_why_there_is_no_report(tmp_path: Path, candidate: str, told: str) -> None:
    """Whatever becomes of the check, something is said in the pull request, and no file is empty."""
    if candidate != "none":
        with ArtifactCatalog(db_path=tmp_path / ".flowyml" / "catalog.db") as catalog:
            catalog.register("fraud_detector", "Model", tags={"f1": 0.5}, artifact_id="new")
    shutil.copy(EXAMPLES / "policy.yaml", tmp_path)
    (tmp_path / "candidate").write_text(f"{candidate}\n", encoding="utf-8")
    [script] = [step["run"] for step in _steps() if "report.md" in step.get("run", "") and "candidate" in step["run"]]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    named = {name: value for name, value in os.environ.items() if not name.startswith(("FLOWYML_", "CATALOG_GRAPH_"))}
    environment = {**named, "PATH": path, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert (done.returncode, report.startswith("### "), told in report) == (1, True, True), report
    if candidate == "new":
        assert ElementTree.parse(tmp_path / "report.xml").getroot().tag == "testsuites"
    else:
        assert done.stderr.strip() in report
        assert not (tmp_path / "report.xml").exists()


def _steps() -> list[dict[str, str]]:
    workflow = yaml.safe_load((EXAMPLES / "promote.yml").read_text(encoding="utf-8"))
    return [step for job in workflow["jobs"].values() for step in job["steps"]]
