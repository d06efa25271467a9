"""Fetching locked jars from the Maven repositories that jgo knows: in parallel, resumable, checked before use."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from catalog_graph.errors import ConfigurationError

from .lock import LockedJar
from .optional import need_jgo_config, need_jgo_maven, need_requests
from .progress import Progress

_WORKERS = 8
_TRIES = 4
_TIMEOUT = (10, 30)  # seconds to connect, seconds between two pieces
_PIECE = 1 << 17
_PASSING = (408, 429)  # refusals that a second try may not meet


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Fetcher:
    """Fetches jars into `folder`. Each arrives as `NAME.part`, which a later run goes on with, and gets its name
    only when its SHA-256 is the locked one."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._tally = _Tally(progress)
        self._remotes = _Remotes()
        self._stopped = threading.Event()

    def fetch(self, jars: Sequence[LockedJar]) -> None:
        """All of `jars`; ConfigurationError, or OSError for the disk, at the first that cannot be had."""
        self._tally.total = sum(jar.size for jar in jars)
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="neo4j-fetch") as pool:
            # The largest first, so that no big one is left to fetch alone at the end.
            tasks = [pool.submit(self._fetch_one, jar) for jar in sorted(jars, key=lambda jar: -jar.size)]
            try:
                done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
            finally:
                self._stopped.set()
                pool.shutdown(cancel_futures=True)
        for task in done:
            task.result()

    def _fetch_one(self, jar: LockedJar) -> None:
        part = self._folder / f"{jar.file_name}.part"
        resumed = self._receive_patiently(jar, part)
        if resumed and sha256_of(part) != jar.sha256:
            # What an earlier run left may be bad where this run's piece is good: once more, from the start.
            part.unlink()
            self._receive_patiently(jar, part)
        found = sha256_of(part)
        if found != jar.sha256:
            part.unlink()
            raise _not_the_locked(jar, f"SHA-256 {found}", jar.sha256)
        part.replace(self._folder / jar.file_name)

    def _receive_patiently(self, jar: LockedJar, part: Path) -> bool:
        """Receives over broken connections too; True if an earlier run's piece is in it."""
        resumed = part.exists()
        for attempt in range(_TRIES):
            try:
                self._receive(jar, part)
                return resumed
            except self._remotes.broken as error:
                if attempt == _TRIES - 1 or self._stopped.wait(0.5 * 2**attempt):
                    raise _unreachable(jar, error) from error
        raise AssertionError("unreachable")

    def _receive(self, jar: LockedJar, part: Path) -> None:
        have = part.stat().st_size if part.exists() else 0
        if have >= jar.size:
            self._tally.set(jar, jar.size)
            return
        with self._remotes.open(jar, start=have) as answer:
            have = have if answer.status_code == 206 else 0
            coming = answer.headers.get("Content-Length")
            if coming and have + int(coming) != jar.size:
                raise _not_the_locked(jar, f"{have + int(coming)} bytes", f"{jar.size}")
            with part.open("ab" if have else "wb") as file:
                for piece in answer.iter_content(_PIECE):
                    if self._stopped.is_set():
                        raise _Stopped
                    file.write(piece)
                    have += len(piece)
                    self._tally.set(jar, have)
        if have < jar.size:
            raise self._remotes.broken(f"{have} of {jar.size} bytes came")


class _Remotes:
    """The repositories: jgo's default one and those of the user's jgo settings, which may put a mirror in its place."""

    def __init__(self) -> None:
        requests = need_requests()
        self.broken: Any = requests.RequestException
        self._new_session = requests.Session
        self._context = need_jgo_maven().MavenContext()
        self._context.remote_repos.update(need_jgo_config().GlobalSettings.load().repositories)
        self._local = threading.local()

    def open(self, jar: LockedJar, start: int) -> Any:
        """A streamed answer with `jar` from byte `start` on (206), or from its beginning (200)."""
        component = self._context.project(jar.group, jar.artifact).at_version(jar.version)
        path = f"{component.path_prefix.as_posix()}/{jar.file_name}"
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        for remote in self._context.remote_repos.values():
            answer = self._session().get(f"{remote}/{path}", headers=headers, stream=True, timeout=_TIMEOUT)
            if answer.status_code in (200, 206):
                return answer
            refusal = f"{remote} answered {answer.status_code} {answer.reason}"
            answer.close()
        if answer.status_code in _PASSING or answer.status_code >= 500:
            raise self.broken(refusal)
        raise _unreachable(jar, refusal)

    def _session(self) -> Any:
        """One session a thread: requests does not promise that one can be shared."""
        if not hasattr(self._local, "session"):
            self._local.session = self._new_session()
        return self._local.session


class _Tally:
    """The bytes had of each jar, told to a progress one call at a time."""

    def __init__(self, progress: Progress) -> None:
        self.total = 0
        self._progress = progress
        self._guard = threading.Lock()
        self._had: dict[LockedJar, int] = {}
        self._sum = 0

    def set(self, jar: LockedJar, size: int) -> None:
        with self._guard:
            self._sum += size - self._had.get(jar, 0)
            self._had[jar] = size
            self._progress(self._sum, self.total)


class _Stopped(Exception):
    """Another jar failed, or the user wished to stop: what was received stays for a later run."""


def _not_the_locked(jar: LockedJar, found: str, expected: str) -> ConfigurationError:
    return ConfigurationError(
        f"{jar.coordinates} was fetched but is not the file that was locked ({found}, expected {expected}); "
        "it was thrown away. Something on the way changed it: a proxy that answers with a page of its own, or a "
        "mirror that is not one."
    )


def _unreachable(jar: LockedJar, reason: object) -> ConfigurationError:
    return ConfigurationError(
        f"Neo4j's files could not be fetched ({jar.coordinates}: {reason}). Run this once with a network; it goes "
        "on where it stopped. Or set NEO4J_URI to use a Neo4j of your own."
    )
