"""Routes for webhooks: make, list, test and delete them."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool

from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.event_questions import checked_question
from catalog_graph.backends.webhooks import Progress, StoredWebhook
from catalog_graph.errors import LimitExceeded, NotFound
from catalog_graph.instants import from_microseconds
from catalog_graph.server.bodies import JsonRoute
from catalog_graph.server.models import webhooks as models
from catalog_graph.server.paths import CATALOG
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.routes.common import ADMIN, problems
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.webhooks.addresses import checked_url
from catalog_graph.server.webhooks.dispatch import Webhooks
from catalog_graph.server.webhooks.messages import new_secret

router = APIRouter(prefix=f"{CATALOG}/webhooks", tags=["webhooks"], route_class=JsonRoute)

MOST = 100
"""Maximum number of webhooks: each has a connection and a task."""
_SECRET = {"Cache-Control": "no-store"}
_log = logging.getLogger("catalog_graph.webhooks")
WebhookId = Annotated[str, Path(description="Id of a webhook.", examples=["wh_9f1c6c1e"])]


class WebhookAdministration:
    """The webhooks of a service, for one request of an administrator."""

    def __init__(self, request: Request) -> None:
        self.store: StoreBackend = request.app.state.backend
        self.dispatch: Webhooks = request.app.state.webhooks
        self.settings: ServerSettings = request.app.state.settings
        self.by: str = request.state.api_key.name

    def known(self, webhook_id: str) -> StoredWebhook:
        """Return a webhook. Raises `NotFound`."""
        webhook = next((each for each in self.store.webhooks.all() if each.id == webhook_id), None)
        if webhook is None:
            raise NotFound(f"there is no webhook {webhook_id[:40]!r}")
        return webhook

    def shown(self, webhook: StoredWebhook) -> dict[str, Any]:
        """Return a webhook as JSON types, without its secret."""
        progress = webhook.progress
        instants = ("delivered_at", "failing_since", "retry_at")
        return {
            "id": webhook.id,
            "url": webhook.url,
            "query": webhook.query,
            "kinds": list(webhook.kinds),
            "created_at": from_microseconds(webhook.created_at),
            "created_by": webhook.created_by,
            "state": progress.state,
            "place": progress.place,
            "behind": progress.behind(self.store.last_place()),
            **{name: None if (at := getattr(progress, name)) is None else from_microseconds(at) for name in instants},
            "failures": progress.failures,
            "error": progress.error,
        }


Administration = Annotated[WebhookAdministration, Depends(WebhookAdministration)]


@router.get("", response_model=models.Webhooks, responses=problems(), dependencies=ADMIN)
def webhooks(administration: Administration) -> JsonResponse:
    """List the webhooks: where they send, how far they have come, and no secret."""
    return JsonResponse({"items": [administration.shown(each) for each in administration.store.webhooks.all()]})


@router.post("", status_code=201, response_model=models.NewWebhook, responses=problems(413, 415), dependencies=ADMIN)
def make_webhook(administration: Administration, body: models.WebhookIn) -> JsonResponse:
    """Make a webhook, which sends changes to come, or those behind `after`. The response has its secret, this once."""
    store, settings = administration.store, administration.settings
    url = checked_url(body.url, allows_private=settings.webhook_private_addresses)
    question = checked_question(body.after, body.query, body.kinds)
    if len(store.webhooks.all()) >= MOST:
        raise LimitExceeded(f"there are {MOST} webhooks, which is the limit; delete one that nobody needs")
    webhook = StoredWebhook(
        id=f"wh_{secrets.token_hex(4)}",
        url=url,
        secret=new_secret(),
        query=question.query,
        kinds=question.kinds,
        created_at=time.time_ns() // 1000,
        created_by=administration.by,
        progress=Progress(str(store.start_of(question))),
    )
    store.webhooks.keep(webhook)
    administration.dispatch.look_again()
    _log.warning("Webhook %s to %s was made by %s", webhook.id, webhook.host, administration.by or "somebody")
    return JsonResponse({**administration.shown(webhook), "secret": webhook.secret}, 201, _SECRET)


@router.delete("/{webhook_id}", response_model=models.Webhook, responses=problems(404), dependencies=ADMIN)
def delete_webhook(administration: Administration, webhook_id: WebhookId) -> JsonResponse:
    """Delete a webhook; a message that is on its way may still arrive."""
    webhook = administration.known(webhook_id)
    administration.store.webhooks.delete(webhook_id)
    administration.dispatch.look_again()
    _log.warning("Webhook %s to %s was deleted by %s", webhook.id, webhook.host, administration.by or "somebody")
    return JsonResponse(administration.shown(webhook))


@router.post("/{webhook_id}/test", response_model=models.WebhookTest, responses=problems(404), dependencies=ADMIN)
async def test_webhook(administration: Administration, webhook_id: WebhookId) -> JsonResponse:
    """Send a message about nothing at once, and tell what the receiver answered.

    A webhook that was switched off is on again if the message arrived, and goes on at its place.
    """
    webhook = await run_in_threadpool(administration.known, webhook_id)
    attempt = await administration.dispatch.test(webhook)
    if not attempt.error and webhook.progress.off_since is not None:
        webhook = replace(webhook, progress=Progress(webhook.progress.place))
        await run_in_threadpool(administration.store.webhooks.note, webhook.id, webhook.progress, None)
        administration.dispatch.look_again()
    shown = await run_in_threadpool(administration.shown, webhook)
    answer = {"delivered": not attempt.error, "status": attempt.status, "error": attempt.error}
    return JsonResponse({**answer, "webhook": shown})
