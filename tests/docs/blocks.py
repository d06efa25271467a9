"""The code blocks of the documentation, as steps that a reader would take one after the other."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([REPOSITORY / "README.md", *REPOSITORY.glob("docs/**/*.md")])
IMPORTERS = [REPOSITORY / f"docs/how-to/{name}.md" for name in ("dbt", "dvc", "mlflow", "mlmd")]
"""Pages whose blocks need tools of other projects, with environments of their own."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block that is run: Python, or shell commands; and what it prints, where the document shows it next."""

    language: str
    code: str
    line: int
    output: str | None = None


def steps(document: Path) -> list[Step]:
    """Return the `python` and `sh` blocks of a document; a `text` block right after one is its output."""
    text = document.read_text(encoding="utf-8")
    blocks = list(_FENCE.finditer(text))
    found = []
    for block, following in zip_longest(blocks, blocks[1:]):
        language, code = block.groups()
        if language not in ("python", "sh"):
            continue
        shown = following is not None and following[1] == "text" and not text[block.end() : following.start()].strip()
        line = text.count("\n", 0, block.start()) + 2
        found.append(Step(language, code, line, following[2] if following is not None and shown else None))
    return found


def follow(
    document: Path,
    folder: Path,
    real: Mapping[str, str],
    *,
    python: Path = Path(sys.executable),
    variables: Mapping[str, str] | None = None,
) -> None:
    """Take the steps of a document in a folder, in one process of `python`, and compare what they print.

    `real` has values in place of those that the document makes up; `variables` are of the environment.
    """
    todo = [_with_real_values(step, real) for step in steps(document)]
    process = subprocess.run(
        [str(python), str(Path(__file__).with_name("follow.py"))],
        input=json.dumps([{**asdict(step), "document": document.name} for step in todo]),
        cwd=folder,
        env={**os.environ, **_environment(folder), **(variables or {})},
        text=True,
        capture_output=True,
        timeout=240 if variables is None else 540,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    for step, printed in zip(todo, json.loads(process.stdout), strict=True):
        if step.output is not None:
            assert printed == step.output, f"{document.name}, line {step.line}"


def _with_real_values(step: Step, real: Mapping[str, str]) -> Step:
    code = step.code
    for shown, value in real.items():
        code = code.replace(shown, value)
    return Step(step.language, code, step.line, step.output)


def _environment(home: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        "CATALOG_GRAPH_PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY),
        "XDG_DATA_HOME": str(home / "data"),
        "NO_COLOR": "1",
    }
