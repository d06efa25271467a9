"""Finding: by words, parts of words, tags, numbers and types, with facets, and page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice
from typing import Any

from benchmarks.answers import FacetsForm
from benchmarks.bench import SIZES, SMALL, Bench, World
from benchmarks.contenders.ours import Ours
from benchmarks.history import History
from benchmarks.measure import Trial, measurement
from benchmarks.targets import faster, within
from catalog_graph.facets import SAMPLE_SIZE
from catalog_graph.query.selection import Selection

EVERYWHERE = frozenset({"quick", "bench", "million"})
HITS = 50
"""Hits on a page."""
NEWEST = 100
PAGE = 1000
YARDSTICK = "exp-00007"
"""Search of FlowyML in place of one that it does not support: of all texts here, the one that it finds fastest."""
ONE_HOUR = "service, made in one hour"
HUNDRED = f"flowyml@{SIZES['bench']}"
RARE = [faster("local", 5, "flowyml"), within("service", 0.25, HUNDRED), within("service", 2, f"service@{SMALL}")]
COMMON = [faster("local", 5, "flowyml"), within("service", 0.5, HUNDRED)]

Entry = dict[str, Any]


@dataclass(frozen=True)
class Search:
    """A search, and the condition of its hits; all hits match equally well, so the newest come first."""

    name: str
    title: str
    text: str
    """The search in the query language."""
    holds: Callable[[Entry], bool]
    common: bool = False
    """True if the number of hits grows with the catalog; otherwise there are about 200 hits or fewer."""
    flowyml: str = ""
    """FlowyML's search text with the same hits; empty if FlowyML does not support the search."""
    bare: str = ""
    """Cypher that counts the hits by one of Neo4j's indexes: a lower bound of the time."""


SEARCHES = [
    Search("word_rare", "A rare word", "exp-00007", lambda e: _experiment(e) == "exp-00007", flowyml="exp-00007"),
    Search(
        "part_rare",
        "A part of a rare word",
        "xp-00007",
        lambda e: _experiment(e) == "exp-00007",
        flowyml="xp-00007",
        bare="MATCH (a:Artifact) WHERE a.search_text CONTAINS $part RETURN count(a)",
    ),
    Search(
        "tag_rare", "A rare tag", "experiment:exp-00007", lambda e: _experiment(e) == "exp-00007", flowyml="exp-00007"
    ),
    Search(
        "tags_rare_and_common",
        "A rare tag and a common one",
        "experiment:exp-00007 stage:production",
        lambda e: _experiment(e) == "exp-00007" and _in_production(e),
    ),
    Search(
        "numbers",
        "A range of numbers",
        "f1_score>=0.95 f1_score<0.96",
        lambda e: 0.95 <= float(e["tags"]["f1_score"]) < 0.96,
    ),
    Search(
        "metric",
        "A metric in the metadata",
        "metrics.auc>=0.95",
        lambda e: float(e["metadata"].get("metrics", {}).get("auc", 0)) >= 0.95,
        common=True,
    ),
    Search("word_common", "A common word", "model", lambda e: _is_model(e), common=True, flowyml="model"),
    Search(
        "part_common",
        "A part of a common word",
        "raud",
        lambda e: "fraud" in str(e["source_pipeline"]),
        common=True,
        flowyml="raud",
    ),
    Search(
        "tag_common", "A common tag", "stage:production", lambda e: _in_production(e), common=True, flowyml="production"
    ),
    Search(
        "tags_common",
        "Two common tags",
        "stage:production team:team-07",
        lambda e: _in_production(e) and e["tags"]["team"] == "team-07",
        common=True,
    ),
    Search(
        "word_tag_type",
        "A common word, a common tag and a type together",
        "fraud stage:production type:Model",
        lambda e: "fraud" in str(e["source_pipeline"]) and _in_production(e) and _is_model(e),
        common=True,
    ),
]


FACETED = next(search for search in SEARCHES if search.name == "tag_common")


def _experiment(entry: Entry) -> str:
    return str(entry["tags"]["experiment"])


def _in_production(entry: Entry) -> bool:
    return bool(entry["tags"]["stage"] == "production")


def _is_model(entry: Entry) -> bool:
    return bool(entry["artifact_type"] == "Model")


@cache
def _expected(history: History) -> dict[str, list[str]]:
    """Return the expected ids by the name of the search, newest first, from one scan of the history."""
    ids: dict[str, list[str]] = {search.name: [] for search in SEARCHES}
    missing = SEARCHES
    for position in range(history.size - 1, -1, -1):
        entry = history.entry(position)
        for search in missing:
            if search.holds(entry):
                ids[search.name].append(entry["artifact_id"])
        missing = [search for search in missing if len(ids[search.name]) < HITS]
        if not missing:
            break
    return ids


def _ours(bench: Bench, call: Callable[[Ours, History], Callable[[], Any]]) -> dict[str, Trial]:
    """Return trials of the local backend and the service; answers are compared only at the stage's own size."""
    world = bench.world()
    local = {"local": Trial(call(world.local, world.history))} if bench.has_local else {}
    compares: dict[str, dict[str, Any]] = {suffix: {"compare": None} if suffix else {} for suffix in bench.worlds}
    services = {
        f"service{suffix}": Trial(call(each.service, each.history), **compares[suffix])
        for suffix, each in bench.worlds.items()
    }
    return {**local, **services}


