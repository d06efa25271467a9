"""Pages of the documentation site that are made from code while it is built: settings, commands, routes, changes."""

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
"""Tags that make a page load something from another host."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from code."""
    pages = {
        "changes.md": changes(),
        "reference/settings.md": settings(),
        "reference/commands.md": commands(),
        "reference/routes.md": routes(),
    }
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_post_page(output: str, page: Any, config: MkDocsConfig) -> str:
    """Raise `PluginError` for a page that would load something from another host."""
    tags = [tag for tag in _LOADED.findall(output) if 'rel="canonical"' not in tag]
    if tags:
        raise PluginError(f"{page.file.src_uri} loads from another host: {tags[0]}")
    return output


def on_post_build(config: MkDocsConfig) -> None:
    """Raise `PluginError` if the search of the site lacks a page; its index lies in the site itself."""
    index = Path(config.site_dir) / "search" / "search_index.json"
    places = json.loads(index.read_text(encoding="utf-8"))["docs"] if index.exists() else []
    searched = {place["location"].partition("#")[0] for place in places}
    built = {path.relative_to(config.site_dir).as_posix() for path in Path(config.site_dir).rglob("*.html")}
    missing = sorted(built - {"404.html", "index.html"} - searched)
    if missing or not searched:
        raise PluginError(
            f"the search of the site lacks {missing or 'every page'}: is the plugin search in mkdocs.yml?"
        )


def changes() -> str:
    """Return the changelog, with links that hold inside the site."""
    return (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")


def settings() -> str:
    """Return a table of all settings of the service."""
    from catalog_graph.server.settings import ServerSettings

    prefix = str(ServerSettings.model_config["env_prefix"])
    properties = ServerSettings.model_json_schema(by_alias=False)["properties"]
    lines = [
        "# Every setting",
        "",
        "Generated from `catalog_graph.server.settings`; [Settings](../settings.md) explains them.",
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
    """Return the help of all commands."""
    import typer
    from typer.main import get_command

    from catalog_graph.cli.app import app

    lines = [
        "# Every command",
        "",
        "The text of `catalog-graph COMMAND --help`; [Command line](../cli.md) explains the commands.",
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
    """Return all operations of the OpenAPI document."""
    lines = [
        "# Every route",
        "",
        "Generated from the service's OpenAPI document; [HTTP API](../api.md) explains requests and answers.",
        f"All paths but `/healthz`, `/readyz` and `/metrics` are under `{_PREFIX}`.",
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
            answers = (f"{code}{_meaning(reply['description'])}" for code, reply in operation["responses"].items())
            lines += ["", f"Answers: {'; '.join(answers)}."]
    return "\n".join(lines) + "\n"


_PREFIX = "/api/v1/catalog"


def _meaning(description: str) -> str:
    return "" if description == "Successful Response" else f" ({_cell(description).rstrip('.')})"


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    default = "" if schema.get("default") in (None, "") else f"`{json.dumps(schema['default'])}`"
    required = "required" if parameter.get("required") else ""
    description = _cell(parameter.get("description", schema.get("description", "")))
    return (
        f"| `{parameter['name']}` | {_type(schema)} | {default} | {' '.join(filter(None, (required, description)))} |"
    )


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
