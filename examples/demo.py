"""Run the service and a FlowyML pipeline as its client, then draw the lineage in the catalog.

`make demo` runs this program. It uses the service at `FLOWYML_CATALOG_ENDPOINT`. Without that variable it starts
one on a free port, with its data in `.catalog_graph/demo`, and stops it at the end.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from catalog_graph import ArtifactCatalog

HERE = Path(__file__).parent
DATA_DIR = HERE.parent / ".catalog_graph" / "demo"
COMMAND = str(Path(sys.executable).with_name("catalog-graph"))
START_SECONDS = 600
"""Time limit of a start; the first one downloads Neo4j."""


def main() -> None:
    """Run the demonstration."""
    with service() as endpoint:
        os.environ["FLOWYML_CATALOG_ENDPOINT"] = endpoint
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        with ArtifactCatalog() as catalog:
            show_pipeline(catalog)
            show_fraud_chain(catalog)
    print("\nRun `make serve` to keep a service; README.md says how to point your own programs at it.")


@contextmanager
def service() -> Iterator[str]:
    """Yield the endpoint of a running service."""
    endpoint = os.environ.get("FLOWYML_CATALOG_ENDPOINT")
    if endpoint:
        print(f"Using the service at {endpoint}")
        yield endpoint
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([COMMAND, "serve", "--port", str(port), "--data-dir", str(DATA_DIR)])
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}/api/v1/catalog"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)


def wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    """Wait until the service answers; exit if it does not start."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit("The service did not start; the line above says why.")
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    sys.exit(f"The service did not become ready within {START_SECONDS} seconds.")


def show_pipeline(catalog: ArtifactCatalog) -> None:
    """Run a stock FlowyML pipeline twice, and draw the lineage of its reports."""
    for detector, text in (("cards", "A FlowyML pipeline"), ("amount", "The same with another detector step")):
        title(text)
        run_pipeline("--detector", detector)
        [report] = catalog.list(source_pipeline="fraud_training", source_step="fraud_report", limit=1)
        print(catalog.upstream(report.id).tree())


def run_pipeline(*arguments: str) -> None:
    """Run the pipeline by the command that records its lineage; its output goes to a file."""
    log = DATA_DIR / "pipeline.log"
    command = [COMMAND, "flowyml", "run", str(HERE / "fraud_pipeline.py"), *arguments]
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, cwd=DATA_DIR)
    if done.returncode:
        sys.exit(f"{log.read_text(encoding='utf-8')}\nThe pipeline failed; its output is above.")
    # Send the records that are still in the outbox.
    subprocess.run([COMMAND, "flowyml", "replay"], check=True, stdout=subprocess.DEVNULL, cwd=DATA_DIR)
    print(f"(catalog-graph flowyml run fraud_pipeline.py {' '.join(arguments)}; FlowyML's output: {log})\n")


def show_fraud_chain(catalog: ArtifactCatalog) -> None:
    """Register three artifacts from Python, and draw the lineage of the last one."""
    title("Registered from Python: raw_transactions -> fraud_features -> fraud_detector")
    raw = catalog.register("raw_transactions", "Dataset", uri="s3://lake/transactions/2026-03-01")
    features = catalog.register("fraud_features", "FeatureSet", parent_ids=[raw], tags={"team": "fraud"})
    model = catalog.register(
        "fraud_detector", "Model", parent_ids=[features], tags={"stage": "production", "f1_score": 0.95}
    )
    lineage = catalog.upstream(model)
    print(lineage.tree())
    print()
    print(lineage.mermaid())


def title(text: str) -> None:
    """Print a headline."""
    print(f"\n=== {text}\n", flush=True)


if __name__ == "__main__":
    main()
