"""Answers that follow from lineage, computed by the service: one request for each question."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from catalog_graph.backends.answers import AnswerInterface
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import artifact_path, exact_parameter, noted, query_parameters

if TYPE_CHECKING:
    from catalog_graph.answers.base import Answer
    from catalog_graph.answers.question import Question

A = TypeVar("A", bound="Answer")


class RemoteAnswers(AnswerInterface):
    """Questions that are sent to the service."""

    _service: HttpService

    def _answer(self, question: Question[A]) -> A:
        of_one = artifact_path(question.artifact_id) if question.artifact_id else ""
        path = f"{of_one}/{question.path}"
        parameters = {**question.parameters(), **exact_parameter(question.artifact_id or None)}
        answer: A = question.answer_type.from_dict(noted(self._service.ask("GET", path, query_parameters(parameters))))
        return answer
