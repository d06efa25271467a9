"""Routes whose functions are called without FastAPI's validation take texts alone."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, Response

from catalog_graph.server.route_classes import CatalogRoute


def test_a_parameter_that_is_no_text_is_refused() -> None:
    router = APIRouter(route_class=CatalogRoute)

    def route(limit: int = 1) -> Response:
        raise AssertionError(limit)

    with pytest.raises(TypeError, match="limit is read as text, not as int"):
        router.get("/items")(route)
