"""The deepest question that ML Metadata takes, at 20,000 artifacts."""

from __future__ import annotations

from typing import Any

from benchmarks.answers import ConeForm, canonical
from benchmarks.bench import Bench
from benchmarks.contenders.mlmd import MOST_HOPS, NotInstalled
from benchmarks.measure import Ask, measurement
from benchmarks.targets import faster

SIZE = 20_000
DEPTH = MOST_HOPS // 2
"""Of its hops, two lead from an artifact to another: one to the execution, one on."""


@measurement(
    "mlmd",
    f"{DEPTH} generations upstream at {SIZE:,} artifacts: ML Metadata's deepest question",
    rounds=15,
    targets=[faster("service", 1, "mlmd"), faster("local", 1, "mlmd")],
    note=(
        f"ML Metadata takes at most {MOST_HOPS} hops, which are {DEPTH} generations, and says nothing of what lies "
        "deeper; ours say `stopped_by: depth`. Compared are the artifacts, their depths, and the edges that begin "
        "less deep than that. ML Metadata runs in a process of its own and answers whole artifacts."
    ),
)
def mlmd(bench: Bench) -> dict[str, Ask]:
    """Where ML Metadata cannot be installed, ours answer alone."""
    world = bench.world(SIZE if bench.times_count else None)
    root = world.root_id
    asks = {}
    try:
        asks["mlmd"] = Ask(lambda contender=world.mlmd: contender.deepest(root), compare=_form)
    except NotInstalled as missing:
        bench.remarks.append(str(missing))
    asks["service"] = Ask(lambda: world.service.backend.upstream(root, depth=DEPTH, limit=None), compare=_form)
    asks["local"] = Ask(lambda: world.local.backend.upstream(root, depth=DEPTH, limit=None), compare=_form)
    return asks


def _form(answer: Any) -> ConeForm:
    """Without the edges between the deepest, which ML Metadata leaves out."""
    form = canonical(answer)
    inner = {child for child, depth in form.nodes.items() if depth < DEPTH}
    edges = {(child, parent) for child, parent in form.edges if child in inner or child not in form.nodes}
    return ConeForm(form.nodes, edges, form.total)
