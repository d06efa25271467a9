"""Rendering of `docs/benchmarks.md`, and of the chart in it, from the stored runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import measure, tables
from benchmarks.bench import SIZES, SMALL, Stage
from benchmarks.measure import Result, Series
from benchmarks.plot import Bar, bars_svg
from benchmarks.results import Run, TableResult

NAMES = {
    "flowyml": "FlowyML, local",
    "local": "local backend",
    "service": "service",
    "bolt": "bare Bolt",
    "rustworkx": "rustworkx, in memory",
    "mlmd": "ML Metadata",
    "neo4j": "Neo4j",
}
"""Names of contenders on the page, by the first word of their labels."""
STAGES: dict[Stage, str] = {
    "bench": "100,000 artifacts",
    "million": "1,000,000 artifacts",
    "two_million": "2,000,000 artifacts",
}
REFERENCE = "service"
"""The contender with which the others are compared, if it takes part."""
PLOTTED = (
    "cone",
    "nearest",
    "hop",
    "impact",
    "shortest",
    "diff",
    "gate",
    "get",
    "word_rare",
    "tag_common",
    "tags_common",
    "register_many",
    "register_32",
)

HEAD = """# Benchmarks

This page compares the speed of the catalog with FlowyML's own local catalog, ML Metadata, the same Cypher over bare
Bolt, and a graph in memory. `make bench` writes it. Every figure comes from one of the runs under [machine and
versions](#machine-and-versions).

All contenders hold the same artificial history of pipeline runs. It has diamonds, reused data sets, chains of
hundreds of retrained models, and five tags per artifact. About 70 % of all artifacts are upstream of the last one.

Answers are compared before they are timed: ids, depths, edges and entries, and search results also with a plain scan
of the history. A different answer ends the run. Each contender is then called until it is warm: for a second and a
half, or 150 times. After that, all are called in turn, round after round, so that other load on the machine affects
all of them. In each round, a contender that answers within a second is called five times in a row. Figures are
medians.
"""

LIMITS = """## What limits the speed

**Registering.** The limit is Neo4j itself. Bare Bolt sends the same queries, prepared beforehand, without our code.
The service also reads, checks and merges what arrives over HTTP, and reaches about half of bare Bolt's rate. FlowyML
writes one row and syncs the disk for each artifact, so it is as fast as the disk: 700
to 900 a second with a sync of one millisecond.

Half of a batch's time is the commit, which updates two Lucene indexes. (Without them, a batch takes three fifths of
the database's processor time.) Creating nodes takes a fifth, and creating edges a tenth.

- These changes helped: fewer round trips, locks and look-ups in one query, preparing rows while the database works,
  and larger groups of single registrations.
- These did not: two batches at once (one waits for the version counters of the other), larger regions of the G1
  collector, the parallel collector, and fewer merges of Lucene's segments.
- Writing without the indexes, and moving new artifacts into them in groups, takes a third less time for groups of 32
  and a fifth less for batches. But every search would have to look in two places.

With 32 clients, a single registration takes about 0.7 ms of processor time in the service's process, most of it for
HTTP. Neo4j takes as much, in groups of 32.

**The cone.** The service passes on each artifact's card as the text that its node stores. It neither parses that
text nor writes it as JSON; the client parses the cards when they are first read. About half of the time that the
service adds to the database's is reading rows into Python, which bare Bolt does too, and writing edges as positions.
The rest is one line of JSON for depths and edges, and sending 10 MB through a socket. The first cone of a program
that reads a local file spends half of its time on the names and instants of 71,000 artifacts, one by one, and a
third on the edges. JSON by column, one text by card, all levels in one read, and a recursive query were all slower.
Later questions [do not read again](decisions/local-file.md#lineage-that-is-read-once) what earlier ones have read:
they take a third of that time, the second one half, since it arranges what the first has read.

With the [graph in memory](decisions/graph-memory.md), the database answers only what has changed since. Of the 93 ms
of a cone, walking and sorting take a fifth; the others are joining the cards, one line of JSON, and 10 MB through a
socket into the client. A difference of two ancestries finds in memory what is common, and reads the cards of what one
side alone has and of what is listed. Cheap reads beside ten cones wait longer, in multiples of their own time, than
they did without it: there are five times as many cones in the same time.

**Impact.** The bare count of a closure reads no property. Counting by type and pipeline reads one property, which
holds both, of each artifact. That takes about as long as the traversal, and is nearly all of the time of the answer.
The page and the artifacts in production are read at the same time, on other connections. On a machine whose
processors are busy the ratio is therefore higher: 3.1 for the counts in one such run.

**Searching a million artifacts.** About 4 ms of a request are HTTP, the round trip to the database, and fifty entries
written as JSON and read again. An answer that an index has by itself (a word, a tag, a type, a page of a list) takes
a few milliseconds more, at a million artifacts as at 10,000.

A page shows the newest hits, so Lucene is asked for those alone. Each artifact has a term for the hour of its
creation. The hours of the newest 8,000 artifacts come first, then those of the newest 40,000. For a range of numbers,
that yields 160 hits instead of 20,500, which take 8 ms to collect; for a word, a tag and a type together, 1,200
instead of 31,000. For facets it yields the 2,000 artifacts to be counted, where a walk read the terms of three times
as many.

Part of a rare word is found by Neo4j's trigram index. That index alone takes as long as the target for the whole
answer, or longer (see bare Bolt there). Lucene's wildcards take 73 ms and more.

Three other ways were tried before: reading all artifacts on the way, sorting all hits, and keeping the hits as a set
while walking from the newest artifact. The last one is still used where hours do not help: for several sources at
once, or for a million artifacts created in one hour.
"""

REPEAT = """## How to repeat it

| command | time | |
|---|---|---|
| `make bench-quick` | {quick} | 10,000 artifacts, every question once: compares the answers without times; part of CI |
| `make bench` | {bench} | 100,000 artifacts, and this page |
| `make bench-full` | {million} and {two_million} more | the same, and millions; needs 8 GB of memory, 16 of disk |

`python -m benchmarks bench --only cone hop` runs only these measurements and stores nothing; with `--store` their
figures take the place of the stored ones, and the page says so. ML Metadata needs Python 3.11 and an old protobuf, so
it has its own environment and process. If it cannot be installed, it is left out, and the page says so. Each
measurement is a function in `benchmarks/questions`. The figures are stored as JSON in `benchmarks/results`.
"""


def write_page(results: Path, page: Path) -> None:
    """Write the page, and its chart in the same folder, from the runs stored in `results`.

    Figures are the stored ones; titles and notes are those of the registered measurements and tables.
    """
    runs = {stage: _with_texts(Run.load(path)) for stage in STAGES if (path := results / f"{stage}.json").exists()}
    page.write_text(page_text(runs))
    if "bench" in runs:
        page.with_suffix(".svg").write_text(plot(runs["bench"]))


def _with_texts(run: Run) -> Run:
    """Give the results of a run the present titles, notes and column names, if these are registered."""
    for result in run.results:
        if measurement := measure.REGISTERED.get(result.name):
            result.title, result.note = measurement.title, measurement.note
    for rows in run.tables:
        if table := tables.REGISTERED.get(rows.name):
            rows.title, rows.note = table.title, table.note
            if len(table.header) == len(rows.header):
                rows.header = table.header
    return run


def page_text(runs: dict[str, Run]) -> str:
    """Return the page as Markdown."""
    remarks = dict.fromkeys(remark for run in runs.values() for remark in run.remarks)
    parts = [HEAD, *(f"> {remark}.\n" for remark in remarks), _targets(runs), LIMITS]
    if "bench" in runs:
        parts.append("![Medians of all contenders, on a logarithmic scale](benchmarks.svg)\n")
    for run in runs.values():
        parts.append(f"## {STAGES[run.stage]}, {run.edges:,} edges\n")
        parts += [_result(result) for result in run.results]
        parts += [_table(table) for table in run.tables]
    if any(SIZES[stage] > SIZES["bench"] for stage in runs):
        parts.append(_growth(runs))
    parts.append(_machine(runs))
    parts.append(REPEAT.format(quick="1 to 2 min", **{s: _minutes(runs.get(s)) for s in STAGES}))
    return "\n".join(parts)


def plot(run: Run) -> str:
    """Return the chart of one run: a group of bars for each question, with a bar for each contender."""
    groups = []
    for name in PLOTTED:
        result = next((r for r in run.results if r.name == name), None)
        if result:
            bars = [
                Bar(label_text(label), s.median, _figure(s.median, result.unit)) for label, s in result.series.items()
            ]
            groups.append((f"{result.title} ({'longer' if result.unit == 'a second' else 'shorter'} is better)", bars))
    return bars_svg(groups, f"{run.size:,} artifacts")


def label_text(label: str) -> str:
    """Return a contender's label in words: `service@10000` is `service at 10,000`."""
    name, _, size = label.partition("@")
    first, comma, rest = name.partition(", ")
    words = NAMES.get(first, first) + comma + rest
    return f"{words} at {int(size):,}" if size else words


def _targets(runs: dict[str, Run]) -> str:
    lines = ["## Targets\n", "| question | contender | target | result | |", "|---|---|---|---|---|"]
    for run in runs.values():
        for result in run.results:
            lines += [_target(run, result, verdict) for verdict in result.verdicts]
    return "\n".join(lines) + "\n"


def _target(run: Run, result: Result, verdict: dict[str, Any]) -> str:
    target, reached = verdict["asked"], verdict["reached"]
    if target.startswith("under"):
        target, reached = f"{target} {result.unit}", f"{reached} {result.unit}"
    for label in sorted(result.series, key=len, reverse=True):
        if target.endswith(f" {label}"):
            target = target.removesuffix(label) + label_text(label)
            break
    mark = "met" if verdict["met"] else "**missed**"
    title = result.title if run.stage == "bench" else f"{result.title}, at {run.size:,}"
    return f"| {title} | {label_text(verdict['subject'])} | {target} | {reached} | {mark} |"


def _result(result: Result) -> str:
    medians = {label: series.median for label, series in result.series.items()}
    reference = medians.get(REFERENCE)
    compares = reference is not None and len(medians) > 1 and result.unit != "MB"
    lines = [f"### {result.title}\n"]
    if result.answer:
        lines.append(f"All contenders give the same answer: {result.answer}.\n")
    head = ["contender", "median", "p95", "p99", "lowest to highest", "calls"]
    head += ["compared with the service"] if compares else []
    lines += ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for label, series in result.series.items():
        cells = [label_text(label), *(_figure(value, result.unit) for value in (series.median, series.p95, series.p99))]
        cells += [_span(series, result.unit), str(series.rounds)]
        if compares and reference:
            cells.append(_ratio(series.median, reference, result.unit) if label != REFERENCE else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + (f"\n\n{result.note}\n" if result.note else "\n")


def _growth(runs: Mapping[Stage, Run]) -> str:
    """Return the service's median of each question at each size, for the questions that were asked at several."""
    medians: dict[str, dict[int, str]] = {}
    for stage, run in runs.items():
        for result in (each for each in run.results if each.unit == "ms" and REFERENCE in each.series):
            row = medians.setdefault(result.title, {})
            row[SIZES[stage]] = _figure(result.series[REFERENCE].median, result.unit)
            if (small := result.series.get(f"{REFERENCE}@{SMALL}")) and SMALL not in row:
                row[SMALL] = _figure(small.median, result.unit)
    sizes = sorted({size for row in medians.values() for size in row})
    lines = ["## What grows with the catalog\n", "Medians of the service, each from the run at that size.\n"]
    lines.append("| question | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    lines.append("|---|" + "---:|" * len(sizes))
    several = {title: row for title, row in medians.items() if max(row) > SIZES["bench"]}
    lines += [
        f"| {title} | " + " | ".join(row.get(size, "") for size in sizes) + " |" for title, row in several.items()
    ]
    return "\n".join(lines) + "\n"


def _ratio(median: float, reference: float, unit: str) -> str:
    slower = reference / median if unit == "a second" else median / reference
    if 0.95 < slower < 1.05:
        return "the same"
    return f"{slower:,.1f} × slower" if slower >= 1 else f"{1 / slower:,.1f} × faster"


def _table(table: TableResult) -> str:
    alignment = ["---"] + ["---:"] * (len(table.header) - 1)
    lines = [f"### {table.title}\n", "| " + " | ".join(table.header) + " |", "|" + "|".join(alignment) + "|"]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table.rows]
    return "\n".join(lines) + (f"\n\n{table.note}\n" if table.note else "\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _machine(runs: dict[str, Run]) -> str:
    lines = ["## Machine and versions\n", "| run | date | commit | machine |", "|---|---|---|---|"]
    for run in runs.values():
        parts = run.machine
        machine = f"{parts['processor']}, {parts['cores']} cores, {parts['memory']}, {parts['system']}"
        lines.append(f"| {STAGES[run.stage]} | {run.date} | {run.commit} | {machine} |")
    lines.append("")
    for run in runs.values():
        versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
        lines.append(f"{STAGES[run.stage]}: {versions}.\n")
    return "\n".join(lines)


def _span(series: Series, unit: str) -> str:
    return f"{_number(series.low)} to {_figure(series.high, unit)}"


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else f"{_number(value)} {unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _minutes(run: Run | None) -> str:
    return f"{max(1, round(run.seconds / 60))} min" if run else "not measured"
