"""Messages about policies that are not valid: the line, the key, the value, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from catalog_graph.errors import InvalidPolicy
from catalog_graph.promotion.policy import RULES, Policy

KeyPath = tuple[int | str, ...]
"""Keys and positions from the top of a policy to a value."""

_MESSAGES = {
    "missing": "is required",
    "model_type": "must be an object with keys, not {value}",
    "model_attributes_type": "must be an object with keys, not {value}",
    "list_type": "must be a list, not {value}",
    "too_short": "must have at least {min_length} item, not {actual_length}",
    "too_long": "must have at most {max_length} items, not {actual_length}",
    "string_type": "must be text, not {value}",
    "string_too_short": "must have at least {min_length} character",
    "string_too_long": "must have at most {max_length} characters",
    "string_unicode": "must be valid Unicode text",
    "float_type": "must be a number, not {value}",
    "finite_number": "must be a finite number, not {value}",
    "int_type": "must be a whole number, not {value}",
    "greater_than_equal": "must be at least {ge:g}, not {value}",
    "less_than_equal": "must be at most {le:g}, not {value}",
    "literal_error": "must be {expected}, not {value}",
}
"""The text after the key, by pydantic's type of error."""


def invalid_policy(error: ValidationError, source: str, lines: Mapping[KeyPath, int]) -> InvalidPolicy:
    """Return the error for the first problem that pydantic reports; `lines` has the line of each key of a file."""
    # A misspelt key is also reported as missing; its own report comes first.
    problems = sorted(error.errors(include_url=False), key=lambda problem: problem["type"] != "extra_forbidden")
    problem = problems[0]
    path, model = _key_path(problem["loc"])
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    line = next((lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines), None)
    place = f"{source}, line {line}" if line is not None else source
    details: dict[str, Any] = {"key": key} if line is None else {"key": key, "line": line}
    return InvalidPolicy(f"{place}: {_message(problem, key or 'the policy', path, model)}", **details)


def _key_path(loc: KeyPath) -> tuple[KeyPath, type[BaseModel]]:
    """Return pydantic's path without the name of the rule that it puts in, and the class whose keys are concerned."""
    if len(loc) > 2 and loc[0] == "rules" and loc[2] in RULES:
        return (*loc[:2], *loc[3:]), RULES[str(loc[2])]
    return loc, Policy


def _message(problem: ErrorDetails, key: str, path: KeyPath, model: type[BaseModel]) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return f"{key} is not known here; {_hint(str(path[-1]), model.model_fields, 'keys')}"
    if kind == "union_tag_invalid":
        rule = str(context["tag"])
        return f"{key} has the unknown rule {rule[:40]!r}; {_hint(rule, RULES, 'rules')}"
    if kind == "union_tag_not_found":
        return f"{key} does not say which rule it is: write rule: and one of {', '.join(RULES)}"
    if kind == "value_error":
        return f"{key}: {context['error']}"
    message = _MESSAGES.get(kind, "is not accepted: {pydantic}")
    return f"{key} {message.format(**context, value=_shown(problem['input']), pydantic=problem['msg'])}"


def _hint(word: str, known: Iterable[str], nouns: str) -> str:
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"the {nouns} are {', '.join(known)}"


def _shown(value: Any) -> str:
    """Return a value as YAML and JSON write it, shortened; only the kind of a list or an object."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a whole number of more than 18 digits"  # Python refuses to write numbers of thousands of digits
    return repr(value[:40] if isinstance(value, str) else value)[:60]
