"""The settings file of an embedded Neo4j."""

from __future__ import annotations

from .releases import NEWEST, Release

_SETTINGS = {
    "server.default_listen_address": "127.0.0.1",
    "server.bolt.enabled": "true",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    # Nothing is sent to anybody, and nothing is broadcast on the network.
    "dbms.usage_report.enabled": "false",
    "server.fleet_discovery.enabled": "false",
    "dbms.fleet_manager.enabled": "false",
    "client.allow_telemetry": "false",
    # Hundreds of megabytes less for a small catalog.
    "db.tx_log.preallocate": "false",
    # After the databases are closed, Neo4j waits 2 x 5 s for Bolt threads that have nothing left to do,
    # and before that 10 s for queries, which their owner ended or gave up when it stops Neo4j.
    "dbms.shutdown_transaction_end_timeout": "2s",
    "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "0s",
    "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
}


def settings_text(bolt_port: int, page_cache: str, release: Release = NEWEST) -> str:
    """The content of `neo4j.conf`; `page_cache` is a size such as `512m`. The heap is set on the command line."""
    settings = _SETTINGS | {
        "server.bolt.listen_address": f"127.0.0.1:{bolt_port}",
        "server.memory.pagecache.size": page_cache,
    }
    known = (f"{key}={value}\n" for key, value in settings.items() if key not in release.lacks)
    return "".join(["# Written anew at every start.\n", *known])
