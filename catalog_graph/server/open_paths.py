"""Paths that need no API key: their responses hold nothing of the catalog."""

from __future__ import annotations

from importlib.resources import files

from catalog_graph.server.paths import CATALOG

DOCS = "/docs"
DOCS_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
"""Files of Swagger UI from the package fastapi-offline, and their media types."""
FRONT_DOORS = (CATALOG, f"{CATALOG}/")
"""Addresses that redirect to the documentation."""
_PAGE = files("catalog_graph.server").joinpath("page")


def _page_files() -> list[str]:
    """Return the files of the built page by their path below `/`, without `index.html`; none if it is not built."""
    if not _PAGE.joinpath("index.html").is_file():
        return []
    names = [item.name for item in _PAGE.iterdir() if item.is_file() and item.name != "index.html"]
    assets = _PAGE.joinpath("assets")
    return [*names, *(f"assets/{item.name}" for item in (assets.iterdir() if assets.is_dir() else ()))]


PAGE_FILES = _page_files()
"""Files of the page for people, which `make web` builds."""
PAGE_PATHS = frozenset({"/", *(f"/{name}" for name in PAGE_FILES)})
OPEN_PATHS = frozenset(
    {
        "/healthz",
        "/readyz",
        "/openapi.json",
        DOCS,
        *FRONT_DOORS,
        *PAGE_PATHS,
        *(f"{DOCS}/{name}" for name in DOCS_FILES),
    }
)
