"""Results of benchmark runs, stored as JSON; the page is rendered from them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field, replace
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
    "urllib3",
    "pydantic-core",
)


@dataclass
class TableResult:
    """The rows of a table, with its texts."""

    name: str
    title: str
    header: list[str]
    rows: list[list[Any]]
    note: str = ""


@dataclass
class Run:
    """One run: its date, commit and machine, and all results."""

    stage: str
    size: int
    edges: int
    date: str
    commit: str
    seconds: float
    machine: dict[str, str]
    versions: dict[str, str]
    results: list[Result] = field(default_factory=list)
    tables: list[TableResult] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Store the run as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    def with_later(self, later: Run) -> Run:
        """Return this run with the results of a later one in place of its own, and a remark that says which."""
        results = {result.name: result for result in [*self.results, *later.results]}
        tables = {table.name: table for table in [*self.tables, *later.tables]}
        titles = ", ".join(f"“{part.title}”" for part in [*later.results, *later.tables])
        remark = (
            f"At {self.size:,}, a run of its own on {later.date} ({later.commit}, {later.machine['processor']}) "
            f"measured {titles}"
        )
        remarks = list(dict.fromkeys([*self.remarks, *later.remarks, remark]))
        return replace(self, results=list(results.values()), tables=list(tables.values()), remarks=remarks)

    @classmethod
    def load(cls, path: Path) -> Run:
        """Load a stored run."""
        data = json.loads(path.read_text())
        data["results"] = [
            Result(**{**result, "series": {label: Series(**s) for label, s in result["series"].items()}})
            for result in data["results"]
        ]
        data["tables"] = [TableResult(**table) for table in data["tables"]]
        return cls(**data)


def today() -> str:
    """Return today's date in UTC."""
    return datetime.now(UTC).date().isoformat()


def commit() -> str:
    """Return the commit that is measured, with `+` if the working tree differs from it."""
    try:
        head = _git("rev-parse", "--short", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no", "catalog_graph", "cypher") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine() -> dict[str, str]:
    """Return the processor, cores, memory and system of this machine."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def versions(neo4j: str) -> dict[str, str]:
    """Return the versions of Python, the databases and the packages that take part."""
    import sqlite3

    by_name = {"Python": platform.python_version(), "Neo4j": neo4j, "SQLite": sqlite3.sqlite_version}
    for package in PACKAGES:
        try:
            by_name[package] = version(package)
        except PackageNotFoundError:
            continue
    return by_name


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()
