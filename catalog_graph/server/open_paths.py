"""Paths that need no API key: their responses hold nothing of the catalog."""

from __future__ import annotations

from catalog_graph.server.paths import CATALOG

DOCS = "/docs"
DOCS_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
"""Files of Swagger UI from the package fastapi-offline, and their media types."""
FRONT_DOORS = ("/", CATALOG, f"{CATALOG}/")
"""Addresses that redirect to the documentation."""
OPEN_PATHS = frozenset(
    {"/healthz", "/readyz", "/openapi.json", DOCS, *FRONT_DOORS, *(f"{DOCS}/{name}" for name in DOCS_FILES)}
)
