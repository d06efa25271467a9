"""The code blocks of the documentation, as steps that a reader would take one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([REPOSITORY / "README.md", *REPOSITORY.glob("docs/**/*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block that is run: Python, or shell commands; and what it prints, where the document shows it next."""

    language: str
    code: str
    line: int
    output: str | None = None


def steps(document: Path) -> list[Step]:
    """Return the `python` and `sh` blocks of a document; a `text` block right after a `python` one is its output."""
    text = document.read_text(encoding="utf-8")
    blocks = list(_FENCE.finditer(text))
    found = []
    for block, following in zip_longest(blocks, blocks[1:]):
        language, code = block.groups()
        if language not in ("python", "sh"):
            continue
        shown = following is not None and following[1] == "text" and not text[block.end() : following.start()].strip()
        line = text.count("\n", 0, block.start()) + 2
        found.append(Step(language, code, line, following[2] if following is not None and shown else None))
    return found
