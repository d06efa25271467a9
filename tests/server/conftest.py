"""The service over raw HTTP."""

from __future__ import annotations

import pytest

from tests.server.wire import Wire


@pytest.fixture
def wire(server_url: str) -> Wire:
    """Return a client of the service over an empty catalog."""
    return Wire(server_url)
