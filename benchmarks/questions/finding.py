"""Finding: by words and parts of them, tags, numbers and types, with facets, and page after page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice
from typing import Any

from benchmarks.answers import FacetsForm
from benchmarks.bench import SIZES, SMALL, Bench
from benchmarks.contenders.ours import Ours
from benchmarks.history import History
from benchmarks.measure import Ask, measurement
from benchmarks.targets import faster, within
from catalog_graph.facets import SAMPLE_SIZE
from catalog_graph.query.selection import Selection

EVERYWHERE = frozenset({"quick", "bench", "million"})
HITS = 50
"""On one page."""
NEWEST = 100
PAGE = 1000
YARDSTICK = "exp-00007"
"""What FlowyML searches for where it has no such question: of all texts here, the one that it finds soonest."""
HUNDRED = f"flowyml@{SIZES['bench']}"
RARE = [faster("local", 5, "flowyml"), within("service", 0.25, HUNDRED), within("service", 2, f"service@{SMALL}")]
COMMON = [faster("local", 5, "flowyml"), within("service", 0.5, HUNDRED)]

Entry = dict[str, Any]


@dataclass(frozen=True)
class Sought:
    """A search, and which artifacts of the history it finds; the newest come first, for none fits better."""

    name: str
    title: str
    text: str
    """In the query language."""
    holds: Callable[[Entry], bool]
    common: bool = False
    """Whether it finds a share of everything, in a catalog of any size; if not, some 200 artifacts or few of those."""
    flowyml: str = ""
    """What FlowyML searches for to find the same."""
    bare: str = ""
    """The Cypher that counts the same by one of Neo4j's indexes, which is the least that it can take."""


SOUGHT = [
    Sought("word_rare", "A rare word", "exp-00007", lambda e: _experiment(e) == "exp-00007", flowyml="exp-00007"),
    Sought(
        "part_rare",
        "A part of a rare word",
        "xp-00007",
        lambda e: _experiment(e) == "exp-00007",
        flowyml="xp-00007",
        bare="MATCH (a:Artifact) WHERE a.search_text CONTAINS $part RETURN count(a)",
    ),
    Sought(
        "tag_rare", "A rare tag", "experiment:exp-00007", lambda e: _experiment(e) == "exp-00007", flowyml="exp-00007"
    ),
    Sought(
        "tags_rare_and_common",
        "A rare tag and a common one",
        "experiment:exp-00007 stage:production",
        lambda e: _experiment(e) == "exp-00007" and _in_production(e),
    ),
    Sought(
        "numbers",
        "A range of numbers",
        "f1_score>=0.95 f1_score<0.96",
        lambda e: 0.95 <= float(e["tags"]["f1_score"]) < 0.96,
    ),
    Sought("word_common", "A common word", "model", lambda e: _is_model(e), common=True, flowyml="model"),
    Sought(
        "part_common",
        "A part of a common word",
        "raud",
        lambda e: "fraud" in str(e["source_pipeline"]),
        common=True,
        flowyml="raud",
    ),
    Sought(
        "tag_common", "A common tag", "stage:production", lambda e: _in_production(e), common=True, flowyml="production"
    ),
    Sought(
        "tags_common",
        "Two common tags",
        "stage:production team:team-07",
        lambda e: _in_production(e) and e["tags"]["team"] == "team-07",
        common=True,
    ),
    Sought(
        "word_tag_type",
        "A common word, a common tag and a type together",
        "fraud stage:production type:Model",
        lambda e: "fraud" in str(e["source_pipeline"]) and _in_production(e) and _is_model(e),
        common=True,
    ),
]


FACETED = next(sought for sought in SOUGHT if sought.name == "tag_common")


def _experiment(entry: Entry) -> str:
    return str(entry["tags"]["experiment"])


def _in_production(entry: Entry) -> bool:
    return bool(entry["tags"]["stage"] == "production")


def _is_model(entry: Entry) -> bool:
    return bool(entry["artifact_type"] == "Model")


@cache
def _expected(history: History) -> dict[str, list[str]]:
    """By name of what is sought: the ids that are to be found, from one reading of the history, the newest first."""
    found: dict[str, list[str]] = {sought.name: [] for sought in SOUGHT}
    missing = SOUGHT
    for position in range(history.size - 1, -1, -1):
        entry = history.entry(position)
        for sought in missing:
            if sought.holds(entry):
                found[sought.name].append(entry["artifact_id"])
        missing = [sought for sought in missing if len(found[sought.name]) < HITS]
        if not missing:
            break
    return found


def _ours(bench: Bench, call: Callable[[Ours, History], Callable[[], Any]]) -> dict[str, Ask]:
    """The local backend and the service; only at the size of the stage is the answer compared."""
    world = bench.world()
    local = {"local": Ask(call(world.local, world.history))} if bench.has_local else {}
    compares: dict[str, dict[str, Any]] = {suffix: {"compare": None} if suffix else {} for suffix in bench.worlds}
    services = {
        f"service{suffix}": Ask(call(each.service, each.history), **compares[suffix])
        for suffix, each in bench.worlds.items()
    }
    return {**local, **services}


