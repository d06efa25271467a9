"""Response bodies of answers that follow from lineage, derived from the dataclasses of the answers."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from itertools import pairwise
from textwrap import dedent
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, create_model

from catalog_graph.answers.base import JSON_TYPE, AnswerPart, json_key
from catalog_graph.lineage import Card, Lineage
from catalog_graph.server.models import lineage as models

_MODELS: dict[Any, Any] = {Card: models.Card, Lineage: models.LineageCards | models.LineageColumns}


def response_model(part: type[AnswerPart]) -> Any:
    """Return the model of the JSON of an answer: its fields and derived properties, with their documentation."""
    if part not in _MODELS:
        _MODELS[part] = _derived_model(part)
    return _MODELS[part]


def _derived_model(part: type[AnswerPart]) -> type[BaseModel]:
    types = get_type_hints(part)
    notes = _notes(part)
    content: dict[str, Any] = {}
    for field in fields(cast("Any", part)):
        kind = field.metadata.get(JSON_TYPE) or _json_type(types[field.name])
        content[json_key(field)] = (kind, Field(description=notes.get(field.name)))
    for name in part.derived:
        content[name] = get_type_hints(getattr(part, name).fget)["return"]
    return create_model(part.__name__, __doc__=part.__doc__, **content)


def _json_type(kind: Any) -> Any:
    """Return the type of a field's value in JSON."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _MODELS:
        return _MODELS[kind]
    if isinstance(kind, type) and issubclass(kind, AnswerPart):
        return response_model(kind)
    if origin is list:
        return list[_json_type(arguments[0])]  # type: ignore[misc]
    if origin is dict:
        return dict[str, _json_type(arguments[1])]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return Union[tuple(map(_json_type, arguments))]  # noqa: UP007 (the members are known at run time)
    return kind


def _notes(part: type[AnswerPart]) -> dict[str, str]:
    """Return the docstring below each field that has one; JSON has null for `None`."""
    tree = ast.parse(dedent(inspect.getsource(part)))
    statements = next(node for node in tree.body if isinstance(node, ast.ClassDef)).body
    notes: dict[str, str] = {}
    for statement, below in pairwise(statements):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                notes[name] = " ".join(text.split()).replace("`None`", "null")
    return notes
