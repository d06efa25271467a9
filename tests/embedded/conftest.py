"""Fixtures: data folders for an embedded Neo4j, and programs that own one and can be killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from catalog_graph.embedded import temporary_data_dir

from .support import Owner


@pytest.fixture(scope="module")
def kept_folder() -> Iterator[Path]:
    """Yield one folder for the tests of a module, which use each other's data."""
    with temporary_data_dir() as folder:
        yield folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder for one test."""
    with temporary_data_dir() as folder:
        yield folder


@pytest.fixture
def new_owner() -> Iterator[Callable[[Path], Owner]]:
    with ExitStack() as stack:

        def new(folder: Path) -> Owner:
            owner = Owner(folder)
            stack.callback(owner.kill)
            return owner

        yield new
