"""The documentation covers the routes, settings, commands and errors of the program, and no others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import typer
import typer.main

from catalog_graph import errors
from catalog_graph.cli.app import app
from catalog_graph.lineage import PACKED
from catalog_graph.query.selection import Selection
from catalog_graph.server.routes.lineage import TEXTS
from catalog_graph.server.settings import ServerSettings
from tests.server.wire import Wire

DOCS = Path(__file__).parents[2] / "docs"
API = "\n".join((DOCS / page).read_text(encoding="utf-8") for page in ("api.md", "lineage-questions.md"))
SETTINGS = (DOCS / "settings.md").read_text(encoding="utf-8")
PREFIX = "/api/v1/catalog"


def document(wire: Wire) -> dict[str, Any]:
    return dict(wire("GET", "root:/openapi.json").ok())


def operations(wire: Wire) -> dict[tuple[str, str], dict[str, Any]]:
    paths = document(wire)["paths"]
    return {(method.upper(), path): op for path, methods in paths.items() for method, op in methods.items()}


def test_every_route_is_documented_and_no_other(wire: Wire) -> None:
    table = set(re.findall(r"^\| `([A-Z]+) (/[^` ]*)`(?: \(no prefix\))? \|", API, re.MULTILINE))
    documented = {
        (m, p if p in ("/healthz", "/readyz", "/metrics") or p[:5] == "/api/" else PREFIX + p) for m, p in table
    }
    assert documented == set(operations(wire))


def test_every_parameter_is_documented(wire: Wire) -> None:
    for (method, path), operation in operations(wire).items():
        for parameter in operation.get("parameters", []):
            name = parameter["name"]
            assert f"`{name}`" in API or f"{{{name}}}" in API, (method, path, name)
            assert parameter.get("description"), (method, path, name)


def test_every_error_is_documented() -> None:
    kinds = [errors.CatalogError, *every(errors.CatalogError)]
    raised = {(k.status, k.code) for k in kinds}
    table = {(int(status), code) for status, code in re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", API, re.MULTILINE)}
    assert raised <= table


def every(kind: type[errors.CatalogError]) -> list[type[errors.CatalogError]]:
    return [k for child in kind.__subclasses__() for k in (child, *every(child))]


def test_every_field_of_an_entry_is_documented(wire: Wire) -> None:
    for name in document(wire)["components"]["schemas"]["Entry"]["properties"]:
        assert f"`{name}`" in API


def test_every_setting_is_documented_with_its_default() -> None:
    of_the_service, _, _ = SETTINGS.partition("\n## ")
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \|[^|]*\|([^|]*)\|", of_the_service, re.MULTILINE))
    settings = ServerSettings.model_fields
    names = {str(f.validation_alias or f"CATALOG_GRAPH_{name.upper()}"): f for name, f in settings.items()}
    assert set(rows) == set(names)
    for name, field in names.items():
        default = field.default.get_secret_value() if hasattr(field.default, "get_secret_value") else field.default
        shown = f"`{str(default).removesuffix('.0').replace('False', 'false')}`" if default not in (None, "") else ""
        assert rows[name].strip().removeprefix("see below") == shown, name


def test_every_command_and_option_is_documented() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    for name, command in commands(typer.main.get_command(app), "catalog-graph"):
        assert f"`{name}`" in text, name
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("-") and option not in ("--help", "-h"):
                    assert f"`{option}`" in text, (name, option)


def commands(command: Any, name: str) -> list[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        return [(name, command)]
    return [leaf for child, group in command.commands.items() for leaf in commands(group, f"{name} {child}")]


def test_the_openapi_document_is_complete(wire: Wire) -> None:
    openapi = document(wire)
    lineages = [PACKED, *(form.partition(";")[0] for form in TEXTS.values() if form != "application/json")]
    for (method, path), operation in operations(wire).items():
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        for status, answer in operation["responses"].items():
            content = answer["content"]
            success = "application/x-ndjson" if path.endswith(("/import", "/export")) else "application/json"
            success = {"/metrics": "text/plain", f"{PREFIX}/events": "text/event-stream"}.get(path, success)
            success = "application/vnd.cyclonedx+json" if path.endswith("/bom") else success
            kind = success if status.startswith("2") else "application/problem+json"
            more = lineages if status == "200" and path.endswith(("/upstream", "/downstream")) else []
            more += ["application/x-ndjson"] if status == "200" and path.endswith("/audit") else []
            assert list(content) == [kind, *more], (method, path, status)
            assert all(content[kind]["schema"] for kind in content), (method, path, status)
    schemas = openapi["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    references = set(re.findall(r"#/components/schemas/(\w+)", str(openapi)))
    assert references == set(schemas)
    names = [operation["operationId"] for operation in operations(wire).values()]
    assert sorted(names) == sorted(set(names))
    assert {"register", "search", "upstream", "untag"} < set(names)
    assert schemas["ArtifactIn"]["required"] == ["name", "artifact_type"]
    assert schemas["ArtifactIn"]["examples"]


def test_the_defaults_of_parameters_are_of_their_types(wire: Wire) -> None:
    for operation in operations(wire).values():
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            default = schema.get("default")
            assert default != ""
            assert default is None or isinstance(default, int if "minimum" in str(schema) else str)


SENT = {"name": "n", "alias": "held", "reference": "a", "target": "b", "with": "b", "without": "b", "select": "a"}
"""A value of each parameter that a route cannot do without."""


def test_a_parameter_that_may_be_empty_is_then_as_not_sent(wire: Wire) -> None:
    for artifact_id, parents in (("b", []), ("a", ["b"])):
        wire.register(artifact_id=artifact_id, parent_ids=parents)
    wire("PUT", "/aliases", {"name": "n", "alias": "held", "artifact_id": "a"}).ok()
    refused = []
    for (method, path), operation in operations(wire).items():
        if method != "GET" or path.endswith("/seal"):  # there is no seal
            continue
        parameters = [each for each in operation.get("parameters", []) if each["in"] == "query"]
        base = {each["name"]: SENT[each["name"]] for each in parameters if each.get("required")}
        target = f"root:{path.replace('{artifact_id}', 'a')}?"
        if path.endswith("/events"):
            base["follow"] = "false"
        expected = wire(method, target + urlencode(base))
        assert expected.status in (200, 409), (path, expected)  # keys cannot be listed where none are set
        for each in parameters:
            name = each["name"]
            if each.get("allowEmptyValue") and name not in base:
                reply = wire(method, f"{target}{urlencode(base)}&{name}=")
                refused += [(path, name, reply)] if reply.status != expected.status else []
    assert refused == []


def test_no_parameter_is_null(wire: Wire) -> None:
    parameters = [each for operation in operations(wire).values() for each in operation.get("parameters", [])]
    assert [each["name"] for each in parameters if "null" in str(each["schema"])] == []
    assert {each["schema"]["type"] for each in parameters if each["name"] == "without"} == {"array"}


def test_the_key_of_a_tag_may_be_empty(wire: Wire) -> None:
    [key] = [
        each["schema"]
        for each in operations(wire)["DELETE", f"{PREFIX}/artifacts/{{artifact_id}}/tags"]["parameters"]
        if each["name"] == "key"
    ]
    assert (key["minItems"], key["items"]["minLength"]) == (1, 0)


def test_the_example_of_the_documentation_is_taken(wire: Wire) -> None:
    example = document(wire)["components"]["schemas"]["ArtifactIn"]["examples"][0]
    entry = wire("GET", f"/artifacts/{wire.register(**example)}").ok()
    assert {name: entry[name] for name in example} == example


def test_a_client_can_be_made_from_the_list_parameters(wire: Wire) -> None:
    parameters = {p["name"] for p in operations(wire)["GET", f"{PREFIX}/artifacts"]["parameters"]}
    others = {"q", "limit", "cursor", "total", "facets", "exact_facets"}
    assert set(Selection.__dataclass_fields__) - {"text", "moment"} | others == parameters


def test_the_documentation_is_served_by_the_service_alone(wire: Wire) -> None:
    """The pages work on a machine without internet."""
    page = wire("GET", "root:/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"/openapi.json" in page.body
    used = re.findall(r'(?:src|href)="([^"]*)"', page.body.decode())
    assert {Path(address).suffix for address in used} == {".js", ".css", ".png"}
    for address in used:
        assert address.startswith("/docs/")
        asset = wire("GET", f"root:{address}")
        assert asset.status == 200
        kind = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}[Path(address).suffix]
        assert asset.headers["content-type"].partition(";")[0] == kind
        assert "max-age" in asset.headers["cache-control"]


@pytest.mark.parametrize("address", ["/api/v1/catalog", "/api/v1/catalog/"])
def test_the_prefix_redirects_to_the_documentation(wire: Wire, address: str) -> None:
    assert wire("GET", f"root:{address}").headers["location"] == "/docs"
    wrong = wire("POST", f"root:{address}")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET")


def test_the_route_table_is_what_the_application_serves(wire: Wire) -> None:
    from catalog_graph.server.app import create_app
    from tests.support.model import ModelBackend

    assert create_app(ModelBackend()).state.routes == set(operations(wire))


MANDATORY = {
    ("GET", "/artifacts/{artifact_id}/paths"): {"target"},
    ("GET", "/artifacts/{artifact_id}/diff"): {"with"},
    ("GET", "/artifacts/{artifact_id}/what-if"): {"without"},
    ("DELETE", "/artifacts/{artifact_id}/tags"): {"key"},
    ("DELETE", "/artifacts/{artifact_id}/parents"): {"parent_id"},
    ("GET", "/resolve"): {"reference"},
    ("GET", "/versions"): {"name"},
    ("GET", "/aliases/history"): {"name"},
    ("DELETE", "/aliases"): {"name", "alias"},
    ("GET", "/walk"): {"select"},
    ("GET", "/bom"): {"alias"},
}


def test_mandatory_parameters_are_marked(wire: Wire) -> None:
    wire.register(artifact_id="a", name="n")
    for (method, path), operation in operations(wire).items():
        parameters = [p for p in operation.get("parameters", []) if p["in"] == "query"]
        required = {p["name"] for p in parameters if p["required"]}
        assert required == MANDATORY.get((method, path.removeprefix(PREFIX)), set()), (method, path)
        assert "x-mandatory" not in str(parameters)
        for missing in required:
            others = "&".join(f"{name}=n" for name in required - {missing})
            route = path.removeprefix(PREFIX).replace("{artifact_id}", "a")
            problem = wire(method, f"{route}?{others}").problem(422, "invalid-input")
            assert problem["field"] == missing, (method, path)


@pytest.mark.parametrize("keys", ["", "reader=read-key-0123456789:read"])
def test_a_key_is_optional_where_none_is_set(keys: str) -> None:
    from pydantic import SecretStr

    from catalog_graph.server.app import create_app
    from tests.support.model import ModelBackend

    settings = ServerSettings(api_keys=SecretStr(keys))
    for path, methods in create_app(ModelBackend(), settings).openapi()["paths"].items():
        for method, operation in methods.items():
            if path.startswith(PREFIX):
                kinds = [set(each) for each in operation["security"]]
                assert kinds == ([{"HTTPBearer"}] if keys else [{"HTTPBearer"}, set()]), (method, path)
