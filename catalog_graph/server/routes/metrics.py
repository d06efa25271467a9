"""Metrics for Prometheus."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from catalog_graph.server.route_classes import MetricsRoute
from catalog_graph.server.routes.common import READ, problem_responses

PATH = "/metrics"

router = APIRouter(tags=["health"], route_class=MetricsRoute)


@router.get(
    PATH,
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problem_responses(401, 403, 422)},
    dependencies=READ,
)
async def metrics(request: Request) -> Response:
    """Get the metrics of this service in the text format of Prometheus, also while the store does not answer."""
    await request.app.state.gauges.refresh()
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    # Writing 2,000 lines takes 20 ms; the threads of requests may all be busy, so it has one of its own.
    text = await asyncio.to_thread(encode, request.app.state.observer.metrics.registry)
    return Response(text, headers={"Content-Type": media_type})
