"""Policies out of YAML files and JSON objects: what is wrong is told with its line and its key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from catalog_graph.errors import InvalidPolicy
from catalog_graph.promotion.rules import Policy, Rule

MAX_BYTES = 256 * 1024
"""Of a policy file."""
MAX_VALUES = 10_000
"""Values that a policy holds, those that YAML repeats by `*anchor` counted again."""
MAX_LEVELS = 20
_WHOLE, _FRACTION = (
    re.compile(r"[+-]?[0-9]{1,18}"),
    re.compile(r"[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][+-]?[0-9]+)?"),
)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_RULES: dict[str, type[BaseModel]] = {
    get_args(kind.model_fields["rule"].annotation)[0]: kind for kind in get_args(get_args(Rule)[0])
}
Path_ = tuple[int | str, ...]


def load_policy(path: str | Path) -> Policy:
    """The policy in a YAML file; raises `InvalidPolicy`, with the line, where it cannot be read."""
    place = Path(path)
    try:
        with place.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InvalidPolicy(f"the policy {str(place)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidPolicy(f"the policy {str(place)!r} is no text in UTF-8") from error
    return read_policy(text, str(place))


def read_policy(policy: Policy | Mapping[str, Any] | str, source: str = "policy") -> Policy:
    """A policy out of a text of YAML, or out of an object; `source` is what messages call it."""
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str):
        root = _composed(policy, source)
        reader = _Reader(source)
        return _validated(reader.value(root, ()), source, reader.lines)
    return _validated(policy, source, {})


def _composed(text: str, source: str) -> yaml.Node:
    if len(text) > MAX_BYTES:
        raise InvalidPolicy(f"{source} is longer than {MAX_BYTES:,} characters")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise InvalidPolicy(f"{source}, line {line}: this is no YAML: {error.problem}", line=line) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidPolicy(f"{source}: this is no YAML: {error}") from error
    if root is None:
        raise InvalidPolicy(f"{source} is empty; a policy has rules", line=1)
    return root


class _Reader:
    """Values out of YAML's nodes, and the line of each."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: dict[Path_, int] = {}
        self._values = 0

    def value(self, node: yaml.Node, path: Path_) -> Any:
        """The value of a node, in YAML 1.2's reading: `yes` and dates are texts."""
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._values += 1
        if self._values > MAX_VALUES or len(path) > MAX_LEVELS:
            raise InvalidPolicy(f"{self.source}, line {line}: this is more than a policy can hold", line=line)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, path))
        assert isinstance(node, yaml.ScalarNode)
        return _scalar(node)

    def _members(self, node: yaml.MappingNode, path: Path_) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = key.value
            if not isinstance(name, str):
                raise InvalidPolicy(f"{self.source}, line {line}: a key is no text", line=line)
            if name in seen:
                raise InvalidPolicy(
                    f"{self.source}, line {line}: {name} stands here a second time", line=line, key=name
                )
            seen.add(name)
            self.lines[*path, name] = line
            yield name, self.value(value, (*path, name))


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style is not None:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def _validated(value: Any, source: str, lines: Mapping[Path_, int]) -> Policy:
    if isinstance(value, Mapping):
        value = dict(value)
    try:
        return Policy.model_validate(value)
    except ValidationError as error:
        # What is misspelt is missing, too: it is told of first.
        errors = sorted(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        raise _invalid(errors[0], source, lines) from None


def _invalid(error: ErrorDetails, source: str, lines: Mapping[Path_, int]) -> InvalidPolicy:
    path, model = _place(error["loc"])
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    line = next((lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines), None)
    where = f"{source}, line {line}" if line is not None else source
    details: dict[str, Any] = {"key": key} if line is None else {"key": key, "line": line}
    return InvalidPolicy(f"{where}: {key + ' ' if key else ''}{_complaint(error, path, model)}", **details)


def _place(loc: tuple[int | str, ...]) -> tuple[Path_, type[BaseModel]]:
    """Where an error lies, without the name of the rule that pydantic puts between, and in which kind of object."""
    if len(loc) > 2 and loc[0] == "rules" and loc[2] in _RULES:
        return (*loc[:2], *loc[3:]), _RULES[str(loc[2])]
    return loc, Policy


def _complaint(error: ErrorDetails, path: Path_, model: type[BaseModel]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"is not known here{_hint(str(path[-1]), list(model.model_fields))}"
    if kind == "union_tag_invalid":
        given = str(error["ctx"]["tag"])
        return f"has the rule {given[:40]!r}, which is not known{_hint(given, list(_RULES))}"
    if kind == "union_tag_not_found":
        return f"does not say which rule it is: write rule: and one of {', '.join(_RULES)}"
    if kind == "missing":
        return "is required"
    if kind == "value_error":
        return f"cannot be taken: {error['ctx']['error']}"
    return f"cannot be taken: {error['msg'][0].lower()}{error['msg'][1:]}"


def _hint(given: str, known: list[str]) -> str:
    close = get_close_matches(given, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"
