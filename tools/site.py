"""What the documentation site makes from code as it is built: the pages of settings, commands, routes and changes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

REPOSITORY = Path(__file__).parents[1]
_LOADED = re.compile(r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//[^\s\">]+")
"""What a page would load from another host."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from code."""
    made = {
        "changes.md": changes(),
        "reference/settings.md": settings(),
        "reference/commands.md": commands(),
        "reference/routes.md": routes(),
    }
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_post_page(output: str, page: Any, config: MkDocsConfig) -> str:
    """Refuse a page that would load something from another host."""
    found = [tag for tag in _LOADED.findall(output) if 'rel="canonical"' not in tag]
    if found:
        raise PluginError(f"{page.file.src_uri} loads from elsewhere: {found[0]}")
    return output


def changes() -> str:
    """The changelog, with links as they are inside the site."""
    return (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")


def settings() -> str:
    """Every field of the service's settings."""
    from catalog_graph.server.settings import ServerSettings

    prefix = str(ServerSettings.model_config["env_prefix"])
    properties = ServerSettings.model_json_schema(by_alias=False)["properties"]
    lines = [
        "# Every setting",
        "",
        "Made from `catalog_graph.server.settings`; what each means is told in [Settings](../settings.md).",
        "",
        "| variable | type | default | bounds |",
        "|---|---|---|---|",
    ]
    for name, field in ServerSettings.model_fields.items():
        schema = properties[name]
        variable = field.validation_alias if isinstance(field.validation_alias, str) else f"{prefix}{name.upper()}"
        default = "" if schema.get("default") in (None, "") else f"`{json.dumps(schema['default'])}`"
        bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema]
        lines.append(f"| `{variable}` | {_type(schema)} | {default} | {', '.join(bounds)} |")
    return "\n".join(lines) + "\n"


_BOUNDS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}


def commands() -> str:
    """The help of every command."""
    import typer
    from typer.main import get_command

    from catalog_graph.cli.app import app

    lines = [
        "# Every command",
        "",
        "What `catalog-graph COMMAND --help` says; what they are for is told in [Command line](../cli.md).",
    ]
    for path, command in _tree("catalog-graph", get_command(app)):
        context = typer.Context(command, info_name=path, terminal_width=88, max_content_width=88)
        if path != "catalog-graph":
            lines += ["", f"## {path.removeprefix('catalog-graph ')}"]
        lines += ["", "```", command.get_help(context).strip(), "```"]
    return "\n".join(lines) + "\n"


def _tree(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, sub in getattr(command, "commands", {}).items():
        if not sub.hidden:
            yield from _tree(f"{path} {name}", sub)


def routes() -> str:
    """Every operation of the OpenAPI document."""
    lines = [
        "# Every route",
        "",
        "Made from the service's OpenAPI document; what is sent and answered is told in [HTTP API](../api.md). All but",
        f"`/healthz` and `/readyz` are under `{_PREFIX}`.",
    ]
    for path, operations in _openapi()["paths"].items():
        for method, operation in operations.items():
            lines += [
                "",
                f"## `{method.upper()} {path}`",
                "",
                _cell(operation.get("description", operation["summary"])),
            ]
            parameters = [p for p in operation.get("parameters", []) if p["in"] != "path"]
            if parameters:
                lines += ["", "| parameter | type | default | |", "|---|---|---|---|", *map(_parameter, parameters)]
            answers = (f"{status}{_meaning(told['description'])}" for status, told in operation["responses"].items())
            lines += ["", f"Answers: {'; '.join(answers)}."]
    return "\n".join(lines) + "\n"


_PREFIX = "/api/v1/catalog"


def _meaning(description: str) -> str:
    return "" if description == "Successful Response" else f" ({_cell(description).rstrip('.')})"


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    default = "" if schema.get("default") in (None, "") else f"`{json.dumps(schema['default'])}`"
    required = "required" if parameter.get("required") else ""
    told = _cell(parameter.get("description", schema.get("description", "")))
    return f"| `{parameter['name']}` | {_type(schema)} | {default} | {' '.join(filter(None, (required, told)))} |"


def _openapi() -> dict[str, Any]:
    from catalog_graph import LocalCatalogBackend
    from catalog_graph.server.app import create_app
    from catalog_graph.server.settings import ServerSettings

    with TemporaryDirectory() as folder, LocalCatalogBackend(Path(folder) / "catalog.db") as backend:
        return create_app(backend, ServerSettings()).openapi()


def _type(schema: dict[str, Any]) -> str:
    kinds = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    return " or ".join(_cell(_one_type(kind)) for kind in kinds)


def _one_type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_one_type(schema.get('items', {}))}"
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    return {"path": "path", "password": "secret text"}.get(schema.get("format", ""), str(schema.get("type", "any")))


def _cell(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")
