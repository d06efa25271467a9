"""The start of Neo4j on a folder that this program owns: it takes over a running Neo4j, or starts one."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from catalog_graph.errors import ConfigurationError

from .bolt import (
    HOST,
    ConnectionSettings,
    DatabaseFailed,
    free_port,
    has_idle_transaction,
    port_is_free,
    wait_until_ready,
)
from .classes import without_archive_flags
from .credentials import PASSWORD_FILE, USERNAME, ensure_password
from .failures import PortTaken, broken_data, died, port_in_use, too_slow
from .home import Home
from .process import Neo4jProcess, find_orphan
from .settings import settings_text

_log = logging.getLogger(__name__)

_PORT_ATTEMPTS = 3
_ADOPT_SECONDS = 10.0
_IDLE_TRANSACTION_SECONDS = 5.0

Running = tuple[Neo4jProcess, ConnectionSettings]


@dataclass(frozen=True, slots=True)
class Plan:
    """The Neo4j to run; `bolt_port` None stands for any free port, `timeout` is in seconds."""

    home: Home
    command: list[str]
    page_cache: str
    bolt_port: int | None
    timeout: float


def bring_up(plan: Plan) -> Running:
    """Return a Neo4j that answers queries; raise `ConfigurationError` with the cause if it cannot be started."""
    plan.home.refuse_newer_data()
    process, connection = _adopt_or_clear(plan) or _start(plan)
    plan.home.end_start(process.pid, connection.port)
    return process, connection


def close(process: Neo4jProcess, connection: ConnectionSettings) -> None:
    """Stop a Neo4j and wait until its databases are closed, which usually takes half a second.

    If a client holds an idle transaction open, Neo4j is killed after some seconds and recovers from its transaction log
    at the next start; committed data is never lost.
    """
    if process.is_running() and process.has_clients(connection.port) and has_idle_transaction(connection):
        process.stop(_IDLE_TRANSACTION_SECONDS)
    else:
        process.stop()


def _adopt_or_clear(plan: Plan) -> Running | None:
    """Return the Neo4j of a killed owner if it matches `plan` and answers; stop it otherwise, and return None."""
    record = plan.home.record()
    orphan = find_orphan(plan.home.path, record.pid if record else None)
    if orphan is None:
        return None
    if record is None or record.pid != orphan.pid:
        orphan.stop()
        return None
    connection = _connection(record.bolt_port, ensure_password(plan.home.path))
    if _is_as_planned(plan, orphan, record.bolt_port) and _answers_soon(connection, orphan):
        _log.info("Took over the Neo4j (process %d) that an earlier run left running.", orphan.pid)
        return orphan, connection
    _log.info("Stopping the Neo4j (process %d) that an earlier run left running.", orphan.pid)
    close(orphan, connection)
    return None


def _is_as_planned(plan: Plan, orphan: Neo4jProcess, bolt_port: int) -> bool:
    if plan.bolt_port not in (None, bolt_port):
        return False
    if without_archive_flags(orphan.command_line) != without_archive_flags(plan.command):
        return False
    return plan.home.settings() == settings_text(bolt_port, plan.page_cache, plan.home.release)


def _answers_soon(connection: ConnectionSettings, orphan: Neo4jProcess) -> bool:
    from neo4j.exceptions import AuthError

    try:
        return wait_until_ready(connection, _ADOPT_SECONDS, orphan.is_running)
    except (AuthError, DatabaseFailed):
        return False


def _start(plan: Plan) -> Running:
    plan.home.refuse_full_disk()
    plan.home.prepare_first_start()
    password = ensure_password(plan.home.path)
    for attempt in range(1, _PORT_ATTEMPTS + 1):
        try:
            return _spawn(plan, password)
        except PortTaken:
            # Seconds pass between the choice of a free port and its use: another program may have taken it.
            if plan.bolt_port is not None or attempt == _PORT_ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _spawn(plan: Plan, password: str) -> Running:
    port = _choose_port(plan)
    home = plan.home
    home.write_settings(settings_text(port, plan.page_cache, home.release))
    log_start = home.log_size()
    connection = _connection(port, password)
    _log.info(
        "Starting Neo4j %s on the data in %s: this takes some seconds, and up to a minute the first time.",
        home.release.version,
        home.path,
    )
    process = Neo4jProcess.spawn(plan.command, home.path, home.console_log)
    try:
        home.begin_start(process.pid, port)
        if not _becomes_ready(plan, connection, process):
            if process.is_running():
                raise too_slow(home, plan.timeout)
            raise died(home, log_start, port, process.exit_status)
    except BaseException:
        process.stop()
        raise
    return process, connection


def _becomes_ready(plan: Plan, connection: ConnectionSettings, process: Neo4jProcess) -> bool:
    from neo4j.exceptions import AuthError

    try:
        return wait_until_ready(connection, plan.timeout, process.is_running)
    except DatabaseFailed as error:
        raise broken_data(plan.home, str(error)) from error
    except AuthError as error:
        raise ConfigurationError(
            f"Neo4j does not accept the password in {plan.home.path / PASSWORD_FILE}: restore the password that "
            "belongs to this data, or choose another folder."
        ) from error


def _choose_port(plan: Plan) -> int:
    if plan.bolt_port is None:
        record = plan.home.record()
        return free_port(record.bolt_port if record else None)
    if not port_is_free(plan.bolt_port):
        raise port_in_use(plan.bolt_port)
    return plan.bolt_port


def _connection(port: int, password: str) -> ConnectionSettings:
    return ConnectionSettings(f"bolt://{HOST}:{port}", USERNAME, password)
