"""A promotion report as text, as markdown for a pull request, and as JUnit XML for CI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from catalog_graph.forms import Section
from catalog_graph.render.impact import arrows, described, escaped_markdown
from catalog_graph.render.notes import shown

if TYPE_CHECKING:
    from catalog_graph.promotion.report import Outcome, PromotionReport, RuleResult

_MARKS: dict[Outcome, str] = {"pass": "ok  ", "fail": "FAIL", "undecided": "??  "}
_SIGNS: dict[Outcome, str] = {"pass": "✅", "fail": "❌", "undecided": "❔"}
_WORDS: dict[Outcome, str] = {"pass": "passes", "fail": "fails", "undecided": "could not be decided"}


def as_text(report: PromotionReport) -> str:
    """Return the outcome, then a line for each rule with its offenders and a path to each."""
    lines = [headline(report), *_compared(report), ""]
    for result in report.results:
        lines.append(f"{_MARKS[result.outcome]}  {shown(result.name)}: {shown(result.reason)}")
        lines += [f"        {offender}" for offender in _offenders(result)]
    return "\n".join([*lines, *_moved(report)])


def sections(report: PromotionReport) -> list[Section]:
    """Return a row for each rule, and one for each of its offenders."""
    results = [(result.outcome, result.name, result.reason) for result in report.results]
    offenders = [(result.name, offender) for result in report.results for offender in _offenders(result)]
    notes = [*_compared(report), *filter(None, _moved(report))]
    rules = Section("rules", ("outcome", "rule", "reason"), results, notes)
    return [rules, *([Section("offenders", ("rule", "artifact"), offenders)] if offenders else [])]


def as_markdown(report: PromotionReport) -> str:
    """Return the report as markdown, for a pull request."""
    lines = [f"### {_SIGNS[report.outcome]} {escaped_markdown(headline(report))}", ""]
    lines += [f"{escaped_markdown(line)}\n" for line in _compared(report)]
    lines += ["| | rule | what was found |", "|---|---|---|"]
    for result in report.results:
        cells = (_SIGNS[result.outcome], escaped_markdown(result.name), escaped_markdown(result.reason))
        lines.append(f"| {' | '.join(cells)} |")
    for result in report.results:
        if result.offenders:
            lines += ["", f"**{escaped_markdown(result.name)}**", ""]
            lines += [f"- {escaped_markdown(offender)}" for offender in _offenders(result)]
    moved = _moved(report)
    return "\n".join([*lines, *map(escaped_markdown, moved)])


def as_junit(report: PromotionReport) -> str:
    """Return the report as a test suite with a test case for each rule; an undecided rule is an error."""
    outcomes = [result.outcome for result in report.results]
    suite = ElementTree.Element(
        "testsuite",
        name=shown(f"promotion of {described(report.artifact)}"),
        tests=str(len(outcomes)),
        failures=str(outcomes.count("fail")),
        errors=str(outcomes.count("undecided")),
        skipped="0",
        time="0",
        timestamp=report.checked_at[:19],
    )
    for result in report.results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=shown(f"promotion.{report.policy or 'policy'}"),
            name=shown(result.name),
            time="0",
        )
        if result.outcome != "pass":
            kind = "failure" if result.outcome == "fail" else "error"
            details = ElementTree.SubElement(case, kind, message=shown(result.reason), type=result.rule)
            details.text = "\n".join([shown(result.reason), *_offenders(result)])
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}'


def headline(report: PromotionReport) -> str:
    """Return the outcome as one sentence."""
    policy = f"the policy {report.policy!r}" if report.policy else "the policy"
    return shown(f"{described(report.artifact)}: {policy} {_WORDS[report.outcome]}")


def _compared(report: PromotionReport) -> Iterator[str]:
    if report.alias is not None:
        holder = described(report.holder) if report.holder is not None else "nothing, since the alias is free"
        yield shown(f"Compared with @{report.alias}: {holder}")


def _moved(report: PromotionReport) -> list[str]:
    if report.held:
        name = f"{report.artifact.name}@{report.alias}"
        return [
            "",
            shown(f"Nothing to move: {name} is already held by {report.artifact.artifact_id}"),
            *_sealed(report),
        ]
    if report.move is None:
        return []
    before = f", before: {report.move.before}" if report.move.before is not None else ""
    moved = shown(f"Promoted: {report.move.name}@{report.move.alias} is {report.move.after}{before}")
    return ["", moved, *_sealed(report)]


def _sealed(report: PromotionReport) -> Iterator[str]:
    if seal := report.seal:
        count = "1 artifact" if seal.artifacts == 1 else f"{seal.artifacts:,} artifacts"
        yield shown(f"Sealed: {count}, root {seal.root}; the seal {seal.digest} is kept beside {seal.artifact_id}")


def _offenders(result: RuleResult) -> Iterator[str]:
    for offender in result.offenders:
        yield arrows(offender.path, " <- ") if offender.path else described(offender.card)
    if result.total > len(result.offenders):
        yield f"… {result.total:,} in all, nearest {len(result.offenders):,} shown"
