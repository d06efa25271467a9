"""The base of all answers: JSON types by the types of the fields, text, and the form in a notebook."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import Field, fields
from types import UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

from catalog_graph.forms import Forms
from catalog_graph.lineage import Card, Lineage

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing

JSON_KEY = "json_key"
"""Entry in the metadata of a field: its key in JSON, if that is not its name."""
JSON_TYPE = "json_type"
"""Entry in the metadata of a field: its type in JSON, if that does not follow from its type."""


class AnswerPart:
    """A dataclass that converts to JSON types and back: an answer, or an object in one."""

    derived: ClassVar[tuple[str, ...]] = ()
    """Properties that follow the fields in JSON."""

    def to_dict(self, *, compact: bool = False) -> dict[str, Any]:
        """Return JSON types; `compact` is that of `Lineage.to_dict`."""
        values = {json_key(field): _encode(getattr(self, field.name), compact) for field in _fields(self)}
        return values | {name: getattr(self, name) for name in self.derived}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the object that `to_dict` converted."""
        types = get_type_hints(cls)
        return cls(**{f.name: _decode(types[f.name], data[json_key(f)]) for f in _fields(cls) if json_key(f) in data})


class Answer(AnswerPart, Forms):
    """An answer about the lineage of artifacts."""

    derived: ClassVar[tuple[str, ...]] = ("complete",)

    @property
    @abstractmethod
    def complete(self) -> bool:
        """True if nothing is left out."""

    @abstractmethod
    def text(self) -> str:
        """Return lines of text for people, as the command prints them."""

    @abstractmethod
    def svg(self) -> str:
        """Return a picture of what is listed, as an SVG document. Raises `ConfigurationError` without graphlay."""

    @abstractmethod
    def html(self) -> str:
        """Return an HTML page: a picture, unless it would be too large, and tables."""

    def _headline(self) -> str:
        return self.text().partition("\n")[0]


class DrawnAnswer(Answer):
    """An answer whose picture shows the artifacts that it lists, and the edges among them."""

    @abstractmethod
    def _drawing(self) -> Drawing:
        """Return what a picture of the answer shows."""

    def svg(self) -> str:
        """Return a picture of what is listed, as an SVG document. Raises `ConfigurationError` without graphlay."""
        from catalog_graph.answers.drawing import picture

        return picture(self._drawing())

    def html(self) -> str:
        """Return an HTML page: a picture, unless it would be too large, and tables."""
        from catalog_graph.answers.drawing import page

        return page(self._drawing(), self._repr_html_())


def json_key(field: Field[Any]) -> str:
    """Return the key of a field in JSON."""
    return str(field.metadata.get(JSON_KEY, field.name))


def _fields(part: Any) -> tuple[Field[Any], ...]:
    return fields(part)


def _encode(value: Any, compact: bool) -> Any:
    """Convert the value of a field into JSON types."""
    if isinstance(value, Card):
        return value.to_dict()
    if isinstance(value, AnswerPart | Lineage):
        return value.to_dict(compact=compact)
    if isinstance(value, list):
        return [_encode(each, compact) for each in value]
    if isinstance(value, dict):
        return {str(key): _encode(each, compact) for key, each in value.items()}
    return value


def _decode(kind: Any, value: Any) -> Any:
    """Convert a JSON value into the type of a field."""
    origin, arguments = get_origin(kind), get_args(kind)
    if value is None or kind is Any:
        return value
    if kind is Card:
        return Card.from_dict(value)
    if isinstance(kind, type) and issubclass(kind, AnswerPart | Lineage):
        return kind.from_dict(value)
    if origin is list:
        return [_decode(arguments[0], each) for each in value]
    if origin is dict:
        return {arguments[0](key): _decode(arguments[1], each) for key, each in value.items()}
    if origin in (Union, UnionType):
        [other] = [each for each in arguments if each is not type(None)]
        return _decode(other, value)
    return value
