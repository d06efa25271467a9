"""Measurements: the same question put to several contenders in turn, their answers held equal, times after that.

A measurement is a function that is given the `Bench` and returns an `Ask` for each contender:

    @measurement("get", "One artifact by its id", rounds=200, targets=[within("service", 1.5, "service@10000")])
    def get(bench: Bench) -> dict[str, Ask]:
        artifact_id = ...
        return {"service": Ask(lambda: bench.world().service.get(artifact_id)), "flowyml": Ask(...)}

That is all there is to adding one: it is run, checked, judged, kept and drawn like the others.
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
"""Times; rates, where the answer of a call is how many things it did; or a figure that is the answer itself."""


@dataclass(frozen=True)
class Timed:
    """An answer whose time was taken by the contender itself (in another process, say), in seconds."""

    answer: Any
    seconds: float


@dataclass(frozen=True)
class Ask:
    """How one contender is asked."""

    call: Callable[..., Any]
    """What is timed. It is given what `prepare` returned, if there is such."""
    prepare: Callable[[], Any] | None = None
    """What is done before each call, and not timed."""
    compare: Callable[[Any], Any] | None = canonical
    """The form in which the answers of all contenders must be equal; `None` where there is nothing to compare."""
    rounds: int | None = None
    """Fewer rounds than the measurement has, for a slow contender; 0 where the answer alone counts."""

    def timed(self) -> Timed:
        """One call: its answer and its time."""
        given = () if self.prepare is None else (self.prepare(),)
        gc.collect(1)
        started = time.perf_counter()
        answer = self.call(*given)
        seconds = time.perf_counter() - started
        return answer if isinstance(answer, Timed) else Timed(answer, seconds)


@dataclass(frozen=True)
class Measurement:
    """A question, how often it is asked, and what is to be reached."""

    name: str
    title: str
    asks: Callable[[Bench], dict[str, Ask]]
    rounds: int
    targets: Sequence[Target]
    unit: Unit
    note: str
    stages: frozenset[str]
    changes: bool
    """Whether it writes: it then runs after all that only read."""


@dataclass
class Series:
    """What one contender needed."""

    median: float
    """In the unit of the measurement."""
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, figures: list[float]) -> Series:
        """Of the figures of all rounds."""
        return cls(statistics.median(figures), min(figures), max(figures), len(figures))


@dataclass
class Result:
    """What came of a measurement."""

    name: str
    title: str
    unit: str
    series: dict[str, Series]
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    answer: str = ""
    note: str = ""


class WrongAnswer(AssertionError):
    """Two contenders answered differently, so that their times cannot be compared."""


REGISTERED: dict[str, Measurement] = {}
"""All measurements by name, in the order in which they are run."""

WARM_SECONDS, WARM_CALLS = 1.5, 150
"""Each contender is asked for so long, or so often, before its times count: Java compiles what it runs often."""

BURST, QUICK = 5, 1.0
"""A contender that answers within so many seconds is asked so many times in a row: one that had to wait for the others
finds the processor's caches full of their data, and Java's threads asleep."""

STAGES = frozenset({"quick", "bench"})
"""Where a measurement runs unless it says otherwise; the third stage is `million`."""


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
) -> Callable[[Callable[[Bench], dict[str, Ask]]], Callable[[Bench], dict[str, Ask]]]:
    """Registers the decorated function as a measurement."""

    def register(asks: Callable[[Bench], dict[str, Ask]]) -> Callable[[Bench], dict[str, Ask]]:
        if name in REGISTERED:
            raise ValueError(f"there is a measurement {name!r} already")
        REGISTERED[name] = Measurement(name, title, asks, rounds, targets, unit, note, stages, changes)
        return asks

    return register


def run(measured: Measurement, bench: Bench) -> Result:
    """Asks all contenders once and compares; then, warm, in turn, some times each (AAA B CCC AAA B CCC …)."""
    asks = measured.asks(bench)
    first = {label: ask.timed() for label, ask in asks.items()}
    answer = _agreed(measured.name, asks, first)
    if bench.times_count:
        figures = _figures(measured, asks)
    else:
        timed = {label: first[label] for label, ask in asks.items() if ask.rounds != 0}
        figures = {label: [_figure(measured.unit, one)] for label, one in timed.items()}
    series = {label: Series.of(values) for label, values in figures.items() if values}
    medians = {label: s.median for label, s in series.items()}
    verdicts = [t.judged(medians, higher_is_better=measured.unit == "a second") for t in measured.targets]
    return Result(
        measured.name, measured.title, measured.unit, series, [v for v in verdicts if v], answer, measured.note
    )


def _figures(measured: Measurement, asks: dict[str, Ask]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {label: [] for label in asks}
    bursts = measured.unit == "ms" and not measured.changes
    if bursts:
        for ask in asks.values():
            _warm_up(ask)
    for number in range(measured.rounds):
        for label, ask in asks.items():
            if ask.rounds is None or number < ask.rounds:
                figures[label] += [_figure(measured.unit, one) for one in _in_a_row(ask, bursts)]
    return figures


def _in_a_row(ask: Ask, bursts: bool) -> Iterator[Timed]:
    for number in range(BURST if bursts else 1):
        one = ask.timed()
        yield one
        if number == 0 and one.seconds > QUICK:
            return


def _warm_up(ask: Ask) -> None:
    ends = time.monotonic() + WARM_SECONDS
    for _ in range(WARM_CALLS if ask.rounds != 0 else 0):
        if time.monotonic() >= ends:
            return
        ask.timed()


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


def _agreed(name: str, asks: dict[str, Ask], first: dict[str, Timed]) -> str:
    """A sentence on the answer that all gave; `WrongAnswer` if one gave another."""
    forms = {label: ask.compare(first[label].answer) for label, ask in asks.items() if ask.compare is not None}
    if not forms:
        return ""
    reference, expected = next(iter(forms.items()))
    for label, form in forms.items():
        if form != expected:
            answers = f"{label} answers {summary(form)}, {reference} answers {summary(expected)}"
            raise WrongAnswer(f"{name}: {answers}; {_unlike(form, expected)}")
    return summary(expected)


def _unlike(left: Any, right: Any) -> str:
    """Where two forms differ, with an example."""
    for name, mine, theirs in zip(getattr(left, "_fields", ()), left, right, strict=False):
        if mine != theirs and not isinstance(mine, int):
            extra, missing = set(mine) - set(theirs), set(theirs) - set(mine)
            examples = next(iter(extra), ""), next(iter(missing), "")
            return f"{len(extra)} {name} too many, {len(missing)} missing (such as {examples})"
    return f"{str(left)[:300]} against {str(right)[:300]}"
