"""Answers over a file that may be damaged: an error of Python that follows from damage says so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.local.inspection import inspect_file
from catalog_graph.backends.local.store.failures import damaged, translated
from catalog_graph.errors import CatalogError

if TYPE_CHECKING:
    from catalog_graph.answers.base import Answer
    from catalog_graph.answers.question import Question
    from catalog_graph.changes.change import ChangePage, ChangeQuestion
    from catalog_graph.promotion.policy import Policy
    from catalog_graph.promotion.report import PromotionReport

A = TypeVar("A", bound="Answer")


class ExaminedAnswers(StoreBackend, ABC):
    """Examines the file if an answer fails."""

    @property
    @abstractmethod
    def db_path(self) -> Path:
        """Path of the file."""

    def _answer(self, question: Question[A]) -> A:
        with _examined(self.db_path):
            return super()._answer(question)

    def _check_promotion(self, artifact_id: str, policy: Policy, alias: str | None) -> PromotionReport:
        with _examined(self.db_path):
            return super()._check_promotion(artifact_id, policy, alias)

    def _change_page(self, question: ChangeQuestion, limit: int, cursor: str | None) -> ChangePage:
        with translated(self.db_path):
            return super()._change_page(question, limit, cursor)


@contextmanager
def _examined(path: Path) -> Iterator[None]:
    """Raise `StoreDamaged` for an error that follows from damage, such as edges that only an index has.

    The file is examined only after an error, which is raised as it is if the file is sound.
    """
    try:
        yield
    except CatalogError:
        raise
    except Exception as error:
        inspection = inspect_file(path)
        if inspection.damage or inspection.differing:
            raise damaged(path, inspection.damage or "our tables differ from FlowyML's") from error
        raise
