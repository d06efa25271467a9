"""Shared by the commands: the options that choose a catalog, errors of usage, and notes on standard error."""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from catalog_graph.backends.wording import in_options
from catalog_graph.cli.completion import completions
from catalog_graph.cli.options import name_options
from catalog_graph.cli.short_ids import WITHOUT_SHORT_IDS, run_with_short_ids
from catalog_graph.errors import CatalogError, InvalidInput

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.backends.base import CatalogBackend
    from catalog_graph.backends.default import CatalogTarget
    from catalog_graph.catalog.catalog import ArtifactCatalog

Command = Callable[..., None]
Commands = Mapping[str, Command | typer.Typer]
"""Commands and groups of commands by name: each module exports its own as `COMMANDS`."""

Endpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        metavar="URL",
        help="URL of a catalog service. (default: FLOWYML_CATALOG_ENDPOINT)",
        show_default=False,
    ),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        metavar="KEY",
        help="API key. (default: FLOWYML_CATALOG_API_KEY, which process lists do not show)",
        show_default=False,
    ),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        help="Longest wait for an answer of the service. (default: CATALOG_GRAPH_TIMEOUT, else 30)",
        show_default=False,
    ),
]
Tries = Annotated[
    int | None,
    typer.Option(
        "--tries",
        metavar="N",
        help="How often a request is sent at most, if it may be. (default: CATALOG_GRAPH_TRIES, else 4)",
        show_default=False,
    ),
]


