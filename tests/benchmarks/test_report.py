"""The page rendered from stored runs."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import benchmarks.questions  # noqa: F401 - registers the measurements and tables
from benchmarks import measure, tables
from benchmarks.measure import Result, Series
from benchmarks.report import label_text, page_text, plot, write_page
from benchmarks.results import Run, TableResult, machine, today, versions


def example(stage: str = "bench") -> Run:
    cone = Result(
        "cone",
        "The cone",
        "ms",
        {"flowyml": Series(9000, 8900, 9100, 3), "service": Series(600, 590, 700, 9), "bolt": Series(450, 440, 470, 9)},
        [
            {"subject": "service", "asked": "at least 10 × flowyml", "reached": "15.0 ×", "met": True},
            {"subject": "service", "asked": "at most 1.2 × that of bolt", "reached": "1.33 ×", "met": False},
        ],
        "71,611 artifacts",
        "A note.",
    )
    hop = Result("hop", "One hop", "ms", {"service": Series(2, 2, 2, 9), "service@10000": Series(2, 2, 2, 9)})
    table = TableResult("profile", "Time by step", ["step", "ms"], [["database", 400.5], ["total", None]], "Why.")
    return Run(stage, 100_000, 173_688, today(), "abc1234", 240, machine(), versions("2026.09.0"), [cone, hop], [table])


def test_a_run_is_stored_and_loaded_again(tmp_path: Path) -> None:
    run = example()
    run.save(tmp_path / "bench.json")
    assert Run.load(tmp_path / "bench.json") == run


def test_later_figures_take_the_place_of_stored_ones() -> None:
    run = example()
    later = replace(example(), date="2030-01-01", commit="def5678", tables=[])
    later.results = [
        Result("hop", "One hop", "ms", {"service": Series(3, 3, 3, 9)}),
        Result("new", "A new question", "ms", {"service": Series(4, 4, 4, 9)}),
    ]
    both = run.with_later(later)
    assert [result.name for result in both.results] == ["cone", "hop", "new"]
    assert both.results == [run.results[0], *later.results]
    assert (both.tables, both.commit) == (run.tables, "abc1234")
    [remark] = both.remarks
    assert "2030-01-01 (def5678" in remark
    assert "“One hop”, “A new question”" in remark
    assert remark in page_text({"bench": both})


def test_the_page_shows_targets_figures_tables_and_the_machine() -> None:
    text = page_text({"bench": example()})
    assert "| The cone | service | at least 10 × FlowyML, local | 15.0 × | met |" in text
    assert "| The cone | service | at most 1.2 × that of bare Bolt | 1.33 × | **missed** |" in text
    assert "| FlowyML, local | 9,000 ms |  |  | 8,900 to 9,100 ms | 3 | 15.0 × slower |" in text
    assert "| bare Bolt | 450 ms |  |  | 440 to 470 ms | 9 | 1.3 × faster |" in text
    assert "All contenders give the same answer: 71,611 artifacts." in text
    assert "| database | 400.5 |" in text
    assert "abc1234" in text
    assert "| `make bench` | 4 min |" in text


def test_the_page_names_no_path() -> None:
    text = page_text({"bench": example()})
    assert str(Path.cwd()) not in text
    assert str(Path.home()) not in text


def test_titles_and_notes_are_the_registered_ones_and_figures_the_stored_ones(tmp_path: Path) -> None:
    example().save(tmp_path / "bench.json")
    write_page(tmp_path, tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text()
    assert f"### {measure.REGISTERED['cone'].title}\n" in text
    assert measure.REGISTERED["cone"].note in text
    assert f"### {tables.REGISTERED['profile'].title}\n" in text
    assert "| FlowyML, local | 9,000 ms |" in text
    assert "| step | ms |" in text


def test_both_runs_are_on_one_page(tmp_path: Path) -> None:
    example().save(tmp_path / "bench.json")
    example("million").save(tmp_path / "million.json")
    write_page(tmp_path, tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text()
    assert "## 100,000 artifacts" in text
    assert "## 1,000,000 artifacts" in text
    assert "| question | 10,000 | 100,000 | 1,000,000 |\n" in text
    assert "| 2 ms | 2 ms | 2 ms |\n" in text.partition("What grows")[2]
    assert (tmp_path / "page.svg").exists()


def test_a_label_is_written_in_words() -> None:
    assert label_text("service@10000") == "service at 10,000"
    assert label_text("service, with objects") == "service, with objects"
    assert label_text("bolt") == "bare Bolt"


def test_the_plot_is_well_formed_and_a_longer_time_is_a_longer_bar() -> None:
    tree = ElementTree.fromstring(plot(example()))
    namespace = {"svg": "http://www.w3.org/2000/svg"}
    widths = [float(bar.attrib["width"]) for bar in tree.findall("svg:rect", namespace)][:3]
    assert widths == sorted(widths, reverse=True)
