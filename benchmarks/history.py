"""An artificial history of machine-learning pipelines, of any length and reproducible by its seed.

Each pipeline runs once a day and makes ten artifacts a run:

    raw ─ cleaned ─┬─ features_a ─┬─ joined ─┬─ train ─ model ─┬─ metrics ─ report
                   └─ features_b ─┘          └─ test ──────────┘

Edges between these diamonds: raw data that extends yesterday's, reference data that hundreds of runs read, cleaned data
and joined features that other pipelines reuse, models retrained from yesterday's (chains of hundreds), distilled from
another pipeline's, or tuned by yesterday's metrics. The last artifact also reviews the models of many pipelines; about
70 % of all artifacts are upstream of it.

Every artifact is computed from its position, so a history of millions takes no memory.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

SLOTS = ("raw", "cleaned", "features_a", "features_b", "joined", "train", "test", "model", "metrics", "report")
TYPES = ("Dataset", "Dataset", "Features", "Features", "Features", "Dataset", "Dataset", "Model", "Metrics", "Report")
RAW, CLEANED, FEATURES_A, FEATURES_B, JOINED, TRAIN, TEST, MODEL, METRICS, REPORT = range(10)
PER_RUN = len(SLOTS)
DOMAINS = ("fraud", "churn", "ranking", "pricing", "credit", "demand", "search", "support", "routing", "imaging")
STARTED = datetime(2024, 1, 1, tzinfo=UTC)
RUNS_PER_PIPELINE = 250
"""Length of a history in days; a larger history has more pipelines, not more days."""

_WORD = 0xFFFF_FFFF_FFFF_FFFF


@dataclass(frozen=True)
class History:
    """A history of `size` artifacts, oldest first, parents before their children."""

    size: int
    seed: int = 7
    in_one_hour: bool = False
    """True if all were created within one hour, as imported ones may be."""

    @property
    def pipelines(self) -> int:
        """Number of pipelines."""
        return max(4, self.size // (PER_RUN * RUNS_PER_PIPELINE))

    @property
    def root(self) -> int:
        """Position of the last artifact, whose upstream cone is about 70 % of the history."""
        return self.size - 1

    def id_of(self, position: int) -> str:
        """Return the id of the artifact at `position`: a UUID, as clients mint them."""
        high, low = _mix(self.seed, position, 1), _mix(self.seed, position, 2)
        return str(uuid.UUID(int=(high << 64) | low, version=4))

    def parents_of(self, position: int) -> list[int]:
        """Return the positions of the parents of the artifact at `position`."""
        run, slot = divmod(position, PER_RUN)
        day, pipeline = divmod(run, self.pipelines)
        parents = self._parents(position, day, pipeline, slot)
        if position == self.root:
            newest = range(max(0, run - self.pipelines), run)[:: max(1, self.pipelines // 20)]
            parents += [r * PER_RUN + MODEL for r in newest]
        return list(dict.fromkeys(p for p in parents if 0 <= p < position))

    def entry(self, position: int) -> dict[str, Any]:
        """Return the thirteen fields of the artifact at `position`."""
        run, slot = divmod(position, PER_RUN)
        day, pipeline = divmod(run, self.pipelines)
        pipeline_name = f"{DOMAINS[pipeline % len(DOMAINS)]}_{pipeline // len(DOMAINS):03d}"
        artifact_id = self.id_of(position)
        age = timedelta(days=day, seconds=pipeline * 86_000 // self.pipelines, microseconds=slot * 900_001)
        created = STARTED + (position * timedelta(hours=1) / self.size if self.in_one_hour else age)
        return {
            "artifact_id": artifact_id,
            "name": f"{pipeline_name}_{SLOTS[slot]}",
            "artifact_type": TYPES[slot],
            "content_hash": hashlib.sha256(artifact_id.encode()).hexdigest(),
            "source_step": f"make_{SLOTS[slot]}",
            "source_run_id": f"run-{day:05d}-{pipeline:05d}",
            "source_pipeline": pipeline_name,
            "parent_ids": [self.id_of(parent) for parent in self.parents_of(position)],
            "tags": self._tags(position),
            "metadata": {
                "rows": _mix(self.seed, position, 3) % 10_000_000,
                "format": "parquet",
                "host": f"worker-{pipeline % 16}",
                **self._results(position, slot),
            },
            "uri": f"s3://lake/{pipeline_name}/{day:05d}/{SLOTS[slot]}.parquet",
            "created_at": created.isoformat(timespec="microseconds"),
            "version": None,
        }

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[dict[str, Any]]:
        """Return the artifacts from `start` up to `stop`, in order; `stop` may lie beyond the history's end."""
        return map(self.entry, range(start, self.size if stop is None else stop))

    def edges(self) -> Iterator[tuple[int, int]]:
        """Return every edge as positions, child first, in the order of the children."""
        return ((child, parent) for child in range(self.size) for parent in self.parents_of(child))

    def _tags(self, position: int) -> dict[str, Any]:
        draw = _mix(self.seed, position, 4)
        return {
            "stage": "production" if draw % 10 < 3 else ("staging", "development")[draw % 2],
            "team": f"team-{(draw >> 8) % 20:02d}",
            "owner": f"owner-{(draw >> 16) % 200:03d}",
            "experiment": f"exp-{(draw >> 24) % max(50, self.size // 200):05d}",
            "f1_score": round(0.5 + ((draw >> 40) % 50_000) / 100_000, 5),
        }

    def _results(self, position: int, slot: int) -> dict[str, Any]:
        """Return the metrics and parameters of a model and of its metrics."""
        if slot not in (MODEL, METRICS):
            return {}
        draw = _mix(self.seed, position, 5)
        metrics = {"auc": round(0.5 + (draw % 50_000) / 100_000, 5), "loss": round((draw >> 20) % 90_000 / 100_000, 5)}
        return {"metrics": metrics, "params": {"lr": 10.0 ** -(draw % 5), "depth": 4 + draw % 9, "optimizer": "adam"}}

    def _parents(self, position: int, day: int, pipeline: int, slot: int) -> list[int]:
        def at(days_ago: int, of: int, other: int = pipeline) -> int:
            return ((day - days_ago) * self.pipelines + other) * PER_RUN + of

        def sometimes(chance: float, salt: int, parent: int) -> list[int]:
            return [parent] if _mix(self.seed, position, salt) < chance * 2**64 else []

        days_ago = 1 + _mix(self.seed, position, 10) % 3
        neighbour = _mix(self.seed, position, 11) % self.pipelines
        match slot:
            case 0:
                return sometimes(0.5, 20, at(1, RAW))
            case 1:
                return [at(0, RAW), *sometimes(0.2, 21, at(day % 30, CLEANED, 0))]
            case 2:
                return [at(0, CLEANED), *sometimes(0.5, 22, at(1, FEATURES_A))]
            case 3:
                return [at(0, CLEANED), *sometimes(0.8, 23, at(days_ago, CLEANED, neighbour))]
            case 4:
                return [at(0, FEATURES_A), at(0, FEATURES_B), *sometimes(0.4, 24, at(days_ago, JOINED, neighbour))]
            case 5:
                return [at(0, JOINED), *sometimes(0.6, 25, at(1, TRAIN))]
            case 6:
                return [at(0, JOINED), *sometimes(0.5, 31, at(7, TEST))]
            case 7:
                retrained = sometimes(0.99, 26, at(1, MODEL))
                distilled = sometimes(0.3, 27, at(days_ago, MODEL, neighbour))
                return [at(0, TRAIN), *retrained, *distilled, *sometimes(0.12, 28, at(1, METRICS))]
            case 8:
                return [at(0, MODEL), at(0, TEST)]
            case _:
                return [at(0, METRICS), at(0, MODEL), *sometimes(0.5, 29, at(1, METRICS))]


def in_batches(entries: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield `entries` in lists of at most `size`."""
    while batch := list(islice(entries, size)):
        yield batch


def _mix(seed: int, position: int, salt: int) -> int:
    """Return a hash of three numbers in 64 bits (the finaliser of splitmix64)."""
    z = (position * 0x9E37_79B9_7F4A_7C15 + salt * 0xD1B5_4A32_D192_ED03 + seed * 0x8CB9_2BA7_2F3D_8DD7) & _WORD
    z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & _WORD
    z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & _WORD
    return z ^ (z >> 31)
