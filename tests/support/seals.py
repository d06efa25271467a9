"""A pair of keys, the same in every run, and the history whose root the documentation gives."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catalog_graph.artifact import CatalogEntry
from catalog_graph.seals.envelope import Envelope, signed
from catalog_graph.seals.keys import signer
from catalog_graph.seals.records import node_of
from catalog_graph.seals.spool import Spool
from catalog_graph.seals.statement import Approval, written_statement


def pair(seed: bytes = bytes(range(32))) -> tuple[str, str]:
    """Return a private and a public key in PEM; 32 bytes are the secret of RFC 8032."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


PRIVATE, PUBLIC = pair()
_, OTHER_PUBLIC = pair(bytes(32))
ROOT = "e1d55f3c919d1f45c77b2d992e7aa3a7f0ff4278068109545da9698aa2427651"
CLAIMS_ROOT = "2d45ecaed188d953dd181d9a560c76b5f61b3b14be73f8d65821004c3b61908a"


def seal_of(artifact_id: str) -> dict[str, Any]:
    """Return the content of the file of a seal of an artifact that was made from nothing."""
    nodes = [node_of(CatalogEntry(artifact_id, "n", "T"), [])]
    approval = Approval("ann", "2026-11-30T12:00:00.000000+00:00")
    content: dict[str, Any] = json.loads(signed_text(written_statement(nodes, approval)).text)
    return content


def signed_text(text: bytes, key: str = PRIVATE) -> Envelope:
    """Return the envelope of a text."""
    with Spool() as spool:
        spool.write(text)
        return signed(spool, signer(key))


def vector() -> list[CatalogEntry]:
    """Return the artifacts of the test vector, parents first."""
    return [
        CatalogEntry("raw", "transactions", "Dataset", "ab" * 32, version="1", uri="s3://bank/raw", tags={"pii": True}),
        CatalogEntry("fx", "währung", "Dataset", version="2026-01", metadata={"rows": 1e21, "day": 2**53 + 1}),
        CatalogEntry("features", "features", "FeatureSet", "x1", parent_ids=["raw", "fx"], version="7"),
        CatalogEntry(
            "model", "fraud", "Model", "cd" * 32, parent_ids=["features", "raw"], version="3", tags={"f1": 0.91}
        ),
    ]
