"""dbt: a real project is built on DuckDB, with tests that fail and an exposure that leads to a model."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.integrations.dbt import Target
from tests.support.environments import python_of

pytestmark = pytest.mark.slow
FILES = {
    "dbt_project.yml": """
name: shop
version: "1.0"
profile: shop
flags: {send_anonymous_usage_stats: false}
""",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}",
    "seeds/raw_orders.csv": "id,amount\n1,10\n2,\n",
    "models/orders.sql": "select id, amount from {{ ref('raw_orders') }}",
    "models/features.sql": "select o.id from {{ ref('orders') }} o cross join {{ source('bank', 'rates') }} r",
    "analyses/look.sql": "select 1",
    "models/shop.yml": """
version: 2
sources:
  - {name: bank, schema: main, tables: [{name: rates}]}
models:
  - name: orders
    description: One row for each order.
    config: {tags: [daily]}
    columns:
      - {name: id, data_type: integer, data_tests: [unique, not_null]}
      - {name: amount, data_tests: [not_null]}
exposures:
  - name: fraud_detector
    type: ml
    owner: {name: Ana}
    depends_on: [ref('features')]
    config: {meta: {catalog_artifact: "detector@champion"}}
  - {name: board, type: dashboard, owner: {email: a@example.com}, depends_on: [ref('orders')]}
""",
}
MEASURED = {
    "models/days.sql": "select cast('2026-01-01' as date) as date_day",
    "models/measured.yml": """
version: 2
models:
  - name: days
    time_spine: {standard_granularity_column: date_day}
    columns: [{name: date_day, granularity: day}]
semantic_models:
  - name: rows
    model: ref('features')
    defaults: {agg_time_dimension: at}
    entities: [{name: id, type: primary}]
    dimensions: [{name: at, type: time, expr: current_date, type_params: {time_granularity: day}}]
    measures: [{name: count_of_rows, agg: count, expr: id}]
metrics:
  - {name: row_count, label: Rows, type: simple, type_params: {measure: count_of_rows}}
  - {name: twice, label: Twice, type: derived, type_params: {expr: row_count * 2, metrics: [row_count]}}
exposures:
  - {name: report, type: analysis, owner: {name: Ana}, depends_on: [metric('twice'), ref('orders')]}
""",
}


def dbt(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "DBT_PROFILES_DIR": str(folder), "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [str(python_of("importers").with_name("dbt")), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: a test of the data has failed


@pytest.mark.timeout(300)
def test_a_real_project(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.lstrip())
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    dbt(tmp_path, "parse")
    parsed = catalog.import_from(Target(tmp_path / "target"))
    assert (parsed.new, parsed.left_out) == (6, 3)
    assert "results of tests: there is no run_results.json" in parsed.reasons[-1] + parsed.reasons[-2]
    model = catalog.register("detector", "Model")
    catalog.set_alias("detector", "champion", model)

    dbt(tmp_path, "build")
    built = catalog.import_from(Target(tmp_path / "target"))
    assert built.changed >= 2
    orders = catalog.get("orders")
    assert orders is not None
    assert (orders.id, orders.artifact_type, orders.source_pipeline) == ("dbt:model.shop.orders", "Dataset", "shop")
    assert orders.parent_ids == ["dbt:seed.shop.raw_orders"]
    assert orders.tags == {"dbt": "model", "daily": True, "tests": "fail", "tests_failed": 1}
    assert orders.metadata["description"] == "One row for each order."
    assert orders.metadata["columns"]["id"] == {"type": "integer"}
    assert sorted(orders.metadata["dbt"]["tests"].values()) == ["fail", "pass", "pass"]
    assert orders.source_run_id
    assert [e.name for e in catalog.search("tests:fail")] == ["orders"]
    exposed = [catalog.get(name) for name in ("fraud_detector", "board")]
    assert [(e.artifact_type, e.tags["owner"]) for e in exposed if e] == [
        ("Model", "Ana"),
        ("Dashboard", "a@example.com"),
    ]
    upstream = {card.name for card in catalog.upstream("detector@champion").nodes}
    assert upstream == {"fraud_detector", "features", "orders", "raw_orders", "bank.rates"}
    again = catalog.import_from(Target(tmp_path / "target" / "manifest.json"))
    assert (again.new, again.changed, again.known) == (0, 0, built.known + built.changed + 1)

    # The model no longer reads the source.
    (tmp_path / "models" / "features.sql").write_text("select id from {{ ref('orders') }}")
    dbt(tmp_path, "parse")
    assert catalog.import_from(Target(tmp_path / "target")).changed == 1
    features = catalog.get("features")
    assert features is not None
    assert features.parent_ids == ["dbt:model.shop.orders"]


@pytest.mark.timeout(300)
def test_lineage_goes_through_metrics_and_semantic_models(tmp_path: Path) -> None:
    for name, text in {**FILES, **MEASURED}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.lstrip())
    dbt(tmp_path, "parse")
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    catalog.import_from(Target(tmp_path / "target"))
    report = catalog.get("report")
    assert report is not None
    assert sorted(report.parent_ids) == ["dbt:model.shop.features", "dbt:model.shop.orders"]


@pytest.mark.timeout(300)
def test_results_of_tests_stay_until_they_run_again_or_are_gone(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.lstrip())
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")

    def orders() -> tuple[dict[str, Any], list[str]]:
        catalog.import_from(Target(tmp_path / "target"))
        entry = catalog.get("orders")
        assert entry is not None
        tests = entry.metadata["dbt"].get("tests", {})
        return {key: entry.tags[key] for key in ("tests", "tests_failed")}, sorted(tests.values())

    dbt(tmp_path, "build")
    failed = ({"tests": "fail", "tests_failed": 1}, ["fail", "pass", "pass"])
    assert orders() == failed
    dbt(tmp_path, "run", "--select", "features")
    assert orders() == failed
    dbt(tmp_path, "test", "--select", "unique_orders_id")
    assert orders() == failed
    (tmp_path / "target" / "run_results.json").unlink()
    assert orders() == failed
    # The test that failed is taken away, then all of them.
    described = FILES["models/shop.yml"].replace("data_tests: [not_null]}", "}")
    (tmp_path / "models" / "shop.yml").write_text(described)
    dbt(tmp_path, "parse")
    assert orders() == ({"tests": "pass", "tests_failed": 0}, ["pass", "pass"])
    (tmp_path / "models" / "shop.yml").write_text(described.replace("data_tests: [unique, not_null]", ""))
    dbt(tmp_path, "parse")
    assert orders() == ({"tests": "none", "tests_failed": 0}, [])
    assert orders() == ({"tests": "none", "tests_failed": 0}, [])
