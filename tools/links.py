"""Links of the README and the documentation: the files and headings that they name exist. Asks no network."""

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
    """End with an error that lists what leads nowhere."""
    names = subprocess.run(["git", "ls-files", "*.md"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    documents = [REPOSITORY / name for name in names.stdout.splitlines()]
    dead = [line for document in documents if document.exists() for line in dead_links(document)]
    if dead:
        sys.exit("\n".join(dead))


def dead_links(document: Path) -> Iterator[str]:
    """A sentence for each link of `document` to a file or a heading that does not exist."""
    text = _CODE.sub(lambda code: "\n" * code[0].count("\n"), document.read_text(encoding="utf-8"))
    for found in _TARGETS.finditer(text):
        target = next(filter(None, found.groups()))
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        line = text.count("\n", 0, found.start()) + 1
        leads_to = document.parent / path if path else document
        if not leads_to.exists():
            yield f"{document.name}, line {line}: {target} is not there"
        elif anchor and anchor not in anchors(leads_to):
            yield f"{document.name}, line {line}: {target}: {leads_to.name} has no such heading"


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub and the documentation site make them."""
    found: set[str] = set()
    for heading in _HEADING.findall(re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.M | re.S)):
        own = _OWN_ANCHOR.search(heading)
        slug = (
            own[1]
            if own
            else re.sub(r"[^\w\- ]", "", re.sub(r"`|\[|\]\([^)]*\)", "", heading.lower())).replace(" ", "-")
        )
        repeated = next(n for n in range(1_000_000) if (f"{slug}-{n}" if n else slug) not in found)
        found.add(f"{slug}-{repeated}" if repeated else slug)
    return found


if __name__ == "__main__":
    main()
