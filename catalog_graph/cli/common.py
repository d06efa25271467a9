"""What the commands share: which catalog they are about, and how they say what a person should know."""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.backends.base import CatalogBackend
    from catalog_graph.backends.default import Choice
    from catalog_graph.catalog.catalog import ArtifactCatalog

Command = Callable[..., None]

Endpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint", metavar="URL", help="The service. (default: FLOWYML_CATALOG_ENDPOINT)", show_default=False
    ),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        metavar="KEY",
        help="Its key; FLOWYML_CATALOG_API_KEY keeps it out of the list of processes.",
        show_default=False,
    ),
]
Db = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="FILE",
        help="A local catalog file. (default, without a service: .flowyml/catalog.db)",
        show_default=False,
    ),
]

Reference = Annotated[str, typer.Argument(metavar="ID", help="The artifact.")]


class UsageError(typer.BadParameter):
    """A command line that cannot be taken: one sentence, and status 2."""

    def show(self, file: IO[Any] | None = None) -> None:
        """The message as it is."""
        typer.echo(self.message, file=file, err=True)


@dataclass(frozen=True)
class Store:
    """Which catalog a command is about, as its options say it; what they leave open is chosen as programs do."""

    endpoint: str | None = None
    api_key: str | None = None
    db: Path | None = None

    def over(self, earlier: Store | None) -> Store:
        """These options, with those of `earlier`, given before the command's name, where they are silent.

        Raises `UsageError` where together they name two catalogs.
        """
        both = Store(*(getattr(self, f.name) or getattr(earlier, f.name, None) for f in fields(self)))
        if both.db is not None and (both.endpoint or both.api_key):
            raise UsageError("--db names a local file, --endpoint and --api-key a service: give one or the other")
        if re.match(r"\w{2,}:/", str(both.db or "")):
            raise UsageError("--db takes a file; the address of a service goes to --endpoint")
        return both

    def choice(self) -> Choice:
        """The service or the file that is meant, not opened."""
        from catalog_graph.backends.default import choose

        return choose(endpoint=self.endpoint, api_key=self.api_key, db_path=self.db)

    def backend(self, *, create: bool = False) -> CatalogBackend:
        """The catalog, open. Where it is a local file that is not there, it is made if `create`, else `NotFound`."""
        from catalog_graph.errors import NotFound

        choice = self.choice()
        if choice.endpoint is None and not create and not choice.db_path.exists():
            raise NotFound(
                f"no catalog at {choice.db_path}: nothing is registered here; --db names another file, --endpoint a "
                "service"
            )
        return choice.open()

    @contextmanager
    def catalog(self, *, create: bool = False) -> Iterator[ArtifactCatalog]:
        """The same as people use it; its warnings are notes on standard error."""
        from catalog_graph.catalog.catalog import ArtifactCatalog
        from catalog_graph.errors import CatalogWarning

        with warnings.catch_warnings(), ArtifactCatalog(self.backend(create=create)) as catalog:
            warnings.simplefilter("always", CatalogWarning)
            warnings.showwarning = _noted
            yield catalog

    def service(self) -> tuple[str, str | None]:
        """Endpoint and key of the service, for a command that needs one; `UsageError` where none is named."""
        from catalog_graph.backends.default import ENDPOINT_VARIABLE

        choice = self.choice()
        if choice.endpoint is None:
            raise UsageError(f"Which service? Give --endpoint http://HOST:PORT/api/v1/catalog, or {ENDPOINT_VARIABLE}.")
        return choice.endpoint, choice.api_key


def on_catalog(command: Command) -> Command:
    """`command`, whose first argument is the `Store`, with the options `--endpoint`, `--api-key` and `--db`."""
    return _with_options(command, endpoint=Endpoint, api_key=ApiKey, db=Db)


def on_service(command: Command) -> Command:
    """The same for a command that is about a service, and takes no `--db`."""
    return _with_options(command, endpoint=Endpoint, api_key=ApiKey)


def _with_options(command: Command, **options: Any) -> Command:
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def called(*, context: typer.Context, **given: Any) -> None:
        store = Store(**{name: given.pop(name) for name in options}).over(context.obj)
        if store.db is not None and "db" not in options:
            raise UsageError("this command is about a service: --db has no meaning here")
        command(store, **given)

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("context", keyword, annotation=typer.Context),
        *(parameter.replace(kind=keyword) for parameter in own),
        *(inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in options.items()),
    ]
    # What typer reads: the arguments of the command, and these options.
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def known(catalog: ArtifactCatalog, reference: str) -> CatalogEntry:
    """The artifact that is meant; raises `NotFound`, which says what was looked for."""
    from catalog_graph.errors import NotFound

    entry = catalog.backend.get(reference)
    if entry is None:
        meant = catalog.backend.resolve(reference)
        entry = catalog.backend.get(meant)
    if entry is None:
        raise NotFound(
            f"artifact {reference!r} is not registered: lineage knows it as a parent, or as deleted", artifact_id=meant
        )
    return entry


def note(text: str) -> None:
    """Tell a person something beside the answer, on standard error."""
    typer.echo(text, err=True)


def interactive() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty() and "CI" not in os.environ


def _noted(message: Warning | str, *_: Any, **__: Any) -> None:
    # What a program writes as an argument is an option here.
    note(f"note: {message}".replace("on_duplicate='reuse'", "--on-duplicate reuse"))
