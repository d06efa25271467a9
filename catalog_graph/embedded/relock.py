"""Rewriting of the locks: `python -m catalog_graph.embedded.relock`, after a version was changed in `releases.py`.

jgo resolves a release's dependencies and fetches each jar (about 170 MB, a minute or two) into a temporary folder; the
lock records their sizes and SHA-256s. Review the difference before committing it.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .lock import LockedJar, format_lock
from .optional import need_jgo_maven
from .releases import RELEASES, Release


def main() -> None:
    """Rewrite the lock files in this module's folder."""
    for release in RELEASES:
        _relock(release)


def _relock(release: Release) -> None:
    with tempfile.TemporaryDirectory() as folder:
        artifacts = _resolve(Path(folder), release)
        with ThreadPoolExecutor(max_workers=8) as pool:
            jars = list(pool.map(_lock_one, artifacts))
    target = Path(__file__).with_name(release.lock_name)
    target.write_text(format_lock(jars, release), encoding="utf-8")
    sys.stdout.write(f"{target}: {len(jars)} jars, {sum(jar.size for jar in jars) / 1e6:.0f} MB\n")


def _resolve(folder: Path, release: Release) -> list[Any]:
    context = need_jgo_maven().MavenContext(repo_cache=folder, timeout=60)
    root = context.create_dependency(f"org.neo4j:neo4j:{release.version}")
    direct, transitive = context.resolver.resolve([root])
    return list({dep.artifact.key: dep.artifact for dep in [*direct, *transitive]}.values())


def _lock_one(artifact: Any) -> LockedJar:
    content = Path(artifact.resolve()).read_bytes()
    component = (artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier or "")
    return LockedJar(*component, size=len(content), sha256=hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main()
