"""Settings of the service, from environment variables and from the options of `catalog-graph serve`."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ServerSettings(BaseSettings):
    """Settings of the service; `docs/settings.md` describes each."""

    model_config = SettingsConfigDict(
        env_prefix="CATALOG_GRAPH_", env_ignore_empty=True, populate_by_name=True, extra="ignore"
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allowed_hosts: str = ""

    store: str = ""
    data_dir: Path | None = None
    neo4j_uri: str = Field(default="", validation_alias="NEO4J_URI")
    neo4j_username: str = Field(default="neo4j", validation_alias="NEO4J_USERNAME")
    neo4j_password: SecretStr = Field(default=SecretStr(""), validation_alias="NEO4J_PASSWORD")
    neo4j_database: str = Field(default="neo4j", validation_alias="NEO4J_DATABASE")
    neo4j_ca_file: Path | None = Field(default=None, validation_alias="NEO4J_CA_FILE")
    neo4j_heap: str = "1g"
    neo4j_page_cache: str = "512m"
    neo4j_bolt_port: int | None = Field(default=None, ge=1024, le=65535)
    graph_memory: int = Field(default=300, ge=0)
    query_timeout: float = Field(default=30.0, gt=0)
    lag_wait: float = Field(default=3.0, gt=0)
    leader_reads: bool = False

    change_retention: int = Field(default=0, ge=0, le=36500)

    webhook_private_addresses: bool = False
    webhook_give_up: float = Field(default=3.0, gt=0, le=365)

    api_keys: SecretStr = SecretStr("")
    api_keys_file: Path | None = None
    no_auth: bool = False
    policies: Path | None = None

    max_connections: int = Field(default=800, ge=1)
    max_connections_per_address: int = Field(default=0, ge=0)
    proxies: str = ""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    request_timeout: float = Field(default=10.0, gt=0)
    min_body_rate: int = Field(default=1000, ge=1)

    threads: int = Field(default=40, ge=1, le=1000)
    max_watchers: int = Field(default=100, ge=1)
    max_traversals: int = Field(default=1, ge=1, le=100)
    rate_limit: float = Field(default=0, ge=0)
    max_queue: int = Field(default=200, ge=0)
    write_wait: float = Field(default=20.0, gt=0)
    max_body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    max_batch_bytes: int = Field(default=64 * 1024 * 1024, ge=1024)
    log_level: LogLevel = "warning"
    log_format: LogFormat = "text"
    access_log: bool = False
    slow_query: float = Field(default=5.0, ge=0)
    otel_endpoint: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    @field_validator("proxies")
    @classmethod
    def _check_proxies(cls, value: str) -> str:
        _networks(value)
        return value

    @property
    def proxy_networks(self) -> list[Network]:
        """The addresses and networks of proxies whose forwarded headers are believed."""
        return _networks(self.proxies)

    @property
    def is_loopback(self) -> bool:
        """True if only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def _networks(text: str) -> list[Network]:
    """Return the networks that a text names, of which an address is the smallest."""
    return [_network(each) for each in text.replace(",", " ").split()]


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is neither an address nor a network, such as 10.42.0.0/16") from None
