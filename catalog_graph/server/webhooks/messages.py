"""Messages of webhooks and their signatures, as https://www.standardwebhooks.com has them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from typing import NamedTuple

from catalog_graph import instants
from catalog_graph.changes.event import Event
from catalog_graph.server.responses import encode_json

_PREFIX = "whsec_"
_SECRET_BYTES = 32


class Message(NamedTuple):
    """A message: its id, by which a receiver knows that it comes again, and its body."""

    id: str
    body: bytes

    def headers(self, secret: str) -> dict[str, str]:
        """Return the headers with the signature of this moment."""
        moment = str(int(time.time()))
        key = base64.b64decode(secret.removeprefix(_PREFIX))
        signed = hmac.digest(key, f"{self.id}.{moment}.".encode() + self.body, hashlib.sha256)
        return {
            "Content-Type": "application/json",
            "Webhook-Id": self.id,
            "Webhook-Timestamp": moment,
            "Webhook-Signature": f"v1,{base64.b64encode(signed).decode()}",
        }


def new_secret() -> str:
    """Return a random key for signatures."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def message_of(webhook_id: str, event: Event) -> Message:
    """Return the message about an event, always the same for the same event."""
    body = {"type": f"catalog.{event.kind}", "timestamp": event.at, "data": event.to_dict()}
    return Message(f"{webhook_id}_{event.id.replace('.', '_')}", encode_json(body))


def trial_message(webhook_id: str) -> Message:
    """Return a message about nothing, by which an operator tries a receiver."""
    body = {"type": "catalog.test", "timestamp": instants.now(), "data": {"webhook": webhook_id}}
    return Message(f"{webhook_id}_test_{secrets.token_hex(4)}", encode_json(body))
