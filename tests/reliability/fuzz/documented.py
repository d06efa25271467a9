"""Requests that schemathesis generates from the OpenAPI document, valid and invalid."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import psutil

from tests.reliability.scenario import Figures, Ground, scenario
from tests.reliability.service import Service
from tests.support.environments import python_of
from tests.support.seals import signed_text

FOLDER = Path(__file__).parent
IDS = json.loads((FOLDER / "ids.json").read_text(encoding="utf-8"))
EXAMPLES, SHORT_EXAMPLES = 200, 10
"""Generated requests of each operation."""
PHASES, SHORT_PHASES = "examples,coverage,fuzzing,stateful", "examples,fuzzing"
MIN_VALID = 10
"""Minimum valid requests of an operation by which it is judged."""
MOST_GROWTH_MB = 200
OF_THE_DOCUMENT = ["9f1c6c1e-6f0e-4c7e-9a43-5d0d4c1f4b7a", "5b0e6a52-7d0c-4f0e-8a43-0c1d5d0d4c1f"]
"""Ids of its examples."""


@scenario(
    "Requests that schemathesis generates from the OpenAPI document",
    "Every check of schemathesis holds: no 5xx, no undocumented status, no response that differs from its schema, "
    "nothing invalid that is accepted, nothing valid that is refused",
)
def documented(ground: Ground) -> Figures:
    python = python_of("fuzz")
    report = ground.folder / "report.json"
    count, phases = (SHORT_EXAMPLES, SHORT_PHASES) if ground.short else (EXAMPLES, PHASES)
    with Service(
        "--store", f"sqlite:///{ground.folder}/catalog.db", variables={"CATALOG_GRAPH_THREADS": "8"}
    ) as service:
        fill(service)
        seal = ground.folder / "seal.json"
        seal.write_text(json.dumps(seal_in(service)), encoding="utf-8")
        process = psutil.Process(service.served.process.pid)
        before = process.memory_info().rss
        command = [
            str(python.with_name("st")), "--config-file", str(FOLDER / "schemathesis.toml"), "run",
            f"http://127.0.0.1:{service.port}/openapi.json", "--checks", "all", "--phases", phases,
            "--max-examples", str(count), "--seed", "1", "--request-timeout", "30", "--generation-database", "none",
            "--no-shrink", "--continue-on-failure", "--report", "json", "--report-json-path", str(report),
        ]  # fmt: skip
        variables = {**os.environ, "SCHEMATHESIS_HOOKS": str(FOLDER / "hooks.py"), "CATALOG_GRAPH_FUZZ_SEAL": str(seal)}
        done = subprocess.run(command, env=variables, cwd=ground.folder, capture_output=True, text=True, check=False)
        growth = (process.memory_info().rss - before) / 1e6
        said = "\n".join(line[:1_000] for line in done.stdout.splitlines())
        assert done.returncode == 0, said[-20_000:] + done.stderr
        assert service.served.process.poll() is None
        assert growth < MOST_GROWTH_MB, growth
        faults = [line for line in service.served.err if "Traceback" in line]
        assert faults == []
    result = json.loads(report.read_text(encoding="utf-8"))
    refusing = mismatches(result)
    assert refusing == [], refusing
    return {
        "schemathesis": result["schemathesis_version"],
        "operations": result["operations"]["tested"],
        "requests": result["test_cases"]["generated"],
        "failed checks": result["test_cases"]["unique_failures"],
        "operations that refuse all valid data": 0,
        "growth of the service": f"{growth:.0f} MB",
    }


def mismatches(result: dict[str, Any]) -> list[str]:
    """Return the operations all of whose valid requests, at least `MIN_VALID`, were refused with 422.

    All phases count together: the warning of schemathesis is about each phase, some of which have one request of an
    operation. The short form has too few.
    """
    passed = ("accepted", "unreachable", "conflicts")
    return [
        operation
        for operation, phases in result["valid_rates"].items()
        if sum(phase["rejected"] for phase in phases.values()) >= MIN_VALID
        and not any(phase[kind] for phase in phases.values() for kind in passed)
    ]


def fill(service: Service) -> None:
    """Register the ids that generated requests name."""
    for place, artifact_id in enumerate(IDS):
        service.wire.register(artifact_id=artifact_id, name="model", artifact_type="Model", parent_ids=IDS[:place])
    for artifact_id in OF_THE_DOCUMENT:
        service.wire.register(artifact_id=artifact_id, name="fraud_detector", artifact_type="Model")
    service.wire("POST", f"/artifacts/{IDS[-1]}/seals", seal_in(service)).ok()
    service.wire("POST", f"/artifacts/{IDS[-1]}/open-erasure", {}).ok()
    service.wire("PUT", "/aliases", {"name": "model", "alias": "champion", "artifact_id": IDS[0]}).ok()


def seal_in(service: Service) -> dict[str, Any]:
    """Return the content of the file of a seal of the last id."""
    statement = service.wire("POST", f"/artifacts/{IDS[-1]}/statement", {})
    return dict(json.loads(signed_text(statement.body).text))
