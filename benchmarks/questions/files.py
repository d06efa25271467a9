"""Cold starts: the import, the first call, and opening a file that another program wrote."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal

from benchmarks.bench import Bench
from benchmarks.measure import Timed, Trial, measurement
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
    """Return the time of `import`, of opening the file and the call, or of both, in a new interpreter."""
    code = _FIRST_CALLS.format(package=package, path=str(path), call=call)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported, answered = map(float, done.stdout.split()[-2:])
    return Timed(done.stderr, {"whole": answered, "import": imported, "call": answered - imported}[part])


@measurement(
    "start",
    "Start of a program: `import`, and the first registration in a new local file",
    rounds=7,
    targets=[below("catalog_graph", 200), below("catalog_graph, import alone", 200)],
    note="From the first line of the program on, each time in a new interpreter.",
)
def start(bench: Bench) -> dict[str, Trial]:
    """Use a new file each time."""
    folder = bench.world().folder

    def fresh(name: str) -> Path:
        path = folder / f"new-{name}" / "catalog.db"
        path.unlink(missing_ok=True)
        return path

    def trial(package: str, part: Part) -> Trial:
        return Trial(
            lambda path: _in_new_process(package, path, _NEW_FILE, part),
            prepare=lambda: fresh(package),
            compare=None,
        )

    return {
        "catalog_graph": trial("catalog_graph", "whole"),
        "catalog_graph, import alone": trial("catalog_graph", "import"),
        "flowyml": trial("flowyml.storage.catalog", "whole"),
    }


@measurement(
    "open_first",
    "First opening of a file that FlowyML filled, until the first answer",
    rounds=3,
    unit="s",
    targets=[below("local", 10)],
    note="The tables for search, lineage and versions are filled once, in short transactions between which FlowyML can "
    "write.",
)
def open_first(bench: Bench) -> dict[str, Trial]:
    """Use a new copy of the file each time."""
    world = bench.world()
    call = f"assert catalog.get({world.root_id!r})"
    return {
        "local": Trial(
            lambda path: _in_new_process("catalog_graph", path, call, "call"),
            prepare=lambda: world.copy_of_file("opened.db"),
            compare=None,
        )
    }


@measurement(
    "open_again",
    "Later opening of the same file, until the first answer",
    rounds=7,
    targets=[below("local", 100)],
    note="Each time in a new interpreter, after its `import`.",
)
def open_again(bench: Bench) -> dict[str, Trial]:
    """Open the file of the local contender."""
    world = bench.world()
    assert world.local
    call = f"assert catalog.get({world.root_id!r})"
    return {
        "local": Trial(lambda: _in_new_process("catalog_graph", world.folder / "local.db", call, "call"), compare=None),
        "flowyml": Trial(
            lambda: _in_new_process("flowyml.storage.catalog", world.flowyml_file, call, "call"), compare=None
        ),
    }
