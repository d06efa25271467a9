"""The settings file of an embedded Neo4j."""

from __future__ import annotations

from .releases import NEWEST, Release

_SETTINGS = {
    "server.default_listen_address": "127.0.0.1",
    "server.bolt.enabled": "true",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    # No telemetry, and no broadcasts on the network.
    "dbms.usage_report.enabled": "false",
    "server.fleet_discovery.enabled": "false",
    "dbms.fleet_manager.enabled": "false",
    "client.allow_telemetry": "false",
    # Saves hundreds of megabytes of disk for a small catalog.
    "db.tx_log.preallocate": "false",
    # A single server is behind no bookmark, but one that is wrong; Neo4j waits twice as long.
    "db.transaction.bookmark_ready_timeout": "1s",
    # By default Neo4j waits 10 s for running queries, which its owner has ended or abandoned by then, and after its
    # databases are closed another 2 x 5 s for idle Bolt threads.
    "dbms.shutdown_transaction_end_timeout": "2s",
    "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "0s",
    "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
}


def settings_text(bolt_port: int, page_cache: str, release: Release = NEWEST) -> str:
    """Return the content of `neo4j.conf`; `page_cache` is a size such as `512m`. The command line sets the heap."""
    settings = _SETTINGS | {
        "server.bolt.listen_address": f"127.0.0.1:{bolt_port}",
        "server.memory.pagecache.size": page_cache,
    }
    lines = (f"{key}={value}\n" for key, value in settings.items() if key not in release.lacks)
    return "".join(["# Rewritten at every start.\n", *lines])
