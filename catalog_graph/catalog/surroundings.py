"""The surroundings of a step: the commit of its code, Python, and the packages that it imported."""

from __future__ import annotations

import platform
import subprocess
import sys
from functools import lru_cache
from importlib import metadata
from typing import Any

_SECONDS = 5
MAX_PACKAGES = 200
"""Maximum number of packages of an environment."""


def git_state() -> dict[str, Any]:
    """Return the commit of the working folder's repository as `commit`, and `dirty`; nothing outside of one."""
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return {}
    return {"commit": commit, "dirty": bool(_git("status", "--porcelain", "--untracked-files=no"))}


def environment() -> dict[str, Any]:
    """Return the versions of Python, of the platform, and of the imported packages, by name."""
    names = {name for module in list(sys.modules) for name in _distributions().get(module, ())}
    packages = {name: version for name in sorted(names)[:MAX_PACKAGES] if (version := _version(name))}
    return {"python": platform.python_version(), "platform": platform.platform(), "packages": packages}


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - holds no user input
            ["git", *arguments],  # noqa: S607 - the git of the user
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@lru_cache(1)
def _distributions() -> dict[str, list[str]]:
    """Return the packages that each module at the top level belongs to."""
    return {module: list(names) for module, names in metadata.packages_distributions().items()}


@lru_cache(None)
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