def _flowyml(bench: Bench, text: str, limit: int = HITS) -> dict[str, Ask]:
    """FlowyML's search for `text` (for the yardstick, if it has no such question), in 100,000 artifacts at the most."""
    compare: dict[str, Any] = {} if text and bench.stage != "million" else {"compare": None}
    world = bench.world(min(bench.size, SIZES["bench"]))
    label = "flowyml" if bench.stage != "million" else HUNDRED
    return {label: Ask(lambda: world.flowyml.search(text or YARDSTICK, limit), rounds=9, **compare)}


def _asks(sought: Sought, bench: Bench) -> dict[str, Ask]:
    selection, bolt = Selection(text=sought.text), bench.world().bolt
    return {
        "history": Ask(lambda: _expected(bench.world().history)[sought.name], rounds=0),
        **_flowyml(bench, sought.flowyml),
        **_ours(bench, lambda ours, _: partial(ours.found, selection, HITS)),
        **({"bolt": Ask(lambda: bolt.query(sought.bare, part=sought.text), compare=None)} if sought.bare else {}),
    }


def _note(sought: Sought) -> str:
    searched = f"`{sought.flowyml}`" if sought.flowyml else f"`{YARDSTICK}`, for it has no such question"
    counted = " Bare Bolt: how many there are, by Neo4j's index alone." if sought.bare else ""
    return f"The newest {HITS} of `{sought.text}`. FlowyML: its search for {searched}.{counted}"


for _sought in SOUGHT:
    measurement(
        _sought.name,
        _sought.title,
        rounds=21,
        stages=EVERYWHERE,
        targets=COMMON if _sought.common else RARE,
        note=_note(_sought),
    )(partial(_asks, _sought))


@measurement(
    "facets",
    "A common tag, with facets: how many of each type and of each team",
    rounds=21,
    stages=EVERYWHERE,
    targets=COMMON,
    note=(
        f"The newest {HITS} of `{FACETED.text}`, and beside them the counts in the newest {SAMPLE_SIZE:,}. FlowyML: "
        f"its search for `{FACETED.flowyml}`, without counts."
    ),
)
def facets(bench: Bench) -> dict[str, Ask]:
    """Of what `tag_common` finds."""
    selection, history = Selection(text=FACETED.text), bench.world().history
    [(label, searched)] = _flowyml(bench, FACETED.flowyml).items()
    return {
        "history": Ask(lambda: _expected_facets(history), rounds=0),
        label: replace(searched, compare=None),
        **_ours(bench, lambda ours, _: partial(ours.with_facets, selection, HITS, ("type", "team"))),
    }


def _expected_facets(history: History) -> FacetsForm:
    entries = map(history.entry, range(history.size - 1, -1, -1))
    newest = list(islice(filter(FACETED.holds, entries), SAMPLE_SIZE + 1))
    counted = newest[:SAMPLE_SIZE]
    by_type = Counter(entry["artifact_type"] for entry in counted)
    by_team = Counter(entry["tags"]["team"] for entry in counted)
    ids = [entry["artifact_id"] for entry in newest[:HITS]]
    return FacetsForm(ids, {"type": by_type, "team": by_team}, len(counted), len(newest) == len(counted))


@measurement(
    "newest_of_type",
    f"The newest {NEWEST} of a type",
    rounds=21,
    stages=EVERYWHERE,
    targets=RARE,
    note="FlowyML: its search for `Model`, and its list of that type.",
)
def newest_of_type(bench: Bench) -> dict[str, Ask]:
    """Of models."""
    models = Selection(artifact_type="Model")
    searched = _flowyml(bench, "Model", NEWEST)
    [(label, ask)] = searched.items()
    world = bench.world(min(bench.size, SIZES["bench"]))
    listed = Ask(lambda: world.flowyml.of_type("Model", NEWEST), rounds=ask.rounds, compare=ask.compare)
    name, at, size = label.partition("@")
    return {
        **searched,
        f"{name}, its list{at}{size}": listed,
        **_ours(bench, lambda ours, _: partial(ours.found, models, NEWEST)),
    }


@measurement(
    "page",
    f"Page {PAGE:,} of a list of everything, by its cursor",
    rounds=21,
    stages=EVERYWHERE,
    targets=RARE,
    note=f"{HITS} a page; of 10,000 artifacts, the page in the middle. FlowyML: its search for `{YARDSTICK}`.",
)
def page(bench: Bench) -> dict[str, Ask]:
    """The pages before it are read before the time begins."""
    history = bench.world().history
    start = history.size - 1 - _before_page(history)
    return {
        "history": Ask(lambda: [history.id_of(at) for at in range(start, start - HITS, -1)], rounds=0),
        **_flowyml(bench, ""),
        **_ours(bench, _page),
    }


def _page(ours: Ours, history: History) -> Callable[[], Any]:
    return partial(ours.found, Selection(), HITS, ours.cursor_behind(_before_page(history)))


def _before_page(history: History) -> int:
    """How many artifacts are listed before the page."""
    return min((PAGE - 1) * HITS, history.size // 2)
