"""Webhooks in Neo4j, nodes without edges."""

from __future__ import annotations

from dataclasses import asdict

from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.webhooks import LEASE, Progress, StoredWebhook, WebhookStore


class Neo4jWebhooks(WebhookStore):
    """Webhooks as nodes; the lease is one of the locks, and ends by the clock of the database."""

    def __init__(self, bolt: Bolt) -> None:
        self._bolt = bolt

    def all(self) -> list[StoredWebhook]:
        """Return all webhooks, the oldest first."""
        return [StoredWebhook.of(row["webhook"]) for row in self._bolt.read("store/webhooks")]

    def keep(self, webhook: StoredWebhook) -> None:
        """Store a new webhook."""
        properties = webhook.properties()
        self._bolt.write(lambda transaction: transaction.run("store/keep_webhook", webhook=properties))

    def delete(self, webhook_id: str) -> None:
        """Delete a webhook."""
        self._bolt.write(lambda transaction: transaction.run("store/delete_webhook", id=webhook_id))

    def note(self, webhook_id: str, progress: Progress, holder: str | None) -> bool:
        """Store the progress of a webhook."""
        values = {"id": webhook_id, "progress": asdict(progress), "holder": holder, "lease": LEASE}
        [row] = self._bolt.write(lambda transaction: transaction.run("store/webhook_progress", **values))
        return bool(row["noted"])

    def take_lease(self, holder: str, seconds: float) -> bool:
        """Take the lease, or renew it, unless another holds it."""
        values = {"name": LEASE, "holder": holder, "milliseconds": int(seconds * 1000)}
        [row] = self._bolt.write(lambda transaction: transaction.run("store/take_lease", **values))
        return bool(row["taken"])
