"""One form for the answers of all contenders, so that they can be held equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, NamedTuple

from catalog_graph.answers.difference import Difference
from catalog_graph.answers.impact import Impact
from catalog_graph.answers.paths import Paths
from catalog_graph.artifact import CatalogEntry, Neighbours
from catalog_graph.lineage import Lineage
from catalog_graph.page import Page
from catalog_graph.promotion.report import Outcome, PromotionReport


class ConeForm(NamedTuple):
    """A cone in the form in which all must agree."""

    nodes: dict[str, int]
    """Depth by id."""
    edges: set[tuple[str, str]]
    """Ids, child first."""
    total: int


class HopForm(NamedTuple):
    """Direct neighbours in the form in which all must agree."""

    parents: list[str]
    children: list[str]


class FoundForm(NamedTuple):
    """What a search finds in the form in which all must agree."""

    ids: list[str]
    """In the order of the answer."""


class ImpactForm(NamedTuple):
    """What a change reaches in the form in which all must agree."""

    counts: dict[str, dict[Any, int]]
    """By type, pipeline and depth."""
    nodes: dict[str, int]
    """What is listed: depth by id."""
    total: int
    production: int
    reasons: dict[str, int]
    """How long the way is to what is in production and listed, by id."""


class PathsForm(NamedTuple):
    """Ways between two artifacts in the form in which all must agree."""

    number: int | None
    """Of all of them."""
    paths: list[list[str]]
    """Ids, in the order of the answer."""


class GateForm(NamedTuple):
    """What a policy says in the form in which all must agree."""

    outcome: str
    rules: list[tuple[str, Outcome, int]]
    """Of each what it is called, what came of it, and how many offend it."""
    ways: list[list[str]]
    """To those that are listed, as ids."""


class DifferenceForm(NamedTuple):
    """How two ancestries differ in the form in which all must agree."""

    common: list[str]
    """What is listed of what both have."""
    left: list[str]
    right: list[str]
    pairs: list[tuple[str, str, bool]]
    totals: list[int]
    """Of these four."""


class FacetsForm(NamedTuple):
    """A page with facets in the form in which all must agree."""

    ids: list[str]
    counts: dict[str, dict[str, int]]
    """By facet and value."""
    counted: int
    complete: bool


@dataclass
class Cone:
    """The answer of a contender without an answer type of its own: depth by id, edges as ids, child first."""

    depths: dict[str, int]
    edges: list[tuple[str, str]]
    total: int | None = None


def depths_from(root: str, edges: Iterable[Sequence[str]]) -> dict[str, int]:
    """How far each artifact is from `root` along edges (child, parent); the root left out."""
    parents: dict[str, list[str]] = {}
    for child, parent in edges:
        parents.setdefault(child, []).append(parent)
    depths, level = {root: 0}, [root]
    while level:
        following = dict.fromkeys(p for child in level for p in parents.get(child, ()) if p not in depths)
        depths |= dict.fromkeys(following, depths[level[0]] + 1)
        level = list(following)
    del depths[root]
    return depths


@singledispatch
def canonical(answer: Any) -> Any:
    """The comparable form of an answer: of values that are no cone or entry, themselves."""
    return answer


@canonical.register
def _(answer: Cone) -> ConeForm:
    return ConeForm(answer.depths, set(answer.edges), len(answer.depths) if answer.total is None else answer.total)


@canonical.register
def _(answer: Lineage) -> ConeForm:
    depths = dict(zip(answer.columns.artifact_id, answer.columns.depth, strict=True))
    if len(depths) != len(answer.columns):
        raise AssertionError("an artifact is twice in one lineage")
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
    ways = [[card.artifact_id for card in each.path] for result in answer.results for each in result.offenders]
    return GateForm(answer.outcome, rules, ways)


@canonical.register
def _(answer: Difference) -> DifferenceForm:
    lists = (answer.common, answer.only_left, answer.only_right)
    common, left, right = ([card.artifact_id for card in listed.cards] for listed in lists)
    pairs = [(pair.left.artifact_id, pair.right.artifact_id, pair.same_content) for pair in answer.pairs]
    totals = [*(listed.total for listed in lists), answer.pairs_total]
    return DifferenceForm(common, left, right, pairs, totals)


@canonical.register
def _(answer: Neighbours) -> HopForm:
    return HopForm(sorted(e.artifact_id for e in answer.parents), sorted(e.artifact_id for e in answer.children))


@canonical.register(list)
def _(answer: list[Any]) -> FoundForm:
    """Entries of a search, ours or FlowyML's, or ids alone."""
    return FoundForm([found if isinstance(found, str) else found.artifact_id for found in answer])


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
    """A `get_lineage` answer, or an entry."""
    if "children" in answer and "parents" in answer:
        parents, children = ([e["artifact_id"] for e in answer[key]] for key in ("parents", "children"))
        return HopForm(sorted(parents), sorted(children))
    return entry_form(answer)


def entry_form(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What all contenders keep alike of an entry: all but its version, which ours number."""
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
    """A form in a few words."""
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
    return f"{form.total:,} artifacts, {depth} deep; {listed}, {len(form.reasons)} of these with a way"


@summary.register
def _(form: PathsForm) -> str:
    edges = [len(path) - 1 for path in form.paths]
    many = f"{form.number:,}" if form.number is not None and form.number < 1e9 else f"{form.number or 0:.1e}"
    return f"{len(edges)} of {many} ways, of {min(edges)} to {max(edges)} edges" if edges else "no way"


@summary.register
def _(form: GateForm) -> str:
    held = sum(outcome == "pass" for _, outcome, _ in form.rules)
    offending = sum(total for _, _, total in form.rules)
    return f"{held} of {len(form.rules)} rules hold; {offending:,} artifacts offend, {len(form.ways)} of them listed"


@summary.register
def _(form: DifferenceForm) -> str:
    common, left, right, pairs = form.totals
    return f"{common:,} artifacts in common, {left:,} and {right:,} in one alone, {pairs:,} pairs"


@summary.register
def _(form: HopForm) -> str:
    return f"{len(form.parents)} parents, {len(form.children)} children"


@summary.register
def _(form: FoundForm) -> str:
    return f"{len(form.ids)} artifacts, the first {form.ids[0]!r}" if form.ids else "none"


@summary.register
def _(form: FacetsForm) -> str:
    values = ", ".join(f"{len(values)} values of {key}" for key, values in form.counts.items())
    newest = "all" if form.complete else "the newest"
    return f"{len(form.ids)} artifacts, and {values} in {newest} {form.counted:,}"


@summary.register(dict)
def _(form: dict[str, Any]) -> str:
    return f"the entry {form.get('artifact_id', '')!r}"
