"""The releases of Neo4j that can be embedded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """One release of Neo4j Community, and how it differs from others: it does not start with a setting it `lacks`."""

    version: str
    main_class: str
    lacks: frozenset[str] = frozenset()

    @property
    def lock_name(self) -> str:
        """The file beside this one that lists its jars."""
        return f"neo4j-{self.version}.lock"


NEWEST = Release("2026.09.0", "org.neo4j.server.Neo4jCommunity")
"""What the service starts, and what tests run on."""

LTS = Release(
    "5.26.30",
    "org.neo4j.server.CommunityEntryPoint",
    lacks=frozenset(
        {
            "server.fleet_discovery.enabled",
            "dbms.fleet_manager.enabled",
            "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration",
        }
    ),
)
"""The line with long-term support, which the catalog works with too: for tests of that."""

RELEASES = (NEWEST, LTS)
