"""The changelog follows Keep a Changelog and begins with the version of the package."""

from __future__ import annotations

import re
from pathlib import Path

import catalog_graph

TEXT = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
ENTRY = re.compile(r"\[(?P<version>\d+\.\d+\.\d+)\] - (?:\d{4}-\d\d-\d\d|Unreleased)")


def test_the_version_has_an_entry() -> None:
    entries = [ENTRY.fullmatch(line[3:]) for line in TEXT.splitlines() if line.startswith("## ")]
    assert all(entries)
    versions = [entry["version"] for entry in entries if entry]
    assert versions[0] == catalog_graph.__version__
    assert versions == sorted(versions, key=lambda v: [int(part) for part in v.split(".")], reverse=True)
    assert sum("Unreleased" in line for line in TEXT.splitlines()) <= 1


def test_changes_are_of_the_known_kinds() -> None:
    kinds = [line[4:] for line in TEXT.splitlines() if line.startswith("### ")]
    assert kinds
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
