"""Measurements: several contenders answer the same question in turn; their answers are compared, then timed.

A measurement is a function that takes the `Bench` and returns a `Trial` for each contender:

    @measurement("get", "One artifact by its id", rounds=200, targets=[within("service", 1.5, "service@10000")])
    def get(bench: Bench) -> dict[str, Trial]:
        artifact_id = ...
        return {"service": Trial(lambda: bench.world().service.get(artifact_id)), "flowyml": Trial(...)}

Nothing else is needed to add one: it is run, checked, judged, stored and plotted like the others.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from benchmarks.answers import canonical, summary
from benchmarks.targets import Target

if TYPE_CHECKING:
    from benchmarks.bench import Bench


Unit = Literal["ms", "s", "a second", "MB"]
"""Unit of the figures: a time; a rate, where the answer is a number of items; or MB, where the answer is the figure."""


@dataclass(frozen=True)
class Timed:
    """An answer and its time in seconds; a contender returns one if another process measured the time."""

    answer: Any
    seconds: float


@dataclass(frozen=True)
class Trial:
    """The call of one contender, with its preparation and the form of its answer."""

    call: Callable[..., Any]
    """The timed call; its argument is the result of `prepare`, if there is one."""
    prepare: Callable[[], Any] | None = None
    """Preparation before each call, not timed."""
    compare: Callable[[Any], Any] | None = canonical
    """Function to the form in which the answers of all contenders must be equal; None for no comparison."""
    rounds: int | None = None
    """Rounds of a slow contender, fewer than the measurement's; 0 to compare its answer without timing it."""

    def timed(self) -> Timed:
        """Make one call, and return its answer and its time."""
        arguments = () if self.prepare is None else (self.prepare(),)
        gc.collect(1)
        started = time.perf_counter()
        answer = self.call(*arguments)
        seconds = time.perf_counter() - started
        return answer if isinstance(answer, Timed) else Timed(answer, seconds)


@dataclass(frozen=True)
class Measurement:
    """A question to all contenders, with its number of rounds and its targets."""

    name: str
    title: str
    trials: Callable[[Bench], dict[str, Trial]]
    rounds: int
    targets: Sequence[Target]
    unit: Unit
    note: str
    stages: frozenset[str]
    changes: bool
    """True if it writes; it is then run after all measurements that only read."""


@dataclass
class Series:
    """Figures of one contender, in the unit of the measurement."""

    median: float
    low: float
    high: float
    rounds: int
    p95: float | None = None
    """Value that one in twenty exceeds; `None` of fewer calls than twenty."""
    p99: float | None = None
    """Value that one in a hundred exceeds; `None` of fewer calls than a hundred."""

    @classmethod
    def of(cls, figures: list[float]) -> Series:
        """Summarise the figures of all rounds."""
        count = len(figures)
        hundredths = statistics.quantiles(figures, n=100, method="inclusive") if count >= 20 else []
        return cls(
            statistics.median(figures),
            min(figures),
            max(figures),
            count,
            hundredths[94] if hundredths else None,
            hundredths[98] if count >= 100 else None,
        )


@dataclass
class Result:
    """The result of a measurement: figures, verdicts on its targets, and a summary of the answer."""

    name: str
    title: str
    unit: str
    series: dict[str, Series]
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    answer: str = ""
    note: str = ""


class WrongAnswer(AssertionError):
    """Two contenders gave different answers, so their times cannot be compared."""


REGISTERED: dict[str, Measurement] = {}
"""All measurements by name, in the order in which they are run."""

WARM_SECONDS, WARM_CALLS = 1.5, 150
"""Limits of the warm-up of each contender, whichever is reached first: Java compiles code that runs often."""

BURST, QUICK = 5, 1.0
"""Calls in a row of a contender that answers within `QUICK` seconds: a first call after other contenders meets
processor caches full of their data, and sleeping Java threads."""

STAGES = frozenset({"quick", "bench"})
"""Default stages of a measurement; the others have those of `million`."""


