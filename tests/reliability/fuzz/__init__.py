"""Generated requests."""

from tests.reliability.fuzz import documented, raw_bytes

__all__ = ["documented", "raw_bytes"]
