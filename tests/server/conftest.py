"""The service over raw HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.running import running
from tests.server.wire import Wire
from tests.support.model import ModelBackend


@pytest.fixture
def server_url() -> Iterator[str]:
    with running(ModelBackend()) as url:
        yield url


@pytest.fixture
def wire(server_url: str) -> Wire:
    """The service over an empty catalog."""
    return Wire(server_url)
