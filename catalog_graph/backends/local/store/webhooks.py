"""Webhooks in the file."""

from __future__ import annotations

import json
from dataclasses import asdict

from catalog_graph.backends.local.store.catalog_file import CatalogFile
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.webhooks import LEASE, Progress, StoredWebhook, WebhookStore

_TAKE = (
    "INSERT INTO cg_lease VALUES (:name, :holder, :until) ON CONFLICT (name) DO UPDATE "
    "SET holder = :holder, until = :until WHERE holder = :holder OR until <= :now"
)


class LocalWebhooks(WebhookStore):
    """Webhooks as rows of JSON."""

    def __init__(self, file: CatalogFile) -> None:
        self._file = file

    def all(self) -> list[StoredWebhook]:
        """Return all webhooks, the oldest first."""
        with self._file.read() as connection:
            rows = connection.execute("SELECT body FROM cg_webhook ORDER BY body ->> 'created_at', id").fetchall()
        return [StoredWebhook.of(json.loads(body)) for (body,) in rows]

    def keep(self, webhook: StoredWebhook) -> None:
        """Store a new webhook."""
        with self._file.write() as connection:
            connection.execute("INSERT INTO cg_webhook VALUES (?, ?)", (webhook.id, json.dumps(webhook.properties())))

    def delete(self, webhook_id: str) -> None:
        """Delete a webhook."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM cg_webhook WHERE id = ?", (webhook_id,))

    def note(self, webhook_id: str, progress: Progress, holder: str | None) -> bool:
        """Store the progress of a webhook."""
        statement = (
            "UPDATE cg_webhook SET body = json_patch(body, :progress) WHERE id = :id AND (:holder IS NULL "
            "OR EXISTS (SELECT 1 FROM cg_lease WHERE name = :lease AND holder = :holder))"
        )
        values = {"progress": json.dumps(asdict(progress)), "id": webhook_id, "holder": holder, "lease": LEASE}
        with self._file.write() as connection:
            return connection.execute(statement, values).rowcount > 0

    def take_lease(self, holder: str, seconds: float) -> bool:
        """Take the lease, or renew it, unless another holds it."""
        with self._file.write() as connection:
            at = now()
            values = {"name": LEASE, "holder": holder, "until": at + int(seconds * 1_000_000), "now": at}
            return connection.execute(_TAKE, values).rowcount > 0
