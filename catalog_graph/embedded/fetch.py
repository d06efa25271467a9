"""Download of locked jars from the Maven repositories that jgo knows: parallel, resumable, checked before use."""

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
_ATTEMPTS = 4
_TIMEOUT = (10, 30)  # seconds to connect, seconds between two chunks
_CHUNK = 1 << 17  # bytes
_TEMPORARY = (408, 429)  # status codes after which another attempt may succeed


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Fetcher:
    """Downloads of jars into `folder`.

    Each jar is written as `NAME.part`, which a later run resumes, and renamed only if its SHA-256 is the locked one.
    """

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._tally = _Tally(progress)
        self._remotes = _Remotes()
        self._stopped = threading.Event()

    def fetch(self, jars: Sequence[LockedJar]) -> None:
        """Fetch all jars; at the first failure raise `ConfigurationError`, or `OSError` if the disk is the cause."""
        self._tally.total = sum(jar.size for jar in jars)
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="neo4j-fetch") as pool:
            # Largest first, so that no large jar is left to fetch alone at the end.
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
        is_resumed = self._receive_with_retries(jar, part)
        if is_resumed and sha256_of(part) != jar.sha256:
            # The earlier run's bytes may be bad and this run's good: fetch the jar once more, from its start.
            part.unlink()
            self._receive_with_retries(jar, part)
        digest = sha256_of(part)
        if digest != jar.sha256:
            part.unlink()
            raise _differs_from_lock(jar, f"SHA-256 {digest}", jar.sha256)
        part.replace(self._folder / jar.file_name)

    def _receive_with_retries(self, jar: LockedJar, part: Path) -> bool:
        """Receive a jar, again after broken connections; return True if it continues an earlier run's file."""
        is_resumed = part.exists()
        for attempt in range(_ATTEMPTS):
            try:
                self._receive(jar, part)
                return is_resumed
            except self._remotes.connection_error as error:
                if attempt == _ATTEMPTS - 1 or self._stopped.wait(0.5 * 2**attempt):
                    raise _unreachable(jar, error) from error
        raise AssertionError("unreachable")

    def _receive(self, jar: LockedJar, part: Path) -> None:
        size = part.stat().st_size if part.exists() else 0
        if size >= jar.size:
            self._tally.set(jar, jar.size)
            return
        with self._remotes.open(jar, start=size) as response:
            size = size if response.status_code == 206 else 0
            remaining = response.headers.get("Content-Length")
            if remaining and size + int(remaining) != jar.size:
                raise _differs_from_lock(jar, f"{size + int(remaining)} bytes", f"{jar.size}")
            with part.open("ab" if size else "wb") as file:
                for chunk in response.iter_content(_CHUNK):
                    if self._stopped.is_set():
                        raise _Stopped
                    file.write(chunk)
                    size += len(chunk)
                    self._tally.set(jar, size)
        if size < jar.size:
            raise self._remotes.connection_error(f"the connection ended after {size} of {jar.size} bytes")


class _Remotes:
    """The Maven repositories: jgo's default one, or a mirror in its place, and others from the user's jgo settings."""

    def __init__(self) -> None:
        requests = need_requests()
        self.connection_error: Any = requests.RequestException
        self._new_session = requests.Session
        self._context = need_jgo_maven().MavenContext()
        self._context.remote_repos.update(need_jgo_config().GlobalSettings.load().repositories)
        self._local = threading.local()

    def open(self, jar: LockedJar, start: int) -> Any:
        """Return a streamed response with `jar` from byte `start` on (206), or from its beginning (200)."""
        component = self._context.project(jar.group, jar.artifact).at_version(jar.version)
        path = f"{component.path_prefix.as_posix()}/{jar.file_name}"
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        for remote in self._context.remote_repos.values():
            response = self._session().get(f"{remote}/{path}", headers=headers, stream=True, timeout=_TIMEOUT)
            if response.status_code in (200, 206):
                return response
            refusal = f"{remote} answered {response.status_code} {response.reason}"
            response.close()
        if response.status_code in _TEMPORARY or response.status_code >= 500:
            raise self.connection_error(refusal)
        raise _unreachable(jar, refusal)

    def _session(self) -> Any:
        """Return this thread's session; requests does not promise that threads can share one."""
        if not hasattr(self._local, "session"):
            self._local.session = self._new_session()
        return self._local.session


class _Tally:
    """Bytes received of each jar; their sum is passed to a progress callback, one call at a time."""

    def __init__(self, progress: Progress) -> None:
        self.total = 0
        self._progress = progress
        self._lock = threading.Lock()
        self._sizes: dict[LockedJar, int] = {}
        self._sum = 0

    def set(self, jar: LockedJar, size: int) -> None:
        with self._lock:
            self._sum += size - self._sizes.get(jar, 0)
            self._sizes[jar] = size
            self._progress(self._sum, self.total)


class _Stopped(Exception):
    """Another jar failed, or the user interrupted; the bytes received so far stay for a later run."""


def _differs_from_lock(jar: LockedJar, actual: str, expected: str) -> ConfigurationError:
    return ConfigurationError(
        f"{jar.coordinates} was fetched but is not the file that was locked ({actual}, expected {expected}); "
        "it was deleted. A proxy may have answered with a page of its own, or a mirror may hold another file: "
        "check the network's proxy and the repositories in jgo's settings, then run this again."
    )


def _unreachable(jar: LockedJar, reason: object) -> ConfigurationError:
    return ConfigurationError(
        f"Neo4j's files could not be fetched ({jar.coordinates}: {reason}). Run this once with a network; it "
        "resumes where it stopped. Or set NEO4J_URI to use a Neo4j of your own."
    )
