"""Comparable forms of the answers of all contenders, and summaries of these forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, NamedTuple

from catalog_graph.answers.difference import Difference
from catalog_graph.answers.impact import Impact
from catalog_graph.answers.paths import Paths
from catalog_graph.answers.stale import Stale
from catalog_graph.artifact import CatalogEntry, Neighbours
from catalog_graph.lineage import Lineage
from catalog_graph.page import Page
from catalog_graph.promotion.report import Outcome, PromotionReport


class ConeForm(NamedTuple):
    """Comparable form of a cone."""

    nodes: dict[str, int]
    """Depth by id."""
    edges: set[tuple[str, str]]
    """Ids, child first."""
    total: int


class HopForm(NamedTuple):
    """Comparable form of direct neighbours, as sorted ids."""

    parents: list[str]
    children: list[str]


class SearchForm(NamedTuple):
    """Comparable form of a search's hits."""

    ids: list[str]
    """Ids in the order of the answer."""


class ImpactForm(NamedTuple):
    """Comparable form of an impact."""

    counts: dict[str, dict[Any, int]]
    """Counts by type, pipeline and depth."""
    nodes: dict[str, int]
    """Depth by id, of the listed artifacts."""
    total: int
    production: int
    reasons: dict[str, int]
    """Length of the path by id, of the listed artifacts in production."""


class PathsForm(NamedTuple):
    """Comparable form of paths between two artifacts."""

    number: int | None
    """Number of all paths; None if not counted."""
    paths: list[list[str]]
    """Paths as ids, in the order of the answer."""


class GateForm(NamedTuple):
    """Comparable form of a promotion report."""

    outcome: str
    rules: list[tuple[str, Outcome, int]]
    """Name, outcome and number of offenders of each rule."""
    paths: list[list[str]]
    """Paths to the listed offenders, as ids."""


class DifferenceForm(NamedTuple):
    """Comparable form of the difference of two ancestries."""

    common: list[str]
    """Ids of the listed artifacts of both."""
    left: list[str]
    right: list[str]
    pairs: list[tuple[str, str, bool]]
    totals: list[int]
    """Totals of these four lists."""


class StaleForm(NamedTuple):
    """Comparable form of what is stale."""

    inputs: list[tuple[str, int, int]]
    """Id, length of the path and number of newer versions of each listed input."""
    total: int
    remake: list[str]
    """Ids in order."""


class FacetsForm(NamedTuple):
    """Comparable form of a page with facets."""

    ids: list[str]
    counts: dict[str, dict[str, int]]
    """Counts by facet and value."""
    counted: int
    complete: bool


@dataclass
class Cone:
    """The cone of a contender without a type of its own: depth by id, and edges as ids, child first."""

    depths: dict[str, int]
    edges: list[tuple[str, str]]
    total: int | None = None


def depths_from(root: str, edges: Iterable[Sequence[str]]) -> dict[str, int]:
    """Return the distance of each artifact from `root` along edges (child, parent), without the root itself."""
    parents: dict[str, list[str]] = {}
    for child, parent in edges:
        parents.setdefault(child, []).append(parent)
    depths, level = {root: 0}, [root]
    while level:
        next_level = dict.fromkeys(p for child in level for p in parents.get(child, ()) if p not in depths)
        depths |= dict.fromkeys(next_level, depths[level[0]] + 1)
        level = list(next_level)
    del depths[root]
    return depths


@singledispatch
def canonical(answer: Any) -> Any:
    """Return the comparable form of an answer; of any type without a form, the answer itself."""
    return answer


@canonical.register
def _(answer: Cone) -> ConeForm:
    return ConeForm(answer.depths, set(answer.edges), len(answer.depths) if answer.total is None else answer.total)


@canonical.register
def _(answer: Lineage) -> ConeForm:
    depths = dict(zip(answer.columns.artifact_id, answer.columns.depth, strict=True))
    if len(depths) != len(answer.columns):
        raise AssertionError("a lineage contains an artifact twice")
    return ConeForm(depths, set(answer.edges), answer.total)


@canonical.register
def _(answer: Impact) -> ImpactForm:
    return ImpactForm(
        counts={"type": answer.by_type, "pipeline": answer.by_pipeline, "depth": answer.by_depth},
        nodes={card.artifact_id: card.depth for card in answer.nodes},
        total=answer.total,
        production=answer.production.total,
        reasons={path[-1].artifact_id: len(path) - 1 for path in answer.production.paths},
    )


@canonical.register
def _(answer: Paths) -> PathsForm:
    return PathsForm(answer.count, [[card.artifact_id for card in path] for path in answer.paths])


@canonical.register
def _(answer: PromotionReport) -> GateForm:
    rules = [(result.name, result.outcome, result.total) for result in answer.results]
    paths = [[card.artifact_id for card in each.path] for result in answer.results for each in result.offenders]
    return GateForm(answer.outcome, rules, paths)


