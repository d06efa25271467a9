"""The location of a local catalog: a file, named by a path or a `sqlite:///` URL, or the memory of this process."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

from catalog_graph.errors import InvalidInput

MEMORY = ":memory:"
"""The path of a catalog that is private to its object and ends with it, as SQLite writes it."""
_SQLITE = "sqlite://"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""The scheme of a URL; one letter alone is a drive of Windows."""


def parse_location(db_path: str | os.PathLike[str]) -> Path | None:
    """Return the path of the catalog file, or `None` for a catalog in memory.

    `~` stands for the home folder; `sqlite:///y.db` is the file `y.db`, with four slashes an absolute path. Raises
    `InvalidInput` for any other URL and for an empty path.
    """
    text = os.fspath(db_path)
    if not isinstance(text, str) or not text or "\0" in text:
        raise InvalidInput(f"db_path {text!r} is not a path; name a file, or ':memory:'", field="db_path")
    if text.startswith(_SQLITE):
        text = _path_of_url(text)
    elif _URL.match(text) and not Path(text).exists():
        raise _refused(text)
    return None if text == MEMORY else Path(text).expanduser()


def _path_of_url(url: str) -> str:
    host, slash, path = url.removeprefix(_SQLITE).partition("/")
    if "?" in path:
        raise InvalidInput(
            f"db_path {url!r} has options, which are not supported; a question mark in the name of a file is %3F",
            field="db_path",
        )
    if host or not slash or not path:
        raise _refused(url)
    return unquote(path)


def _refused(url: str) -> InvalidInput:
    """Return the error for a URL that is no location, with what may have been meant."""
    scheme = url.partition(":")[0].lower()
    if scheme == "sqlite":
        problem = (
            "names no file; write sqlite:///FILE, as in sqlite:///.flowyml/catalog.db, with four slashes for an "
            "absolute path"
        )
    elif scheme == "file":
        memory = ", or ':memory:' for a catalog in memory" if "memory" in url else ""
        problem = f"is a file: address, which is not supported; give the path alone{memory}"
    elif scheme in ("http", "https"):
        problem = f"is a URL, not a file; for a service, pass RemoteCatalogBackend({url!r}) as the backend"
    else:
        problem = "is a URL, not a file; name a file"
    return InvalidInput(f"db_path {url!r} {problem}", field="db_path")
