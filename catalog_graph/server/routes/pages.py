"""Pages for people: the interactive documentation, with all its files, so that it works without internet."""

from __future__ import annotations

from importlib.resources import files
from pathlib import PurePosixPath

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, RedirectResponse

from catalog_graph.server.open_paths import DOCS, DOCS_FILES, FRONT_DOORS
from catalog_graph.server.security_headers import docs_policy

_CACHE_CONTROL = "public, max-age=86400"

router = APIRouter(include_in_schema=False)


@router.get(DOCS)
async def docs(request: Request) -> HTMLResponse:
    """Show the interactive documentation."""
    root = request.scope.get("root_path", "").rstrip("/")
    page = get_swagger_ui_html(
        openapi_url=f"{root}/openapi.json",
        title=request.app.title,
        swagger_js_url=f"{root}{DOCS}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{DOCS}/swagger-ui.css",
        swagger_favicon_url=f"{root}{DOCS}/favicon.png",
    )
    page.headers["Content-Security-Policy"] = docs_policy(bytes(page.body).decode())
    return page


def asset(request: Request) -> Response:
    """Return a file of Swagger UI."""
    name = PurePosixPath(request.url.path).name
    content = files("fastapi_offline").joinpath("static", name).read_bytes()
    return Response(content, media_type=DOCS_FILES[name], headers={"Cache-Control": _CACHE_CONTROL})


async def front_door(request: Request) -> RedirectResponse:
    """Redirect a browser to the interactive documentation."""
    return RedirectResponse(f"{request.scope.get('root_path', '').rstrip('/')}{DOCS}")


for file_name in DOCS_FILES:
    router.add_api_route(f"{DOCS}/{file_name}", asset)
for address in FRONT_DOORS:
    router.add_api_route(address, front_door)