@canonical.register
def _(answer: Difference) -> DifferenceForm:
    lists = (answer.common, answer.only_left, answer.only_right)
    common, left, right = ([card.artifact_id for card in listed.cards] for listed in lists)
    pairs = [(pair.left.artifact_id, pair.right.artifact_id, pair.same_content) for pair in answer.pairs]
    totals = [*(listed.total for listed in lists), answer.pairs_total]
    return DifferenceForm(common, left, right, pairs, totals)


@canonical.register
def _(answer: Stale) -> StaleForm:
    inputs = [(each.artifact.artifact_id, len(each.path) - 1, each.newer) for each in answer.inputs]
    return StaleForm(inputs, answer.total, [each.artifact.artifact_id for each in answer.remake])


@canonical.register
def _(answer: Neighbours) -> HopForm:
    return HopForm(sorted(e.artifact_id for e in answer.parents), sorted(e.artifact_id for e in answer.children))


@canonical.register(list)
def _(answer: list[Any]) -> SearchForm:
    """Return the form of a search's hits: our entries, FlowyML's, or bare ids."""
    return SearchForm([hit if isinstance(hit, str) else hit.artifact_id for hit in answer])


@canonical.register
def _(answer: Page) -> FacetsForm:
    assert answer.facets is not None
    counts = {key: facet.values for key, facet in answer.facets.by.items()}
    ids = [entry.artifact_id for entry in answer.items]
    return FacetsForm(ids, counts, answer.facets.counted, answer.facets.complete)


@canonical.register
def _(answer: CatalogEntry) -> dict[str, Any]:
    return entry_form(answer.to_dict())


@canonical.register(dict)
def _(answer: dict[str, Any]) -> Any:
    """Return the form of an answer of `get_lineage`, or of an entry."""
    if "children" in answer and "parents" in answer:
        parents, children = ([e["artifact_id"] for e in answer[key]] for key in ("parents", "children"))
        return HopForm(sorted(parents), sorted(children))
    return entry_form(answer)


def entry_form(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry that all contenders store alike; versions differ, since ours are numbered."""
    names = (
        "artifact_id",
        "name",
        "artifact_type",
        "content_hash",
        "source_pipeline",
        "parent_ids",
        "tags",
        "metadata",
    )
    return {name: entry[name] for name in names}


@singledispatch
def summary(form: Any) -> str:
    """Return a form in a few words."""
    return str(form)[:80]


@summary.register
def _(form: ConeForm) -> str:
    total = "" if form.total == len(form.nodes) else f" of {form.total:,}"
    depth = max(form.nodes.values(), default=0)
    return f"{len(form.nodes):,}{total} artifacts, {depth} deep, and {len(form.edges):,} edges"


@summary.register
def _(form: ImpactForm) -> str:
    depth = max(form.counts["depth"], default=0)
    listed = f"{len(form.nodes):,} of them listed, {form.production:,} in production"
    return f"{form.total:,} artifacts, {depth} deep; {listed}, {len(form.reasons)} of these with a path"


@summary.register
def _(form: PathsForm) -> str:
    edges = [len(path) - 1 for path in form.paths]
    total = f"{form.number:,}" if form.number is not None and form.number < 1e9 else f"{form.number or 0:.1e}"
    return f"{len(edges)} of {total} paths, of {min(edges)} to {max(edges)} edges" if edges else "no path"


@summary.register
def _(form: GateForm) -> str:
    passed = sum(outcome == "pass" for _, outcome, _ in form.rules)
    offenders = sum(total for _, _, total in form.rules)
    return f"{passed} of {len(form.rules)} rules hold; {offenders:,} artifacts offend, {len(form.paths)} of them listed"


@summary.register
def _(form: DifferenceForm) -> str:
    common, left, right, pairs = form.totals
    return f"{common:,} artifacts in common, {left:,} and {right:,} in only one, {pairs:,} pairs"


@summary.register
def _(form: StaleForm) -> str:
    return f"{form.total:,} inputs, {len(form.inputs):,} of them listed, {len(form.remake):,} artifacts to make again"


@summary.register
def _(form: HopForm) -> str:
    return f"{len(form.parents)} parents, {len(form.children)} children"


@summary.register
def _(form: SearchForm) -> str:
    return f"{len(form.ids)} artifacts, the first {form.ids[0]!r}" if form.ids else "none"


@summary.register
def _(form: FacetsForm) -> str:
    values = ", ".join(f"{len(values)} values of {key}" for key, values in form.counts.items())
    newest = "all" if form.complete else "the newest"
    return f"{len(form.ids)} artifacts, and {values} in {newest} {form.counted:,}"


@summary.register(dict)
def _(form: dict[str, Any]) -> str:
    return f"the entry {form.get('artifact_id', '')!r}"
