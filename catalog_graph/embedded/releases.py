"""Neo4j releases that can be embedded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """A release of Neo4j Community; it would not start with a setting that it `lacks`."""

    version: str
    main_class: str
    lacks: frozenset[str] = frozenset()

    @property
    def lock_name(self) -> str:
        """The file name of its lock, in this module's folder."""
        return f"neo4j-{self.version}.lock"


NEWEST = Release("2026.09.0", "org.neo4j.server.Neo4jCommunity")
"""The release that the service starts and that tests use."""

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
"""The release with long-term support, with which the catalog works too; used only by tests of that."""

RELEASES = (NEWEST, LTS)
