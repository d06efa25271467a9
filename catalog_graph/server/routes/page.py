"""The page for people, which Vite builds from `web/` into the folder `page` of this package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from mimetypes import guess_type

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from catalog_graph.server.open_paths import PAGE_FILES
from catalog_graph.server.security_headers import PAGE_POLICY

_FOLDER = files("catalog_graph.server").joinpath("page")
_HEADERS = {"Content-Security-Policy": PAGE_POLICY}
_IMMUTABLE = "public, max-age=31536000, immutable"
"""The name of an asset has a digest of its content."""
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>catalog_graph</title>
<h1>catalog_graph is running</h1>
<p>The page has not been built in this checkout. Run <code>make web</code>, then start the service again.</p>
<p>The API is documented at <a href="docs">/docs</a>.</p></html>"""

router = APIRouter(include_in_schema=False)


@cache
def _content(name: str) -> bytes:
    return _FOLDER.joinpath(*name.split("/")).read_bytes()


@router.get("/")
async def page() -> Response:
    """Return the page, or how to build it."""
    html = _content("index.html") if PAGE_FILES else _NOT_BUILT.encode()
    return HTMLResponse(html, headers={**_HEADERS, "Cache-Control": "no-cache"})


async def file(request: Request) -> Response:
    """Return a file of the page."""
    name = request.url.path.removeprefix(request.scope.get("root_path", "")).lstrip("/")
    caching = _IMMUTABLE if name.startswith("assets/") else "public, max-age=86400"
    media_type = guess_type(name)[0] or "application/octet-stream"
    return Response(_content(name), media_type=media_type, headers={**_HEADERS, "Cache-Control": caching})


for name in PAGE_FILES:
    router.add_api_route(f"/{name}", file)
