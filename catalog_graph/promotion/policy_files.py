"""Read policies from YAML files, YAML texts and objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from catalog_graph.errors import ConfigurationError, InvalidPolicy
from catalog_graph.promotion.policy import Policy
from catalog_graph.promotion.policy_errors import KeyPath, invalid_policy

MAX_BYTES = 256 * 1024
"""Maximum size of a policy file."""
MAX_VALUES = 10_000
"""Maximum number of values in a policy; a value that YAML repeats by an alias (`*name`) counts each time."""
MAX_LEVELS = 20
"""Maximum depth of lists and objects in a policy."""
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][+-]?[0-9]+)?")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}


def load_policy(path: str | Path) -> Policy:
    """Return the policy in a YAML file. Raises `InvalidPolicy`, with the line, if it is not valid."""
    file_path = Path(path)
    source = str(file_path)
    try:
        with file_path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InvalidPolicy(f"the policy {source!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidPolicy(f"the policy {source!r} is not text in UTF-8; save it in UTF-8") from error
    return read_policy(text, source)


def policy_texts(folder: str | Path) -> dict[str, str]:
    """Return the texts of the YAML files in a folder, by name without ending; they are checked when they are used.

    Raises `ConfigurationError` if the folder cannot be read. A file that is too large or no text in UTF-8 is left out.
    """
    texts = {}
    try:
        for path in sorted(Path(folder).iterdir()):
            if path.suffix in (".yaml", ".yml") and path.is_file() and path.stat().st_size <= MAX_BYTES:
                with suppress(UnicodeDecodeError):
                    texts[path.stem] = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"The folder of policies {str(folder)!r} cannot be read: {error.strerror}. Set CATALOG_GRAPH_POLICIES to a "
            "readable folder."
        ) from error
    return texts


def read_policy(policy: Policy | Mapping[str, Any] | str, source: str = "policy") -> Policy:
    """Return the policy in a YAML text or an object. Raises `InvalidPolicy` if it is not valid.

    `source` is the name of the policy in error messages.
    """
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str):
        root = _yaml_root(policy, source)
        reader = _Reader(source)
        return _validated(reader.value(root, ()), source, reader.lines)
    return _validated(policy, source, {})


def _yaml_root(text: str, source: str) -> yaml.Node:
    if len(text) > MAX_BYTES:
        raise InvalidPolicy(f"{source} is longer than {MAX_BYTES:,} characters; shorten it")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise InvalidPolicy(f"{source}, line {line}: not valid YAML: {error.problem}", line=line) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidPolicy(f"{source}: not valid YAML: {error}") from error
    if root is None:
        raise InvalidPolicy(f"{source} is empty; write rules: and at least one rule", line=1)
    return root


class _Reader:
    """Converts the nodes of a YAML document to values, and keeps the line of each."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: dict[KeyPath, int] = {}
        self._values = 0

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        """Return the value of a node by the rules of YAML 1.2: `yes` and dates are texts."""
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._error(line, f"the policy has more than {MAX_VALUES:,} values, repeated ones included")
        if len(path) > MAX_LEVELS:
            raise self._error(line, f"the policy is nested more than {MAX_LEVELS} levels deep")
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, path))
        assert isinstance(node, yaml.ScalarNode)
        return _scalar(node)

    def _members(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = key.value
            if not isinstance(name, str):
                raise self._error(line, "a key must be text, not a list or an object")
            if name in seen:
                raise self._error(line, f"the key {name} is repeated; remove one of the two", key=name)
            seen.add(name)
            self.lines[*path, name] = line
            yield name, self.value(value, (*path, name))

    def _error(self, line: int, message: str, **details: str) -> InvalidPolicy:
        return InvalidPolicy(f"{self.source}, line {line}: {message}", line=line, **details)


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style is not None:
        return text
    if text.lower() in _CONSTANTS:
        return _CONSTANTS[text.lower()]
    if _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _validated(value: Any, source: str, lines: Mapping[KeyPath, int]) -> Policy:
    context: dict[str, Any] = {}
    if isinstance(value, Mapping):
        value = dict(value)
        context["language"] = value.get("language", 1)
    try:
        return Policy.model_validate(value, context=context)
    except ValidationError as error:
        raise invalid_policy(error, source, lines) from None
