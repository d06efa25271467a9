"""ML Metadata, in a process and an environment of its own: `make bench` makes it where it can."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.answers import Cone, depths_from
from benchmarks.history import History
from benchmarks.measure import Timed

MOST_HOPS = 100
"""More hops than these ML Metadata does not take; two are one hop from artifact to artifact."""
WORKER = Path(__file__).with_name("mlmd_worker.py")


class NotInstalled(RuntimeError):
    """ML Metadata cannot be had here: it needs Python 3.11 at most."""


class MLMetadata:
    """The worker, with `history` in it."""

    def __init__(self, python: Path, history: History, folder: Path) -> None:
        if not python.exists():
            raise NotInstalled("ML Metadata is not installed: it needs Python 3.11, and none was found")
        self._log = (folder / "mlmd.log").open("wb")
        self._worker = subprocess.Popen(
            [python, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        entries = folder / "history.ndjson"
        with entries.open("w") as lines:
            lines.writelines(json.dumps(entry) + "\n" for entry in history.entries())
        self._ask({"load": str(entries), "file": str(folder / "mlmd.db")})

    def deepest(self, artifact_id: str) -> Timed:
        """The deepest question that it takes: 100 of its hops, 50 from artifact to artifact."""
        answer = self._ask({"cone": artifact_id, "hops": MOST_HOPS})
        depths = depths_from(artifact_id, answer["edges"])
        if depths.keys() != set(answer["ids"]) - {artifact_id}:
            raise AssertionError("ML Metadata's artifacts are not those of its events")
        return Timed(Cone(depths, [(child, parent) for child, parent in answer["edges"]]), answer["seconds"])

    def close(self) -> None:
        """End the worker."""
        assert self._worker.stdin is not None
        self._worker.stdin.close()
        self._worker.wait(30)
        self._log.close()

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        self._worker.stdin.write(json.dumps(command) + "\n")
        self._worker.stdin.flush()
        line = self._worker.stdout.readline()
        if not line:
            raise RuntimeError(f"ML Metadata stopped; see {self._log.name}")
        answer: dict[str, Any] = json.loads(line)
        return answer
