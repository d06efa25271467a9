"""The group of commands: help without the types of Python, and errors of usage as one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from catalog_graph.cli.common import UsageError

_EXPECTED = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
}
"""Descriptions of valid values, by the kind of the error."""


class Program(TyperGroup):
    """A group whose commands show plain help, and fail with one sentence."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, with a word for the value of each option."""
        command = super().get_command(ctx, cmd_name)
        for parameter in () if command is None else command.params:
            _name_value(parameter)
        return command

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Read the arguments before the name of a command."""
        with _one_sentence():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name."""
        with _one_sentence():
            return super().invoke(ctx)


def _name_value(parameter: Any) -> None:
    if parameter.param_type_name == "argument":
        parameter.display_type_rich = lambda *_, **__: None
    elif parameter.metavar is None and not parameter.is_flag:
        descriptor = getattr(parameter, "type_descriptor", None)
        if not getattr(descriptor, "is_choice", False):
            is_number = "int" in str(getattr(descriptor, "annotation", ""))
            parameter.metavar = "N" if is_number else "TEXT"


@contextmanager
def _one_sentence() -> Iterator[None]:
    try:
        yield
    except UsageError:
        raise
    except typer.BadParameter as error:
        raise UsageError(_sentence(error)) from error
    except Exception as error:
        if not _is_of_usage(error):
            raise
        context = getattr(error, "ctx", None)
        help_command = "" if context is None else f"; see {context.command_path} --help"
        raise UsageError(f"{_lower(error.format_message())}{help_command}") from error  # type: ignore[attr-defined]


def _is_of_usage(error: Exception) -> bool:
    """Return True for an error of Click about the command line; not for the one that shows help."""
    shows_help = type(error).__name__ == "NoArgsIsHelpError"
    return (
        hasattr(error, "format_message") and getattr(error, "exit_code", 0) == UsageError.exit_code and not shows_help
    )


def _sentence(error: Any) -> str:
    """Return what is wrong with the value of a parameter, by the name of its option or argument."""
    parameter, context = error.param, error.ctx
    if parameter is None:
        return str(error.message)
    is_option = parameter.param_type_name == "option"
    name = parameter.opts[0] if is_option else parameter.metavar or parameter.name.upper()
    problem = _problem(error.__cause__)
    if problem is None:
        if not error.message:  # a missing value
            return f"missing {name}; see {context.command_path} --help"
        return f"{name}: {_lower(error.message)}"
    expected = _EXPECTED.get(problem["type"])
    if expected is not None:
        return f"{name} {str(problem['input'])!r} must be {expected.format(**problem.get('ctx', {}))}"
    text = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ").rstrip(".")
    return f"{name} {text}" if text.startswith(("'", '"')) else f"{name}: {_lower(text)}"


def _problem(cause: BaseException | None) -> dict[str, Any] | None:
    """Return the first error of pydantic, by which Typer checks values."""
    errors = getattr(cause, "errors", None)
    problems: list[dict[str, Any]] = errors() if callable(errors) else []
    return problems[0] if problems else None


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")
