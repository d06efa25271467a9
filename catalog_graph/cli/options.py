"""Errors in the words of the command line: options and arguments in the place of parameters."""

from __future__ import annotations

import re
from typing import Any

import typer

from catalog_graph.backends.wording import in_options
from catalog_graph.errors import CatalogError, InvalidInput


def name_options(error: CatalogError, context: typer.Context) -> None:
    """Put options in the place of parameters in the message of an error."""
    error.message = in_options(error.message)
    if isinstance(error, InvalidInput):
        error.message = _with_option(error, context)
    error.args = (error.message,)


def _with_option(error: InvalidInput, context: typer.Context) -> str:
    """Return the message with the option or argument of the command line in place of the field that it sets."""
    field = error.details.get("field")
    level: Any = context
    while level is not None and isinstance(field, str):
        for parameter in level.command.params:
            source = level.get_parameter_source(parameter.name or "")
            if parameter.name == _PARAMETERS.get(field, field) and source is not None and source.name == "COMMANDLINE":
                name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar or field
                return re.sub(rf"^{re.escape(field)}(?=[ \[])", name, error.message)
        level = level.parent
    variable = _VARIABLES.get(str(field))
    return error.message if variable is None else re.sub(rf"^{field}(?= )", variable, error.message)


_PARAMETERS = {"db_path": "db"}
"""Parameters of commands, by those of Python, if they differ."""
_VARIABLES = {"endpoint": "FLOWYML_CATALOG_ENDPOINT", "api_key": "FLOWYML_CATALOG_API_KEY"}
"""Variables of the environment, by the parameters that they set without an option."""
