"""What a run found, as JSON beside the page that is written from it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measure import Result, Series

PACKAGES = (
    "catalog-graph",
    "flowyml",
    "neo4j",
    "neo4j-rust-ext",
    "rustworkx",
    "fastapi",
    "uvicorn",
    "httpx",
    "pydantic-core",
)


@dataclass
class Found:
    """Rows of a table."""

    name: str
    title: str
    header: list[str]
    rows: list[list[Any]]
    note: str = ""


@dataclass
class Run:
    """One run: what was measured, when, of which commit, on what."""

    stage: str
    size: int
    edges: int
    date: str
    commit: str
    seconds: float
    machine: dict[str, str]
    versions: dict[str, str]
    results: list[Result] = field(default_factory=list)
    tables: list[Found] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Keep the run."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> Run:
        """The run that was kept."""
        data = json.loads(path.read_text())
        data["results"] = [
            Result(**{**result, "series": {label: Series(**s) for label, s in result["series"].items()}})
            for result in data["results"]
        ]
        data["tables"] = [Found(**found) for found in data["tables"]]
        return cls(**data)


def today() -> str:
    """The date, in UTC."""
    return datetime.now(UTC).date().isoformat()


def commit() -> str:
    """The commit that is measured; `+` where files were changed since."""
    try:
        head = _git("rev-parse", "--short", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no", "catalog_graph", "cypher") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine() -> dict[str, str]:
    """What the run was made on."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def versions(neo4j: str) -> dict[str, str]:
    """Of what took part."""
    import sqlite3

    found = {"Python": platform.python_version(), "Neo4j": neo4j, "SQLite": sqlite3.sqlite_version}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()
