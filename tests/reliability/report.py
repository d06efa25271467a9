"""Rendering of `docs/reliability.md` from the stored runs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.reliability.scenario import REGISTERED, Figures

RESULTS = Path(__file__).parent / "results"
PAGE = Path("docs/reliability.md")

HEAD = """# Reliability

What was acknowledged is there, whatever fails. This page says what was tried and measured: `make chaos` and `make fuzz`
write it. A broken promise ends the command with an error.

| command | time | |
|---|---|---|
| `make chaos` | {chaos} | kills, cut connections, a disk that fills, a clock set back, two services on one folder |
| `make fuzz` | {fuzz} | generated requests |
| `make chaos FORM=--short`, `make fuzz FORM=--short` | two minutes each | for CI: no figures, no times of kills |

`python -m tests.reliability chaos --only kills` runs one scenario. Each is a function in `tests/reliability/chaos` or
`tests/reliability/fuzz`. The figures are stored as JSON in `tests/reliability/results`.
"""


@dataclass
class Outcome:
    """One scenario of a run, with the date and commit of its last run."""

    name: str
    seconds: int
    date: str
    commit: str
    figures: Figures


@dataclass
class Run:
    """The scenarios of a form, on one machine."""

    machine: dict[str, str]
    outcomes: list[Outcome]

    @property
    def seconds(self) -> int:
        """The time of all scenarios."""
        return sum(outcome.seconds for outcome in self.outcomes)

    def save(self, form: str) -> None:
        """Store the run as JSON; scenarios that it did not try keep what an earlier run on this machine stored."""
        path = RESULTS / f"{form}.json"
        path.parent.mkdir(exist_ok=True)
        earlier = Run.load(path) if path.exists() else self
        if earlier.machine == self.machine:
            outcomes = {outcome.name: outcome for outcome in [*earlier.outcomes, *self.outcomes]}
            self.outcomes = [outcomes[name] for name in REGISTERED if name in outcomes]
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        """Load a stored run."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**data, "outcomes": [Outcome(**each) for each in data["outcomes"]]})


def write_page() -> None:
    """Write the page from the stored runs."""
    PAGE.write_text(page_text({path.stem: Run.load(path) for path in sorted(RESULTS.glob("*.json"))}), encoding="utf-8")


def page_text(runs: dict[str, Run]) -> str:
    """Return the page as Markdown."""
    times = {
        form: f"{max(1, round(runs[form].seconds / 60))} min" if form in runs else "not stored yet"
        for form in ("chaos", "fuzz")
    }
    parts = [HEAD.format(**times)]
    for form, run in runs.items():
        machine = run.machine
        place = f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}, {machine['system']}"
        parts.append(f"## `make {form}`\n\nOn {place}.\n")
        parts += [_section(outcome) for outcome in run.outcomes if outcome.name in REGISTERED]
    return "\n".join(parts)


def _section(outcome: Outcome) -> str:
    scenario = REGISTERED[outcome.name]
    lines = [f"### {scenario.title}\n", f"{scenario.promise}.\n", "| | |", "|---|---|"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in outcome.figures.items()]
    lines.append(f"| time of the scenario | {outcome.seconds:,} s, {outcome.date}, commit {outcome.commit} |")
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
