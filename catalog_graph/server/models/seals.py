"""Request and response bodies about seals."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from catalog_graph.seals.card import SealCard
from catalog_graph.server.models.answers import response_model
from catalog_graph.server.models.base import FirstError, Input, StrictInput

Card: Any = response_model(SealCard)


class StatementIn(StrictInput):
    """The content of a statement beside the lineage."""

    alias: str | None = Field(None, description="The alias to which the artifact is to be promoted with the seal.")
    policy: dict[str, Any] | str | None = Field(
        None, description="The policy of that promotion, whose rules must all pass, as JSON or as text."
    )
    by: str = Field("", description="Who seals; the service appends the name of the API key, if there is one.")
    allow_unregistered: bool = Field(
        False, description="True to seal an ancestry with artifacts that are not registered, and write them down."
    )


class SignatureIn(Input):
    """A signature of a DSSE envelope."""

    keyid: str = ""
    sig: str = Field(description="The signature, in base64.")


class SealFile(Input):
    """The file of a seal, a DSSE envelope."""

    payload: str = Field(description="The statement, in base64.")
    payloadType: str = Field(examples=["application/vnd.in-toto+json"])  # noqa: N815 (the name in DSSE)
    signatures: Annotated[list[SignatureIn], FirstError()] = Field(max_length=100)


class Seals(BaseModel):
    """The newest seals of an artifact."""

    items: list[Card]
    complete: bool = Field(description="False if there are more than the limit.")
