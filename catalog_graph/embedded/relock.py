"""Writes the lock anew: `python -m catalog_graph.embedded.relock`, after `NEO4J_VERSION` was changed in `lock.py`.

jgo resolves the release's dependencies and fetches each jar (about 170 MB, a minute or two) into a temporary
folder; its size and SHA-256 are what the lock records. Read the difference before committing it.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .lock import LOCK_NAME, NEO4J_VERSION, LockedJar, format_lock
from .optional import need_jgo_maven


def main() -> None:
    """Replaces the lock file beside this module."""
    with tempfile.TemporaryDirectory() as folder:
        artifacts = _resolve(Path(folder))
        with ThreadPoolExecutor(max_workers=8) as pool:
            jars = list(pool.map(_lock_one, artifacts))
    target = Path(__file__).with_name(LOCK_NAME)
    target.write_text(format_lock(jars), encoding="utf-8")
    sys.stdout.write(f"{target}: {len(jars)} jars, {sum(jar.size for jar in jars) / 1e6:.0f} MB\n")


def _resolve(folder: Path) -> list[Any]:
    context = need_jgo_maven().MavenContext(repo_cache=folder, timeout=60)
    wanted = context.create_dependency(f"org.neo4j:neo4j:{NEO4J_VERSION}")
    direct, transitive = context.resolver.resolve([wanted])
    return list({dep.artifact.key: dep.artifact for dep in [*direct, *transitive]}.values())


def _lock_one(artifact: Any) -> LockedJar:
    content = Path(artifact.resolve()).read_bytes()
    component = (artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier or "")
    return LockedJar(*component, size=len(content), sha256=hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main()