def complete_reference(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names and aliases with which the shell completes a reference."""
    return completions(_catalog_options(context).catalog, incomplete)


def complete_alias(context: typer.Context, incomplete: str) -> list[str]:
    """Return the aliases with which the shell completes one of the name before it."""
    start = f"{context.params.get('name')}@"
    references = completions(_catalog_options(context).catalog, start + incomplete)
    return [reference.removeprefix(start) for reference in references]


def _catalog_options(context: typer.Context) -> CatalogOptions:
    """Return the options of a command line that is not complete, before or after its command."""
    before = context.find_root().params
    own = {name: context.params.get(name) or before.get(name) for name in ("endpoint", "api_key", "db")}
    return CatalogOptions(**own).merge(context.obj)


_ARTIFACT = typer.Argument(
    metavar="ID",
    help="The artifact: an id, a name, name:v3, name:latest or name@alias.",
    autocompletion=complete_reference,
)
Reference = Annotated[str, _ARTIFACT]
OptionalReference = Annotated[str | None, _ARTIFACT]


Exact = Annotated[bool, typer.Option("--id", help="Read each reference as an id and nothing else.")]


class UsageError(typer.BadParameter):
    """An invalid command line: one sentence, and exit status 2."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message without the usage that Click would put before it."""
        typer.echo(self.message, file=file, err=True)


def _read_db(text: str) -> Path:
    """Return the file that --db names: a path, in which `~` is the home folder, or a URL `sqlite:///FILE`."""
    from catalog_graph.backends.location import parse_location

    if re.match(r"\w{2,}:/", text) and not text.startswith(("sqlite:", "file:")):
        raise UsageError("--db takes a file: give the URL of a service to --endpoint")
    try:
        location = parse_location(text)
    except InvalidInput as error:
        raise UsageError(error.message.replace("db_path", "--db", 1)) from error
    if location is None:
        raise UsageError(f"--db {text!r} is a catalog in memory, which would end with the command; name a file")
    return location


Db = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="FILE",
        parser=_read_db,
        help="Local catalog file. (default, without a service: .flowyml/catalog.db)",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class CatalogOptions:
    """The options that choose a catalog; without them it is the one that a program would use."""

    endpoint: str | None = None
    api_key: str | None = None
    timeout: float | None = None
    tries: int | None = None
    db: Path | None = None

    def merge(self, earlier: CatalogOptions | None) -> CatalogOptions:
        """Return these options, completed by those of `earlier`, which stand before the command's name.

        Raises `UsageError` if together they name two catalogs.
        """
        own, before = astuple(self), astuple(earlier or CatalogOptions())
        both = CatalogOptions(*(b if a in (None, "") else a for a, b in zip(own, before, strict=True)))
        if both.db is not None and (both.endpoint or both.api_key):
            raise UsageError("--db names a local file, --endpoint and --api-key a service: give one or the other")
        return both

    def target(self) -> CatalogTarget:
        """Return the service or the file of the catalog, unopened."""
        from catalog_graph.backends.default import select_target

        target = select_target(endpoint=self.endpoint, api_key=self.api_key, db_path=self.db)
        return replace(target, timeout=self.timeout, tries=self.tries)

    def backend(self, *, create: bool = False) -> CatalogBackend:
        """Open the catalog's backend; a missing local file is created with `create`, else it raises `NotFound`."""
        from catalog_graph.errors import NotFound

        target = self.target()
        if target.endpoint is None and not create and not target.db_path.exists():
            raise NotFound(
                f"there is no catalog at {target.db_path}: register an artifact to create it, or choose another "
                "catalog with --db FILE or --endpoint URL"
            )
        return target.open()

    @contextmanager
    def catalog(self, *, create: bool = False) -> Iterator[ArtifactCatalog]:
        """Open the catalog as `backend` does, and print its warnings as notes on standard error."""
        from catalog_graph.catalog.catalog import ArtifactCatalog
        from catalog_graph.errors import CatalogWarning

        with warnings.catch_warnings(), ArtifactCatalog(self.backend(create=create)) as catalog:
            warnings.simplefilter("always", CatalogWarning)
            warnings.showwarning = _print_warning
            yield catalog

    def service(self) -> tuple[str, str | None, float | None, int | None]:
        """Return the arguments of a client of the service; raise `UsageError` if no service is named."""
        from catalog_graph.backends.default import ENDPOINT_VARIABLE

        target = self.target()
        if target.endpoint is None:
            raise UsageError(
                f"this command needs a service: give --endpoint http://HOST:PORT/api/v1/catalog or set "
                f"{ENDPOINT_VARIABLE}"
            )
        return target.endpoint, target.api_key, target.timeout, target.tries


_OF_A_SERVICE: dict[str, Any] = {"endpoint": Endpoint, "api_key": ApiKey, "timeout": Timeout, "tries": Tries}


def on_catalog(command: Command) -> Command:
    """Add the options that choose a catalog to `command`, which gets them as `CatalogOptions`, its first argument."""
    return _with_options(command, **_OF_A_SERVICE, db=Db)


def on_service(command: Command) -> Command:
    """Add the options that choose a service to `command`, which gets them as `CatalogOptions`, its first argument."""
    return _with_options(command, **_OF_A_SERVICE)


def takes_catalog(command: Command | typer.Typer | None) -> bool:
    """Return True if a command, or one of a group's commands, takes the options that choose a catalog."""
    if isinstance(command, typer.Typer):
        return any(takes_catalog(info.callback) for info in command.registered_commands)
    return hasattr(command, _MARK)


_MARK = "takes_catalog"
_EXACT = "exact"
_ALONE = frozenset({"artifact_ids", "artifact", "source", "expected"})
"""Parameters of commands that are references, without the annotation `Reference`."""
_REFERENCES = _ALONE.union({"artifact_id", "target", "left", "right", "without", "parents"})
"""Parameters of commands that are references, unless --id is given."""


def _exactly(value: Any) -> Any:
    """Return a reference, or each of a list of them, as an id."""
    from catalog_graph.backends.references import ExactId

    if isinstance(value, list):
        return [ExactId(each) for each in value]
    return ExactId(value) if isinstance(value, str) else value


def _with_options(command: Command, **options: Any) -> Command:
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    takes_reference = any(p.annotation == Reference or p.name in _ALONE for p in own)

    @functools.wraps(command)
    def wrapper(*, context: typer.Context, **arguments: Any) -> None:
        catalog_options = CatalogOptions(**{name: arguments.pop(name) for name in options}).merge(context.obj)
        if catalog_options.db is not None and "db" not in options:
            raise UsageError("this command works on a service and takes no --db: give --endpoint URL")
        exact = takes_reference and arguments.pop(_EXACT)
        if exact:
            arguments = {name: _exactly(value) if name in _REFERENCES else value for name, value in arguments.items()}
        try:
            if exact or command.__name__ in WITHOUT_SHORT_IDS:
                command(catalog_options, **arguments)
            else:
                run_with_short_ids(partial(command, catalog_options), arguments, catalog_options.catalog)
        except CatalogError as error:
            name_options(error, context)
            raise

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("context", keyword, annotation=typer.Context),
        *(parameter.replace(kind=keyword) for parameter in own),
        *([inspect.Parameter(_EXACT, keyword, default=False, annotation=Exact)] if takes_reference else []),
        *(inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in options.items()),
    ]
    # Typer reads the signature and the annotations: the arguments of the command, then these options.
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    setattr(wrapper, _MARK, True)
    return wrapper


def known(catalog: ArtifactCatalog, reference: str) -> CatalogEntry:
    """Return the registered artifact of an id or a reference; raise `NotFound`."""
    from catalog_graph.errors import NotFound

    entry = catalog.backend.get(reference)
    if entry is not None:
        return entry
    artifact_id = catalog.backend.resolve(reference)
    entry = catalog.backend.get(artifact_id)
    if entry is None:
        raise NotFound(
            f"artifact {reference!r} is not registered: it is a parent in a lineage only, or deleted",
            artifact_id=artifact_id,
        )
    return entry


def note(text: str) -> None:
    """Print a note for a person on standard error, beside the answer on standard output; nothing if it is piped."""
    if is_read_by_person():
        typer.echo(text, err=True)


def is_read_by_person() -> bool:
    """Return True if standard error is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def warn(text: str) -> None:
    """Print a warning on standard error, piped or not."""
    typer.echo(text, err=True)


def note_cut(text: str, *, chosen: bool) -> None:
    """Print that an answer is cut short: a warning, unless a limit was chosen, of which a person is reminded."""
    (note if chosen else warn)(text)


def interactive() -> bool:
    """Return True if a person can answer a question."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty() and "CI" not in os.environ


def _print_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    warn(f"note: {in_options(str(message).removeprefix('parent_ids: '))}")
