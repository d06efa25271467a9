"""Check the links of the README and the documentation: their files and headings exist. Uses no network."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

REPOSITORY = Path(__file__).parents[1]

_CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_TARGETS = re.compile(
    r"\]\(<?([^)\s>]+)>?(?: +\"[^\"]*\")?\)|^ *\[[^\]]+\]: *(\S+)|(?:src|href)=\"([^\"]+)\"", re.MULTILINE
)
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_OWN_ANCHOR = re.compile(r" *\{ *#([\w-]+) *\}")


def main() -> None:
    """Exit with a list of the dead links, if there are any."""
    names = subprocess.run(["git", "ls-files", "*.md"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    documents = [REPOSITORY / name for name in names.stdout.splitlines()]
    dead = [line for document in documents if document.exists() for line in dead_links(document)]
    if dead:
        sys.exit("\n".join(dead))


def dead_links(document: Path) -> Iterator[str]:
    """Yield a sentence for each link of `document` to a file or a heading that does not exist."""
    text = _CODE.sub(lambda code: "\n" * code[0].count("\n"), document.read_text(encoding="utf-8"))
    for link in _TARGETS.finditer(text):
        target = next(filter(None, link.groups()))
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        line = text.count("\n", 0, link.start()) + 1
        file = document.parent / path if path else document
        if not file.exists():
            yield f"{document.name}, line {line}: {target} does not exist"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield f"{document.name}, line {line}: {target}: {file.name} has no such heading"


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub and the documentation site build them."""
    taken: set[str] = set()
    for heading in _HEADING.findall(re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.M | re.S)):
        slug = _slug(heading)
        repeated = next(n for n in range(1_000_000) if (f"{slug}-{n}" if n else slug) not in taken)
        taken.add(f"{slug}-{repeated}" if repeated else slug)
    return taken


def _slug(heading: str) -> str:
    """Return the anchor that a heading names in braces, or else the one that its words make."""
    own = _OWN_ANCHOR.search(heading)
    words = re.sub(r"`|\[|\]\([^)]*\)", "", heading.lower())
    return own[1] if own else re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


if __name__ == "__main__":
    main()