def _flowyml(bench: Bench, text: str, limit: int = HITS) -> dict[str, Trial]:
    """Return a trial of FlowyML's search for `text`, or for the yardstick, in at most 100,000 artifacts."""
    compare: dict[str, Any] = {} if text and not bench.is_large else {"compare": None}
    world = bench.world(min(bench.size, SIZES["bench"]))
    label = "flowyml" if not bench.is_large else HUNDRED
    return {label: Trial(lambda: world.flowyml.search(text or YARDSTICK, limit), rounds=9, **compare)}


def _trials(search: Search, bench: Bench) -> dict[str, Trial]:
    selection, bolt = Selection(text=search.text), bench.world().bolt
    return {
        "history": Trial(lambda: _expected(bench.world().history)[search.name], rounds=0),
        **_flowyml(bench, search.flowyml),
        **_ours(bench, lambda ours, _: partial(ours.find, selection, HITS)),
        **({"bolt": Trial(lambda: bolt.query(search.bare, part=search.text), compare=None)} if search.bare else {}),
    }


def _note(search: Search) -> str:
    flowyml = f"`{search.flowyml}`" if search.flowyml else f"`{YARDSTICK}`, since it does not support this one"
    bare = " Bare Bolt: the number of hits, by Neo4j's index alone." if search.bare else ""
    return f"The newest {HITS} of `{search.text}`. FlowyML: its search for {flowyml}.{bare}"


for _search in SEARCHES:
    measurement(
        _search.name,
        _search.title,
        rounds=21,
        stages=EVERYWHERE,
        targets=COMMON if _search.common else RARE,
        note=_note(_search),
    )(partial(_trials, _search))


@measurement(
    "one_hour",
    "All of these searches, one after the other: of artifacts that were made over months, and in one hour",
    rounds=9,
    stages=frozenset({"quick", "bench"}),
    targets=[within(ONE_HOUR, 1.5, "service")],
    note="An import may make a whole catalog within an hour; the hours of the newest artifacts then select nothing.",
)
def one_hour(bench: Bench) -> dict[str, Trial]:
    """Compare two services with the same artifacts but for their instants."""
    selections = [Selection(text=search.text) for search in SEARCHES]

    def trial(world: World) -> Trial:
        ours = world.service
        return Trial(lambda: [[entry.id for entry in ours.find(each, HITS)] for each in selections], compare=list)

    return {"service": trial(bench.world()), ONE_HOUR: trial(bench.world(in_one_hour=True))}


@measurement(
    "facets",
    "A common tag, with facets: counts by type and by team",
    rounds=21,
    stages=EVERYWHERE,
    targets=COMMON,
    note=(
        f"The newest {HITS} of `{FACETED.text}`, and the counts in the newest {SAMPLE_SIZE:,}. FlowyML: its search "
        f"for `{FACETED.flowyml}`, without counts."
    ),
)
def facets(bench: Bench) -> dict[str, Trial]:
    """Count facets of the hits of `tag_common`."""
    selection, history = Selection(text=FACETED.text), bench.world().history
    [(label, trial)] = _flowyml(bench, FACETED.flowyml).items()
    return {
        "history": Trial(lambda: _expected_facets(history), rounds=0),
        label: replace(trial, compare=None),
        **_ours(bench, lambda ours, _: partial(ours.with_facets, selection, HITS, ("type", "team"))),
    }


def _expected_facets(history: History) -> FacetsForm:
    entries = map(history.entry, range(history.size - 1, -1, -1))
    newest = list(islice(filter(FACETED.holds, entries), SAMPLE_SIZE + 1))
    sample = newest[:SAMPLE_SIZE]
    by_type = Counter(entry["artifact_type"] for entry in sample)
    by_team = Counter(entry["tags"]["team"] for entry in sample)
    ids = [entry["artifact_id"] for entry in newest[:HITS]]
    return FacetsForm(ids, {"type": by_type, "team": by_team}, len(sample), len(newest) == len(sample))


@measurement(
    "newest_of_type",
    f"The newest {NEWEST} of a type",
    rounds=21,
    stages=EVERYWHERE,
    targets=RARE,
    note="FlowyML: its search for `Model`, and its list of that type.",
)
def newest_of_type(bench: Bench) -> dict[str, Trial]:
    """Find the newest models."""
    models = Selection(artifact_type="Model")
    by_search = _flowyml(bench, "Model", NEWEST)
    [(label, trial)] = by_search.items()
    world = bench.world(min(bench.size, SIZES["bench"]))
    by_list = Trial(lambda: world.flowyml.of_type("Model", NEWEST), rounds=trial.rounds, compare=trial.compare)
    name, at, size = label.partition("@")
    return {
        **by_search,
        f"{name}, its list{at}{size}": by_list,
        **_ours(bench, lambda ours, _: partial(ours.find, models, NEWEST)),
    }


@measurement(
    "page",
    f"Page {PAGE:,} of a list of everything, by its cursor",
    rounds=21,
    stages=EVERYWHERE,
    targets=RARE,
    note=f"{HITS} a page; of 10,000 artifacts, the page in the middle. FlowyML: its search for `{YARDSTICK}`.",
)
def page(bench: Bench) -> dict[str, Trial]:
    """Read the page; the pages before it are read in advance."""
    history = bench.world().history
    start = history.size - 1 - _before_page(history)
    return {
        "history": Trial(lambda: [history.id_of(at) for at in range(start, start - HITS, -1)], rounds=0),
        **_flowyml(bench, ""),
        **_ours(bench, _page),
    }


def _page(ours: Ours, history: History) -> Callable[[], Any]:
    return partial(ours.find, Selection(), HITS, ours.cursor_after(_before_page(history)))


def _before_page(history: History) -> int:
    """Return the number of artifacts before the page."""
    return min((PAGE - 1) * HITS, history.size // 2)
