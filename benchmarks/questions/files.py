"""From a cold start: importing, the first call, and opening the file of another program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal

from benchmarks.bench import Bench
from benchmarks.measure import Ask, Timed, measurement
from benchmarks.targets import below

_FIRST_CALLS = """
import time
started = time.perf_counter()
from {package} import ArtifactCatalog
imported = time.perf_counter()
catalog = ArtifactCatalog(db_path={path!r})
{call}
print(imported - started, time.perf_counter() - started)
"""
_NEW_FILE = "catalog.register('churn', 'Dataset')"

Part = Literal["whole", "import", "call"]


def _in_new_process(package: str, path: Path, call: str, part: Part) -> Timed:
    """The seconds that a new interpreter needs for `import`, for opening the file and the call, or for both."""
    code = _FIRST_CALLS.format(package=package, path=str(path), call=call)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported, answered = map(float, done.stdout.split()[-2:])
    return Timed(done.stderr, {"whole": answered, "import": imported, "call": answered - imported}[part])


@measurement(
    "start",
    "A new program: `import` and the first registration in a new local file",
    rounds=7,
    targets=[below("catalog_graph", 200), below("catalog_graph, import alone", 200)],
    note="From the first line of the program, in a new interpreter each time.",
)
def start(bench: Bench) -> dict[str, Ask]:
    """Each time a file that is not there yet."""
    folder = bench.world().folder

    def fresh(name: str) -> Path:
        path = folder / f"new-{name}" / "catalog.db"
        path.unlink(missing_ok=True)
        return path

    def ask(package: str, part: Part) -> Ask:
        return Ask(
            lambda path: _in_new_process(package, path, _NEW_FILE, part),
            prepare=lambda: fresh(package),
            compare=None,
        )

    return {
        "catalog_graph": ask("catalog_graph", "whole"),
        "catalog_graph, import alone": ask("catalog_graph", "import"),
        "flowyml": ask("flowyml.storage.catalog", "whole"),
    }


@measurement(
    "open_first",
    "Opening a file that FlowyML filled, for the first time: until the first answer",
    rounds=3,
    unit="s",
    targets=[below("local", 10)],
    note="The tables for search, lineage and versions are made once, in short transactions, while FlowyML may go on.",
)
def open_first(bench: Bench) -> dict[str, Ask]:
    """A fresh copy each time."""
    world = bench.world()
    call = f"assert catalog.get({world.root_id!r})"
    return {
        "local": Ask(
            lambda path: _in_new_process("catalog_graph", path, call, "call"),
            prepare=lambda: world.copy_of_file("opened.db"),
            compare=None,
        )
    }


@measurement(
    "open_again",
    "Opening the same file afterwards, until the first answer",
    rounds=7,
    targets=[below("local", 100)],
    note="In a new interpreter each time, after its `import`.",
)
def open_again(bench: Bench) -> dict[str, Ask]:
    """The file that the local contender answers from."""
    world = bench.world()
    assert world.local
    call = f"assert catalog.get({world.root_id!r})"
    return {
        "local": Ask(lambda: _in_new_process("catalog_graph", world.folder / "local.db", call, "call"), compare=None),
        "flowyml": Ask(
            lambda: _in_new_process("flowyml.storage.catalog", world.flowyml_file, call, "call"), compare=None
        ),
    }
