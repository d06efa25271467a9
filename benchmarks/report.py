"""Writes `docs/benchmarks.md`, and the plot in it, from the runs that were kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.measure import Result, Series
from benchmarks.plot import Bar, bars_svg
from benchmarks.results import Found, Run

NAMES = {
    "flowyml": "FlowyML, local",
    "local": "local backend",
    "service": "service",
    "bolt": "bare Bolt",
    "rustworkx": "rustworkx, in memory",
    "mlmd": "ML Metadata",
    "neo4j": "Neo4j",
}
"""How contenders are called; what follows the first of these in a label stays as it is."""
STAGES = {"bench": "100,000 artifacts", "million": "1,000,000 artifacts"}
REFERENCE = "service"
"""The contender that the others' ratios are to, where it takes part."""
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

How fast the catalog answers, beside FlowyML's own local catalog, ML Metadata, the same Cypher over bare Bolt, and the
graph held in memory. `make bench` writes this page; every figure comes from the runs named under
[machine and versions](#machine-and-versions).

All contenders hold the same artificial history of pipeline runs: diamonds, reused data sets, chains of hundreds of
retrained models, five tags an artifact, and some 70 % of everything upstream of the last artifact. Before any time
counts, their answers are compared (ids, depths, edges, entries; what a search finds with a plain reading of the
history too); one that differs ends the run. Then each is asked until it is warm, for a second and a half or 150
times, and then all in turn, round after round, so that whatever else the machine does hits all of them: five times in a
row where an answer takes less than a second. Figures are medians.
"""

LIMITS = """## What limits it

**Registering.** Neo4j itself: bare Bolt, sent the same queries ready-made and without a line of our code, reaches a
seventh to a third of what was asked of batches and half of what was asked of single registrations. The service, which
reads, checks and merges what comes over HTTP first, reaches half of bare Bolt, and three quarters at a million
artifacts. FlowyML, one row and one confirmation of the disk each, is as quick as the disk: 700 to 900 a second where
it confirms in a millisecond. Of a batch's time half is the commit, with two Lucene indexes in it (without them a
batch takes three fifths of the database's processor time), a fifth makes nodes, a tenth edges. Tried: fewer round
trips, locks and look-ups in one query, rows made while the database works, larger groups of single registrations,
which helped; two batches at once (one waits for the version counters of the other), larger regions of the G1
collector and the parallel one, fewer merges of Lucene's segments, which did not; and to write without the indexes and
to move what is new into them in groups, which takes a third less for groups of 32 and a fifth less for batches, and
makes every search look in two places. Of a single registration among 32 clients the service's process takes some 0.7
ms of processor time, most of it for HTTP, and Neo4j, in groups of 32, as much.

**The cone.** The service hands on the cards as the text that the nodes keep; it neither takes them apart nor writes
them as JSON, and the client takes them apart when they are first looked at. Of what it adds to the database, the
rows' way into Python, which bare Bolt pays too, and the edges as positions are about half; the rest is one line of
JSON for depths and edges, and 10 MB through a socket. The local backend spends half of its time on reading the
names and instants of 71,000 artifacts out of the file, one by one, and a third on the edges. Tried there: JSON by
column, all levels in one read, a recursive query, all slower.

**Impact.** The bare count of a closure reads no property. To count by type and pipeline is to read one, which holds
both together, of each artifact: that takes about as long as the walk, and is nearly all of what the question takes. Its
page and what is in production are read beside the counts, on connections of their own, so that a machine whose
processors are busy with other things shows a higher ratio: 3.1 for the counts in such a run.

**Searching a million artifacts.** Some 4 ms of a request are HTTP, the way to the database and back, and fifty
entries written as JSON and read again. What an index tells by itself (a word, a tag, a type, a page of a list) takes
a few more, at a million as at 10,000. A page shows the newest of what is found, so Lucene is asked for those alone:
each artifact has a term for the hour of its creation, and first come the hours of the newest 8,000, then those of the
newest 40,000. Of a range of numbers that gives 160 hits in place of 20,500, which take 8 ms to gather; of a word, a
tag and a type together 1,200 in place of 31,000. Of facets it gives the 2,000 to be counted, where a walk read the
terms of three times as many. A part of a rare word is found by Neo4j's index of trigrams, which alone takes as long
as what was asked of the whole, or longer (bare Bolt, there); Lucene's wildcards take 73 ms and more. Tried before: to
read all that is passed, to sort all hits, and to keep them as a set in which a walk from the newest looks for
artifacts, which is left for where hours do not help: several sources at once, or a million artifacts made in one
hour.
"""

REPEAT = """## How to repeat it

| command | takes | |
|---|---|---|
| `make bench-quick` | {quick} | 10,000 artifacts, every question once: holds the answers equal, no times; part of CI |
| `make bench` | {bench} | 100,000 artifacts, and this page |
| `make bench-full` | {million} more | the same and 1,000,000 artifacts; needs some 8 GB of memory and of disk |

`python -m benchmarks bench --only cone hop` asks only these and keeps nothing. ML Metadata needs Python 3.11 and an
old protobuf, so it has an environment and a process of its own; where it cannot be installed, it is left out and the
page says so. What is measured stands in `benchmarks/questions`, one function each; the figures are kept in
`benchmarks/results` as JSON.
"""


def write_page(kept: Path, page: Path) -> None:
    """The page, and its plot beside it."""
    runs = {stage: Run.load(path) for stage in STAGES if (path := kept / f"{stage}.json").exists()}
    page.write_text(page_text(runs))
    if "bench" in runs:
        page.with_suffix(".svg").write_text(plot(runs["bench"]))


def page_text(runs: dict[str, Run]) -> str:
    """The page in Markdown."""
    remarks = dict.fromkeys(remark for run in runs.values() for remark in run.remarks)
    parts = [HEAD, *(f"> {remark}.\n" for remark in remarks), _targets(runs), LIMITS]
    if "bench" in runs:
        parts.append("![Medians of every contender, on a logarithmic scale](benchmarks.svg)\n")
    for run in runs.values():
        parts.append(f"## {STAGES[run.stage]}, {run.edges:,} edges\n")
        parts += [_result(result) for result in run.results]
        parts += [_table(found) for found in run.tables]
    parts.append(_machine(runs))
    parts.append(REPEAT.format(quick="a minute or two", **{s: _minutes(runs.get(s)) for s in STAGES}))
    return "\n".join(parts)


def plot(run: Run) -> str:
    """The plot of one run: for each question its contenders."""
    groups = []
    for name in PLOTTED:
        result = next((r for r in run.results if r.name == name), None)
        if result:
            bars = [Bar(called(label), s.median, _figure(s.median, result.unit)) for label, s in result.series.items()]
            groups.append((f"{result.title} ({'longer' if result.unit == 'a second' else 'shorter'} is better)", bars))
    return bars_svg(groups, f"{run.size:,} artifacts")


def called(label: str) -> str:
    """A contender's label in words: `service@10000` is `service at 10,000`."""
    name, _, size = label.partition("@")
    first, comma, rest = name.partition(", ")
    words = NAMES.get(first, first) + comma + rest
    return f"{words} at {int(size):,}" if size else words


def _targets(runs: dict[str, Run]) -> str:
    lines = ["## What was to be reached\n", "| question | contender | asked | reached | |", "|---|---|---|---|---|"]
    for run in runs.values():
        for result in run.results:
            lines += [_target(run, result, verdict) for verdict in result.verdicts]
    return "\n".join(lines) + "\n"


def _target(run: Run, result: Result, verdict: dict[str, Any]) -> str:
    asked, reached = verdict["asked"], verdict["reached"]
    if asked.startswith("under"):
        asked, reached = f"{asked} {result.unit}", f"{reached} {result.unit}"
    for label in sorted(result.series, key=len, reverse=True):
        head, found, _ = asked.rpartition(f" {label}")
        if found and asked.endswith(label):
            asked = f"{head} {called(label)}"
            break
    mark = "met" if verdict["met"] else "**missed**"
    title = result.title if run.stage == "bench" else f"{result.title}, at {run.size:,}"
    return f"| {title} | {called(verdict['subject'])} | {asked} | {reached} | {mark} |"


def _result(result: Result) -> str:
    medians = {label: series.median for label, series in result.series.items()}
    reference = medians.get(REFERENCE)
    compares = reference is not None and len(medians) > 1
    lines = [f"### {result.title}\n"]
    if result.answer:
        lines.append(f"All answer alike: {result.answer}.\n")
    head = ["contender", "median", "lowest to highest", "rounds", *(["against the service"] if compares else [])]
    lines += ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for label, series in result.series.items():
        cells = [called(label), _figure(series.median, result.unit), _span(series, result.unit), str(series.rounds)]
        if compares and reference:
            cells.append(_against(series.median, reference, result.unit) if label != REFERENCE else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + (f"\n\n{result.note}\n" if result.note else "\n")


def _against(median: float, reference: float, unit: str) -> str:
    slower = reference / median if unit == "a second" else median / reference
    if 0.95 < slower < 1.05:
        return "the same"
    return f"{slower:,.1f} × slower" if slower >= 1 else f"{1 / slower:,.1f} × faster"


def _table(found: Found) -> str:
    right = ["---"] + ["---:"] * (len(found.header) - 1)
    lines = [f"### {found.title}\n", "| " + " | ".join(found.header) + " |", "|" + "|".join(right) + "|"]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in found.rows]
    return "\n".join(lines) + (f"\n\n{found.note}\n" if found.note else "\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _machine(runs: dict[str, Run]) -> str:
    lines = ["## Machine and versions\n", "| run | date | commit | machine |", "|---|---|---|---|"]
    for run in runs.values():
        m = run.machine
        where = f"{m['processor']}, {m['cores']} cores, {m['memory']}, {m['system']}"
        lines.append(f"| {STAGES[run.stage]} | {run.date} | {run.commit} | {where} |")
    lines.append("")
    for run in runs.values():
        listed = ", ".join(f"{name} {version}" for name, version in run.versions.items())
        lines.append(f"{STAGES[run.stage]}: {listed}.\n")
    return "\n".join(lines)


def _span(series: Series, unit: str) -> str:
    return f"{_number(series.low)} to {_figure(series.high, unit)}"


def _figure(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _minutes(run: Run | None) -> str:
    return f"{max(1, round(run.seconds / 60))} min" if run else "some time"
