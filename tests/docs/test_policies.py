"""The policy reference has every rule and every key, and each of its examples can be read; so do the example files."""

from __future__ import annotations

import re
import shlex
from typing import get_args

import typer.main
import yaml

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
    workflow = yaml.safe_load((EXAMPLES / "promote.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    lines = [line for step in steps for line in step.get("run", "").splitlines() if "catalog-graph promote" in line]
    assert len(lines) == 3
    command = typer.main.get_command(app)
    for line in lines:
        words = shlex.split(line)
        group, name = words[1:3]
        found = command.commands[group].commands[name]  # type: ignore[attr-defined]
        known = {option for parameter in found.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known
