"""`catalog-graph webhooks`: where a service sends messages about changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, note, on_service
from catalog_graph.cli.keys import Json, Service
from catalog_graph.cli.output import write, write_json, write_table

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(help="Make, list, test and delete webhooks of a service.", no_args_is_help=True)
COMMANDS: Commands = {"webhooks": app}

_COLUMNS = ("id", "state", "behind", "url", "query", "kinds", "error")
Id = Annotated[str, typer.Argument(metavar="ID", help="The id of the webhook, as `list` shows it.")]


@app.callback()
def webhooks() -> None:
    """Make, list, test and delete webhooks of a service."""


@app.command("new")
@on_service
def new(
    options: CatalogOptions,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where messages are sent.")],
    query: Annotated[
        str, typer.Option("--query", help="Only changes of artifacts that match, such as 'stage:production'.")
    ] = "",
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only changes of this kind, such as promoted; repeatable.", show_default=False),
    ] = None,
    after: Annotated[
        str | None, typer.Option("--after", metavar="N", help="First the changes behind this number, such as 41.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a webhook, and print its secret once."""
    body = {"url": url, "query": query, "kinds": kind or [], "after": after}
    with Service(options) as service:
        made = service.ask("POST", "/webhooks", body=body, once=True)
    if as_json:
        write_json(made)
        return
    note(f"Webhook {made['id']} sends what comes behind {made['place']}. Its secret, shown only this once:")
    write(made["secret"])


@app.command("list")
@on_service
def list_webhooks(options: CatalogOptions, as_json: Json = False) -> None:
    """List the webhooks of a service, and how far each has come."""
    with Service(options) as service:
        items = service.ask("GET", "/webhooks")["items"]
    if as_json:
        write_json(items)
        return
    write_table(_COLUMNS, [_row(item) for item in items])
    if not items:
        note("There are no webhooks; make one with 'catalog-graph webhooks new URL'.")


@app.command("delete")
@on_service
def delete(options: CatalogOptions, webhook_id: Id) -> None:
    """Delete a webhook."""
    with Service(options) as service:
        # A second attempt would get 404, if the first one deleted the webhook.
        service.ask("DELETE", f"/webhooks/{quote(webhook_id, safe='')}", once=True)


@app.command("test")
@on_service
def test(options: CatalogOptions, webhook_id: Id) -> None:
    """Send a message about nothing, and show the answer; a webhook that was switched off is on again if it arrives."""
    with Service(options) as service:
        answer = service.ask("POST", f"/webhooks/{quote(webhook_id, safe='')}/test", once=True)
    if not answer["delivered"]:
        note(f"The message did not arrive: {answer['error']}.")
        raise typer.Exit(1)
    write(f"delivered, status {answer['status']}; the webhook is {answer['webhook']['state']}")


def _row(item: Mapping[str, Any]) -> list[Any]:
    return [" ".join(item[name]) if name == "kinds" else item[name] for name in _COLUMNS]
