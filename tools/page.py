"""Build or test the page that the service shows at `/`: `python -m tools.page build` or `test`.

The page's source is in `web/`; Vite builds it into `catalog_graph/server/page`. It needs Node 20.19 or later and npm.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WEB = Path(__file__).parents[1] / "web"
SCHEMA = WEB / "openapi.json"
NODE = (20, 19)


def main(task: str) -> None:
    """Install what the lock names, type the calls by the service's own document, then build or test."""
    npm = _npm()
    _run(npm, "ci", "--no-audit", "--no-fund", "--silent")
    SCHEMA.write_text(json.dumps(_openapi()), encoding="utf-8")
    _run(npm, "run", "--silent", "api")
    if task == "test":
        _run(npm, "run", "--silent", "check")
        _run(npm, "run", "--silent", "test")
    _run(npm, "run", "--silent", "build")


def _npm() -> str:
    """Return the path of npm; end with a sentence where Node is missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout if node else ""
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if npm is None or numbers < NODE:
        sys.exit(
            f"The page is built by Node {NODE[0]}.{NODE[1]} or later with npm; here is {version.strip() or 'none'}. "
            "The service runs without the page: its API is documented at /docs."
        )
    return npm


def _openapi() -> dict[str, object]:
    """Return the service's own OpenAPI document."""
    from catalog_graph.backends.local import LocalCatalogBackend
    from catalog_graph.server.app import create_app
    from catalog_graph.server.settings import ServerSettings

    with tempfile.TemporaryDirectory() as folder, LocalCatalogBackend(Path(folder) / "catalog.db") as backend:
        return create_app(backend, ServerSettings(no_auth=True)).openapi()


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=WEB)
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    if sys.argv[1:] not in (["build"], ["test"]):
        sys.exit("usage: python -m tools.page build|test")
    main(sys.argv[1])
