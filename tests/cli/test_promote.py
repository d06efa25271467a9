"""The promotion gate from the command line: exit statuses, and reports for people, programs and CI."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from catalog_graph import ArtifactCatalog, RegistrationWarning
from tests.cli.conftest import Run
from tests.support.entries import artifact
from tests.support.seals import PRIVATE, PUBLIC

Ok = Callable[..., str]
POLICY = """policy: production
alias: champion
rules:
  - rule: registered
  - rule: no_worse
    tag: f1
  - rule: forbid
    name: licences | of <data>
    query: license:restricted
"""


@pytest.fixture
def policy(folder: Path) -> Path:
    """Write a policy, and register two models: `good` complies with it, `bad` does not."""
    with ArtifactCatalog() as catalog:
        with pytest.warns(RegistrationWarning, match="stub"):
            catalog.register_many(
                [
                    artifact("data", tags={"license": "restricted"}),
                    artifact("good", name="model", tags={"f1": 0.9}),
                    artifact("bad", "data", "stub\x85", name="model", tags={"f1": 0.8}),
                ]
            )
        catalog.set_alias("model", "champion", "good")
    path = folder / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def test_statuses(run: Run, policy: Path) -> None:
    assert run("promote", "check", "good", "--policy", "policy.yaml").status == 0
    assert run("promote", "check", "bad", "--policy", "policy.yaml").status == 1
    undecided = POLICY.replace("tag: f1", "tag: never\n    when_missing: undecided")
    policy.write_text(undecided, encoding="utf-8")
    assert run("promote", "check", "model@champion", "--policy", "policy.yaml").status == 2
    assert run("promote", "check", "never", "--policy", "policy.yaml").status == 1
    policy.write_text(POLICY.replace("tag:", "tga:"), encoding="utf-8")
    wrong = run("promote", "check", "good", "--policy", "policy.yaml")
    assert (wrong.status, wrong.err.rstrip()) == (
        2,
        "policy.yaml, line 6: rules[1].tga is not known here; did you mean tag?",
    )


def test_without_an_alias_nothing_is_compared(run: Run, policy: Path) -> None:
    policy.write_text(POLICY.replace("alias: champion\n", ""), encoding="utf-8")
    done = run("promote", "check", "good", "--policy", "policy.yaml")
    assert done.status == 2
    assert "??    no_worse: tag f1: no alias is named to compare with" in done.out
    assert run("promote", "check", "good", "--policy", "policy.yaml", "--alias", "free").status == 0


def test_text(run: Run, policy: Path) -> None:
    assert run("promote", "check", "bad", "--policy", "policy.yaml").out.splitlines() == [
        "model (Dataset, v2) [bad]: the policy 'production' fails",
        "Compared with @champion: model (Dataset, v1, @champion) [good]",
        "",
        "FAIL  registered: 1 in the ancestry is not registered",
        r"        model v2 <- stub\x85",
        "FAIL  no_worse: tag f1: tag f1 is 0.8, that of the alias 0.9: worse by 0.1, at most 0 is allowed",
        "FAIL  licences | of <data>: 1 in the ancestry matches license:restricted",
        "        model v2 <- data v1",
    ]


def test_markdown(run: Run, policy: Path) -> None:
    lines = run("promote", "check", "bad", "--policy", "policy.yaml", "--format", "markdown").out.splitlines()
    assert lines[0].startswith("### ❌ model (Dataset, v2) \\[bad\\]")
    assert r"| ❌ | licences \| of \<data\> | 1 in the ancestry matches license:restricted |" in lines
    assert r"- model v2 \<- data v1" in lines


def test_junit(run: Run, policy: Path) -> None:
    written = run("promote", "check", "bad", "--policy", "policy.yaml", "--format", "junit").out
    [suite] = ElementTree.fromstring(written.partition("\n")[2])
    assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["errors"]) == ("3", "3", "0")
    assert [case.attrib["name"] for case in suite] == ["registered", "no_worse: tag f1", "licences | of <data>"]
    [failure] = suite[0]
    assert (failure.tag, failure.attrib["type"]) == ("failure", "registered")
    assert failure.text == "1 in the ancestry is not registered\nmodel v2 <- stub\\x85"
    passed = ElementTree.fromstring(run("promote", "check", "good", "--policy", "policy.yaml", "--format", "junit").out)
    assert [list(case) for case in passed[0]] == [[], [], []]


def test_run_moves_the_alias(run: Run, ok: Ok, policy: Path) -> None:
    refused = run("promote", "run", "bad", "--alias", "champion", "--policy", "policy.yaml", "--format", "json")
    assert (refused.status, json.loads(refused.out)["move"]) == (1, None)
    done = run("promote", "run", "good", "--alias", "live", "--policy", "policy.yaml", "--by", "ci")
    assert (done.status, done.out.splitlines()[-1]) == (0, "Promoted: model@live is good")
    assert "ci" in ok("alias", "history", "model", "live")
    held = run("promote", "run", "good", "--alias", "live", "--policy", "policy.yaml", "--by", "again")
    assert (held.status, held.out.splitlines()[-1]) == (0, "Nothing to move: model@live is already held by good")
    assert "again" not in ok("alias", "history", "model", "live")
    again = run("promote", "check", "good", "--policy", "policy.yaml", "--alias", "live", "--format", "json")
    assert json.loads(again.out)["holder"]["artifact_id"] == "good"


def test_run_tells_of_the_seal_that_it_makes(run: Run, ok: Ok, folder: Path, policy: Path) -> None:
    (folder / "key.pem").write_text(PRIVATE)
    arguments = ("--policy", "policy.yaml", "--by", "ci", "--sign", "key.pem")
    refused = run("promote", "run", "bad", "--alias", "champion", *arguments)
    assert (refused.status, "Sealed" in refused.out) == (1, False)
    done = run("promote", "run", "good", "--alias", "live", *arguments).out.splitlines()
    [seal] = json.loads(ok("seals", "good", "--format", "json"))["items"]
    told = f"Sealed: 1 artifact, root {seal['root']}; the seal {seal['digest']} is kept beside good"
    assert done[-2:] == ["Promoted: model@live is good", told]
    as_json = json.loads(run("promote", "run", "good", "--alias", "live", *arguments, "--format", "json").out)
    assert as_json["seal"] in json.loads(ok("seals", "good", "--format", "json"))["items"]
    assert as_json["seal"] != seal
    markdown = run("promote", "run", "good", "--alias", "other", *arguments, "--format", "markdown").out
    assert "Sealed: 1 artifact, root " in markdown
    junit = run("promote", "run", "good", "--alias", "third", *arguments, "--format", "junit").out
    assert "Sealed" not in junit


def test_what_is_not_registered_is_sealed_by_an_option(run: Run, folder: Path) -> None:
    (folder / "key.pem").write_text(PRIVATE)
    (folder / "pub.pem").write_text(PUBLIC)
    with ArtifactCatalog() as catalog:
        catalog.backend.register(artifact("b", "a"))
    refused = run("seal", "b", "--sign", "key.pem", "--output", "seal.json")
    assert refused.status == 1
    assert "or seal with --allow-unregistered, which writes them down" in refused.err
    assert not (folder / "seal.json").exists()
    done = run("seal", "b", "--sign", "key.pem", "--output", "seal.json", "--allow-unregistered")
    assert done.out.startswith("Sealed b: 2 artifacts, 1 of them not registered, root ")
    assert run("verify", "seal.json", "--key", "pub.pem").status == 0
    with ArtifactCatalog() as catalog:
        assert (folder / "seal.json").read_bytes() == catalog.seal_file("b") + b"\n"
