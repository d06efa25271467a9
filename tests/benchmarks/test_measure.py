"""The comparison of contenders: answers first, then times, in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest

from benchmarks import measure
from benchmarks.answers import Cone, canonical, depths_from, summary
from benchmarks.measure import Measurement, Timed, Trial, Unit, WrongAnswer, run
from benchmarks.targets import Target, below, faster, within
from catalog_graph.answers.difference import Difference, Pair
from catalog_graph.answers.excerpt import Listed
from catalog_graph.answers.paths import Paths
from catalog_graph.lineage import Card, Columns, Lineage


@dataclass
class Stage:
    is_timed: bool = True


def measurement(trials: dict[str, Trial], *targets: Target, rounds: int = 3, unit: Unit = "ms") -> Measurement:
    return Measurement("name", "Title", lambda _: trials, rounds, targets, unit, "", frozenset(), False)


def run_trials(measurement: Measurement, *, is_timed: bool = True) -> Any:
    return run(measurement, Stage(is_timed))  # type: ignore[arg-type]


def test_another_answer_ends_the_run_and_is_shown() -> None:
    trials = {"a": Trial(lambda: Cone({"x": 1}, [("r", "x")])), "b": Trial(lambda: Cone({"y": 1}, [("r", "y")]))}
    with pytest.raises(WrongAnswer, match=r"name: b answers 1 artifacts.*1 nodes too many, 1 missing.*'y', 'x'"):
        run_trials(measurement(trials))


@pytest.fixture(autouse=True)
def _soon_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "WARM_CALLS", 3)
    monkeypatch.setattr(measure, "BURST", 2)


def test_contenders_are_timed_in_turn_after_the_warm_up_of_each() -> None:
    calls: list[str] = []
    trials = {name: Trial(lambda n=name: calls.append(n)) for name in "ab"}
    result = run_trials(measurement(trials, rounds=2))
    assert "".join(calls) == "ab" + "aaabbb" + "aabbaabb"
    assert result.series["a"].rounds == 4


def test_a_slow_contender_is_not_warmed_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(measure, "WARM_SECONDS", 0.01)

    def slow() -> None:
        time.sleep(0.02)
        calls.append(1)

    run_trials(measurement({"a": Trial(slow)}))
    assert len(calls) == 1 + 1 + 3 * 2


def test_a_slow_contender_is_called_less_often() -> None:
    result = run_trials(measurement({"a": Trial(lambda: 1), "b": Trial(lambda: 1, rounds=1)}))
    assert (result.series["a"].rounds, result.series["b"].rounds) == (6, 2)


@pytest.mark.parametrize("is_timed", [True, False])
def test_a_contender_without_rounds_is_compared_and_not_timed(is_timed: bool) -> None:
    trials = {"truth": Trial(lambda: ["x", "y"], rounds=0), "a": Trial(lambda: ["x", "y"])}
    result = run_trials(measurement(trials), is_timed=is_timed)
    assert list(result.series) == ["a"]
    assert result.answer == "2 artifacts, the first 'x'"
    with pytest.raises(WrongAnswer, match="a answers none"):
        run_trials(measurement({**trials, "a": Trial(list)}), is_timed=is_timed)


def test_a_quick_run_calls_once() -> None:
    calls: list[int] = []
    run_trials(measurement({"a": Trial(lambda: calls.append(1))}), is_timed=False)
    assert len(calls) == 1


def test_preparation_is_not_timed_and_its_result_is_the_argument() -> None:
    def prepare() -> str:
        time.sleep(0.05)
        return "argument"

    timed = Trial(lambda argument: argument, prepare).timed()
    assert timed.answer == "argument"
    assert timed.seconds < 0.05


def test_a_contender_may_report_its_own_time_and_the_median_counts() -> None:
    seconds = iter([9.0, 9.0, 9.0, 9.0, 2.0, 8.0, 4.0])
    result = run_trials(measurement({"a": Trial(lambda: Timed(1, next(seconds)))}))
    assert (result.series["a"].median, result.series["a"].low, result.series["a"].high) == (4000, 2000, 8000)


def test_rates_are_things_a_second_and_more_is_better() -> None:
    trials = {
        "slow": Trial(lambda: Timed(10, 1.0), compare=None),
        "quick": Trial(lambda: Timed(1000, 2.0), compare=None),
    }
    result = run_trials(measurement(trials, faster("quick", 30, "slow"), within("slow", 1.5, "quick"), unit="a second"))
    assert result.series["quick"].median == 500
    assert [verdict["met"] for verdict in result.verdicts] == [True, False]
    assert result.verdicts[0]["reached"] == "50.0 ×"


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (faster("a", 2, "b"), True),
        (faster("a", 5, "b"), False),
        (within("b", 4, "a"), True),
        (within("b", 3.9, "a"), False),
        (below("a", 10), True),
        (below("b", 10), False),
    ],
)
def test_targets(target: Target, met: bool) -> None:
    verdict = target.verdict({"a": 10.0, "b": 40.0}, higher_is_better=False)
    assert verdict is not None
    assert verdict["met"] is met


def test_a_target_about_an_absent_contender_is_left_out() -> None:
    assert faster("a", 2, "mlmd").verdict({"a": 1.0}, higher_is_better=False) is None


def test_a_lineage_and_a_cone_of_ids_have_one_form() -> None:
    root = Card("r", "r", "Model", None, "", 0, "registered")
    columns = Columns(["x", "y"], ["x", "y"], ["T", "T"], ["1", "1"], ["", ""], [1, 2], ["registered", "registered"])
    lineage = Lineage(root, "upstream", columns, [0, 1], [1, 2], total=2)
    cone = Cone({"x": 1, "y": 2}, [("r", "x"), ("x", "y")])
    assert canonical(lineage) == canonical(cone)
    assert summary(canonical(cone)) == "2 artifacts, 2 deep, and 2 edges"


def test_depths_are_lengths_of_shortest_paths() -> None:
    assert depths_from("r", [("r", "a"), ("a", "b"), ("r", "b"), ("b", "c")]) == {"a": 1, "b": 1, "c": 2}


def test_paths_are_compared_one_by_one_and_summarised() -> None:
    cards = [Card(name, name, "Model", None, "", 0, "registered") for name in "abc"]
    answer = Paths(cards[0], cards[2], 10**30, [cards, [cards[0], cards[2]]])
    assert canonical(answer) == (10**30, [["a", "b", "c"], ["a", "c"]])
    assert summary(canonical(answer)) == "2 of 1.0e+30 paths, of 1 to 2 edges"


def test_differences_are_compared_by_lists_and_totals() -> None:
    a, b = (Card(name, name, "Model", None, "", 0, "registered") for name in "ab")
    none = Listed([], 0)
    answer = Difference(a, b, Listed([a], 7), [Pair(a, b, True)], 1, none, none, none, none)
    assert canonical(answer) == (["a"], [], [], [("a", "b", True)], [7, 0, 0, 1])
    assert summary(canonical(answer)) == "7 artifacts in common, 0 and 0 in only one, 1 pairs"
