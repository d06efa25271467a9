"""ML Metadata, in its own process and environment, which `make bench` creates if possible."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.answers import Cone, depths_from
from benchmarks.history import History
from benchmarks.measure import Timed

MAX_HOPS = 100
"""Maximum hops of ML Metadata; two of them lead from one artifact to the next."""
WORKER = Path(__file__).with_name("mlmd_worker.py")


class NotInstalled(RuntimeError):
    """ML Metadata is not installed: it needs Python 3.11 or older."""


class MLMetadata:
    """A worker process whose store holds `history`."""

    def __init__(self, python: Path, history: History, folder: Path) -> None:
        if not python.exists():
            raise NotInstalled("ML Metadata is not installed: it needs Python 3.11, which this machine does not have")
        self._log = (folder / "mlmd.log").open("wb")
        self._worker = subprocess.Popen(
            [python, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        entries = folder / "history.ndjson"
        with entries.open("w") as lines:
            lines.writelines(json.dumps(entry) + "\n" for entry in history.entries())
        self._send({"load": str(entries), "file": str(folder / "mlmd.db")})

    def deepest(self, artifact_id: str) -> Timed:
        """Return the deepest cone that it supports: 100 of its hops, which are 50 generations."""
        answer = self._send({"cone": artifact_id, "hops": MAX_HOPS})
        depths = depths_from(artifact_id, answer["edges"])
        if depths.keys() != set(answer["ids"]) - {artifact_id}:
            raise AssertionError("the artifacts of ML Metadata's answer differ from those of its events")
        return Timed(Cone(depths, [(child, parent) for child, parent in answer["edges"]]), answer["seconds"])

    def close(self) -> None:
        """End the worker."""
        assert self._worker.stdin is not None
        self._worker.stdin.close()
        self._worker.wait(30)
        self._log.close()

    def _send(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        self._worker.stdin.write(json.dumps(command) + "\n")
        self._worker.stdin.flush()
        line = self._worker.stdout.readline()
        if not line:
            raise RuntimeError(f"ML Metadata stopped; see {self._log.name}")
        answer: dict[str, Any] = json.loads(line)
        return answer
