"""Environments of tools of other projects, whose dependencies are not ours: each by its lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_REPOSITORY = Path(__file__).parents[2]


def python_of(name: str) -> Path:
    """Return the Python of `requirements-NAME.lock`, in an environment that is made if it is missing or out of date."""
    lock, environment = _REPOSITORY / f"requirements-{name}.lock", _REPOSITORY / ".make" / name
    python, stamp = environment / "bin" / "python", environment / "lock"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment)], check=True)
        install = ["pip", "install", "--quiet", "--python", str(python), "--require-hashes", "--requirement", str(lock)]
        subprocess.run([uv, *install], check=True)
        stamp.write_bytes(lock.read_bytes())
    return python
