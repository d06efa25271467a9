"""Headers of every response that tell a browser what it may do with it."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

from starlette.datastructures import MutableHeaders

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": _NOTHING,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of a response that is no page; a page has a policy of its own."""
PAGE_POLICY = f"{_NOTHING}; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'"
"""The policy of the page: nothing is loaded from another host, and no script or style inside the document is run."""
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def add_security_headers(headers: MutableHeaders) -> None:
    """Add the headers that a response lacks."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def docs_policy(html: str) -> str:
    """Return the policy of the documentation: its own script is named by a hash, and Swagger UI sets styles."""
    digests = [b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in _INLINE_SCRIPT.findall(html)]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests)])
    return (
        f"{_NOTHING}; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
    )