def measurement(
    name: str,
    title: str,
    *,
    rounds: int,
    targets: Sequence[Target] = (),
    unit: Unit = "ms",
    note: str = "",
    stages: frozenset[str] = STAGES,
    changes: bool = False,
) -> Callable[[Callable[[Bench], dict[str, Trial]]], Callable[[Bench], dict[str, Trial]]]:
    """Register the decorated function as a measurement."""

    def register(trials: Callable[[Bench], dict[str, Trial]]) -> Callable[[Bench], dict[str, Trial]]:
        if name in REGISTERED:
            raise ValueError(f"measurement {name!r} is already registered: choose another name")
        REGISTERED[name] = Measurement(name, title, trials, rounds, targets, unit, note, stages, changes)
        return trials

    return register


def run(measurement: Measurement, bench: Bench) -> Result:
    """Call every contender once and compare the answers; then warm up, and time them in turn (AAA B CCC AAA B CCC …).

    Writers take turns forwards and backwards (A B C C B A …): what one of them leaves to the disk slows the next.

    Raises `WrongAnswer` if the answers differ.
    """
    trials = measurement.trials(bench)
    first = {label: trial.timed() for label, trial in trials.items()}
    answer = _common_answer(measurement.name, trials, first)
    if bench.is_timed:
        figures = _figures(measurement, trials)
    else:
        timed = {label: first[label] for label, trial in trials.items() if trial.rounds != 0}
        figures = {label: [_figure(measurement.unit, one)] for label, one in timed.items()}
    series = {label: Series.of(values) for label, values in figures.items() if values}
    medians = {label: s.median for label, s in series.items()}
    verdicts = [t.verdict(medians, higher_is_better=measurement.unit == "a second") for t in measurement.targets]
    return Result(
        measurement.name,
        measurement.title,
        measurement.unit,
        series,
        [v for v in verdicts if v],
        answer,
        measurement.note,
    )


def _figures(measurement: Measurement, trials: dict[str, Trial]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {label: [] for label in trials}
    bursts = measurement.unit == "ms" and not measurement.changes
    if bursts:
        for trial in trials.values():
            _warm_up(trial)
    turns = list(trials.items())
    for number in range(measurement.rounds):
        for label, trial in reversed(turns) if measurement.changes and number % 2 else turns:
            if trial.rounds is None or number < trial.rounds:
                figures[label] += [_figure(measurement.unit, one) for one in _burst(trial, bursts)]
    return figures


def _burst(trial: Trial, bursts: bool) -> Iterator[Timed]:
    for number in range(BURST if bursts else 1):
        one = trial.timed()
        yield one
        if number == 0 and one.seconds > QUICK:
            return


def _warm_up(trial: Trial) -> None:
    ends = time.monotonic() + WARM_SECONDS
    for _ in range(WARM_CALLS if trial.rounds != 0 else 0):
        if time.monotonic() >= ends:
            return
        trial.timed()


def _figure(unit: Unit, timed: Timed) -> float:
    match unit:
        case "ms":
            return timed.seconds * 1000
        case "s":
            return timed.seconds
        case "a second":
            return float(timed.answer) / timed.seconds
        case _:
            return float(timed.answer)


def _common_answer(name: str, trials: dict[str, Trial], first: dict[str, Timed]) -> str:
    """Return a summary of the answer that all contenders gave; raise `WrongAnswer` if one gave another."""
    forms = {label: trial.compare(first[label].answer) for label, trial in trials.items() if trial.compare is not None}
    if not forms:
        return ""
    reference, expected = next(iter(forms.items()))
    for label, form in forms.items():
        if form != expected:
            answers = f"{label} answers {summary(form)}, {reference} answers {summary(expected)}"
            raise WrongAnswer(f"{name}: {answers}; {_describe_difference(form, expected)}")
    return summary(expected)


def _describe_difference(left: Any, right: Any) -> str:
    """Describe the first difference of two forms, with an example."""
    for name, mine, theirs in zip(getattr(left, "_fields", ()), left, right, strict=False):
        if mine != theirs and not isinstance(mine, int):
            extra, missing = set(mine) - set(theirs), set(theirs) - set(mine)
            examples = next(iter(extra), ""), next(iter(missing), "")
            return f"{len(extra)} {name} too many, {len(missing)} missing (such as {examples})"
    return f"{str(left)[:300]} against {str(right)[:300]}"
