"""The deepest lineage that ML Metadata supports, at 20,000 artifacts."""

from __future__ import annotations

from typing import Any

from benchmarks.answers import ConeForm, canonical
from benchmarks.bench import Bench
from benchmarks.contenders.mlmd import MAX_HOPS, NotInstalled
from benchmarks.measure import Trial, measurement
from benchmarks.targets import faster

SIZE = 20_000
DEPTH = MAX_HOPS // 2
"""Generations: two of ML Metadata's hops lead from an artifact over an execution to the next artifact."""


@measurement(
    "mlmd",
    f"{DEPTH} generations upstream at {SIZE:,} artifacts, the deepest that ML Metadata supports",
    rounds=15,
    targets=[faster("service", 1, "mlmd"), faster("local", 1, "mlmd")],
    note=(
        f"ML Metadata supports at most {MAX_HOPS} hops, which are {DEPTH} generations, and does not report that the "
        "lineage goes deeper; our answers have `stopped_by: depth`. The artifacts, their depths and the edges that "
        "begin above the last generation are compared. ML Metadata runs in its own process and returns whole artifacts."
    ),
)
def mlmd(bench: Bench) -> dict[str, Trial]:
    """Measure ours alone if ML Metadata is not installed."""
    world = bench.world(SIZE if bench.is_timed else None)
    root = world.root_id
    trials = {}
    try:
        trials["mlmd"] = Trial(lambda contender=world.mlmd: contender.deepest(root), compare=_form)
    except NotInstalled as missing:
        bench.remarks.append(str(missing))
    trials["service"] = Trial(lambda: world.service.backend.upstream(root, depth=DEPTH, limit=None), compare=_form)
    trials["local"] = Trial(lambda: world.local.backend.upstream(root, depth=DEPTH, limit=None), compare=_form)
    return trials


def _form(answer: Any) -> ConeForm:
    """Return the form without edges between artifacts of the last generation, which ML Metadata leaves out."""
    form = canonical(answer)
    inner = {child for child, depth in form.nodes.items() if depth < DEPTH}
    edges = {(child, parent) for child, parent in form.edges if child in inner or child not in form.nodes}
    return ConeForm(form.nodes, edges, form.total)
