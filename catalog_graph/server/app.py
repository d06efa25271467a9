"""The service as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import anyio.to_thread
from fastapi import FastAPI

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.server import openapi
from catalog_graph.server.access import AccessMiddleware
from catalog_graph.server.bookmarks import BookmarkMiddleware
from catalog_graph.server.feed import Feed
from catalog_graph.server.gauges import Gauges
from catalog_graph.server.hosts import HostMiddleware, Hosts
from catalog_graph.server.key_refresh import KeyRefresh
from catalog_graph.server.keyring import Keyring
from catalog_graph.server.mcp.endpoint import McpEndpoint
from catalog_graph.server.observing import ObservingMiddleware, ServiceObserver
from catalog_graph.server.paths import RawPathMiddleware
from catalog_graph.server.problems import handle_problems
from catalog_graph.server.queues import Queues
from catalog_graph.server.rates import RateLimit
from catalog_graph.server.retention import dropping_old_changes
from catalog_graph.server.routes import (
    aliases,
    answers,
    artifacts,
    batch,
    bom,
    changes,
    erasure,
    events,
    health,
    keys,
    lineage,
    lists,
    mcp,
    metrics,
    names,
    openlineage,
    page,
    pages,
    picture,
    promotion,
    seals,
    streams,
    webhooks,
)
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.webhooks.dispatch import Webhooks
from catalog_graph.version import __version__

# Routes with fixed words, such as `search`, precede those with `{artifact_id}`; the most frequent come early, since the
# routes of a request are tried one after the other.
ROUTERS = (
    batch.router,
    lists.router,
    artifacts.registrations,
    artifacts.router,
    lineage.router,
    lineage.traversals,
    answers.router,
    answers.catalog_router,
    bom.router,
    erasure.router,
    picture.router,
    changes.router,
    events.router,
    names.router,
    aliases.router,
    promotion.router,
    seals.router,
    streams.router,
    openlineage.router,
    health.router,
    metrics.router,
    keys.router,
    webhooks.router,
    mcp.router,
    page.router,
    pages.router,
    changes.artifact_router,
)


def create_app(backend: CatalogBackend, settings: ServerSettings | None = None) -> FastAPI:
    """Return the service over `backend`, which the caller closes.

    Without `settings` they come from the environment. Raises `ConfigurationError` for invalid API keys, and if the
    service would be open to the network without any.
    """
    settings = settings or ServerSettings()
    keyring = Keyring.of(settings)
    app = FastAPI(
        title="catalog_graph",
        summary="Where ML artifacts came from, and what was made from them.",
        version=__version__,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.backend = backend
    app.state.settings = settings
    app.state.keyring = keyring
    app.state.key_refresh = KeyRefresh(keyring, backend)
    app.state.observer = observer = ServiceObserver(settings)
    app.state.queues = Queues(settings)
    app.state.gauges = Gauges(backend, app.state.queues, observer.metrics.registry)
    if isinstance(backend, StoreBackend):
        backend.observe(observer)
        app.state.feed = Feed(backend)
        app.state.webhooks = Webhooks(app.state.feed, settings, observer.metrics)
    app.state.mcp = McpEndpoint(backend)
    app.state.routes = openapi.routes(ROUTERS)
    # In one list: FastAPI asks a router that is included in another several times for the route of a request.
    app.router.routes.extend(route for router in ROUTERS for route in router.routes)
    openapi.complete_when_read(app, needs_key=bool(keyring.keys))
    handle_problems(app)
    # The middleware that is added last handles a request first.
    app.add_middleware(RawPathMiddleware, routes=app.state.routes)
    app.add_middleware(BookmarkMiddleware)
    app.add_middleware(
        AccessMiddleware, keyring=keyring, refresh=app.state.key_refresh, rate=RateLimit(settings.rate_limit)
    )
    app.add_middleware(HostMiddleware, hosts=Hosts(settings))
    app.add_middleware(ObservingMiddleware, observer=observer)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Set the number of threads: a request holds one while it waits for the store, since backends are synchronous."""
    settings: ServerSettings = app.state.settings
    anyio.to_thread.current_default_thread_limiter().total_tokens = app.state.queues.threads
    changes = dropping_old_changes(app.state.backend, settings.change_retention)
    webhooks = app.state.webhooks.running() if hasattr(app.state, "webhooks") else nullcontext()
    async with changes, app.state.key_refresh.running(), app.state.mcp.running(), webhooks:
        yield
    await anyio.to_thread.run_sync(app.state.observer.tracing.close)
