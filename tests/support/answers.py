"""Every question about lineage that a catalog answers, as its interface lists them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.base import Answer
from catalog_graph.backends.answers import AnswerInterface
from catalog_graph.backends.base import CatalogBackend

OF_CATALOG = ("walk", "unreachable")
"""Questions that are not about one artifact."""


def questions() -> list[str]:
    """Names of the methods that answer about one artifact, in the order of the interface."""
    return [name for name in vars(AnswerInterface) if not name.startswith("_") and name not in OF_CATALOG]


def questions_about_one() -> list[str]:
    """Names of the methods that need one artifact alone."""
    return [question for question in questions() if len(arguments(question, "a", "b")) == 1]


def arguments(question: str, artifact_id: str, other_id: str) -> list[Any]:
    """Arguments for the required parameters: an artifact, and another one if there is a second parameter."""
    parameters = list(inspect.signature(getattr(AnswerInterface, question)).parameters.values())[1:]
    required = [each for each in parameters if each.default is each.empty or each.name == "artifact_id"]
    return [
        artifact_id if position == 0 else other_id if parameter.annotation == "str" else [other_id]
        for position, parameter in enumerate(required)
    ]


def every_answer(
    catalog: CatalogBackend | ArtifactCatalog, artifact_id: str, other_id: str
) -> Iterator[tuple[str, Answer]]:
    """Each question by name, with its answer."""
    for question in questions():
        yield question, getattr(catalog, question)(*arguments(question, artifact_id, other_id))
