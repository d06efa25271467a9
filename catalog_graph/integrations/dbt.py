"""Import of a dbt project from its target folder: tables, sources and exposures, with the results of tests.

`manifest.json` is read as dbt writes it since 1.0 (manifest v4), and `run_results.json` if it is there:
https://docs.getdbt.com/reference/artifacts/manifest-json. An artifact stands for what a node is now, so that an edge
that the project no longer has is removed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.copies.records import LeftOut
from catalog_graph.integrations.reading import as_json, read_object, set_values
from catalog_graph.transfer.importing import Descent, Item, Lookup, Source

_TABLES = ("model", "seed", "snapshot")
_EXPOSURES = {"ml": "Model", "dashboard": "Dashboard", "notebook": "Notebook", "analysis": "Analysis"}
"""Artifact types of exposures by their own type; others are an `Application`."""
_NO_TABLES = {
    "analysis": "an analysis is compiled and never run, so it makes no table",
    "operation": "a hook makes no table",
    "function": "a function holds no data",
    "sql_operation": "an operation makes no table",
}
_OUTCOMES = ("error", "fail", "warn", "pass")
"""Results of tests, the worst first; `runtime error` counts as an error."""
_NOT_RUN = ("", "skipped")
"""Results that say nothing of a table: what an earlier run has found stands."""
LINK = "catalog_artifact"
"""Key in the `meta` of an exposure that names the artifact that was made from it, such as `fraud@champion`."""


class Target(Source):
    """The target folder of a dbt project, or its `manifest.json`, for `ArtifactCatalog.import_from`."""

    by = "import dbt"
    replaced = "dbt:"

    def __init__(self, path: str | Path) -> None:
        place = Path(path)
        manifest = place if place.suffix == ".json" else place / "manifest.json"
        what = "the target folder of a dbt project, which `dbt parse` or `dbt build` writes"
        self._manifest = as_json(read_object(manifest, what))
        results = manifest.with_name("run_results.json")
        self._run: dict[str, Any] = as_json(read_object(results, what)) if results.exists() else {}
        self._results = {each["unique_id"]: each for each in self._run.get("results", ())}

    def items(self, lookup: Lookup) -> Iterator[Item]:
        """Yield tables and sources, then exposures, and what dbt has beside them."""
        tests = self._tests()
        nodes = {**self._manifest.get("sources", {}), **self._manifest.get("nodes", {})}
        tables = [unique_id for unique_id, node in nodes.items() if node["resource_type"] in (*_TABLES, "source")]
        known = dict(zip(tables, lookup([_id(unique_id) for unique_id in tables]), strict=True))
        for unique_id, node in nodes.items():
            kind = node["resource_type"]
            if unique_id in known:
                yield self._table(unique_id, node, tests[unique_id], known[unique_id])
            elif kind not in ("test", "unit_test"):
                yield LeftOut(unique_id, _NO_TABLES.get(kind, f"a {kind} makes no table"))
        for unique_id, exposure in self._manifest.get("exposures", {}).items():
            yield self._exposure(unique_id, exposure)
            link = {**exposure.get("meta", {}), **exposure.get("config", {}).get("meta", {})}.get(LINK)
            if link:
                yield Descent(str(link), _id(unique_id))
        for kind in ("metrics", "semantic_models", "saved_queries"):
            for unique_id in self._manifest.get(kind, {}):
                yield LeftOut(unique_id, f"it is of {kind.replace('_', ' ')}, which make no table")
        for unique_id in self._manifest.get("disabled", {}):
            yield LeftOut(unique_id, "it is disabled")
        if not self._run:
            yield LeftOut("results of tests", "there is no run_results.json beside the manifest; run `dbt build`")

    def _table(
        self, unique_id: str, node: Mapping[str, Any], tests: Mapping[str, str], known: CatalogEntry | None
    ) -> CatalogEntry:
        kind = node["resource_type"]
        name = f"{node['source_name']}.{node['name']}" if kind == "source" else node["name"]
        earlier = _earlier_tests(known)
        tests = {name: earlier.get(name, now) if now in _NOT_RUN else now for name, now in tests.items()}
        tests = {name: outcome for name, outcome in tests.items() if outcome}
        counts = Counter(tests.values())
        columns = {
            column: set_values(type=each.get("data_type"), description=each.get("description"))
            for column, each in node.get("columns", {}).items()
        }
        result = self._results.get(unique_id, {})
        details = set_values(
            resource=kind,
            relation=node.get("relation_name"),
            materialized=node.get("config", {}).get("materialized"),
            path=node.get("original_file_path"),
            checksum=node.get("checksum", {}).get("checksum"),
            status=result.get("status"),
            seconds=result.get("execution_time"),
            tests=tests,
        )
        worst = next((outcome for outcome in _OUTCOMES if counts[outcome]), None)
        if worst is None and known is not None and "tests" in known.tags:
            worst = "none"
        return self._entry(
            unique_id,
            node,
            name,
            "Dataset",
            details,
            {"dbt": kind, **({"tests": worst, "tests_failed": counts["fail"] + counts["error"]} if worst else {})},
            columns=columns,
            source_run_id=self._invocation() if result else "",
        )

    def _exposure(self, unique_id: str, exposure: Mapping[str, Any]) -> CatalogEntry:
        owner = exposure.get("owner", {})
        details = set_values(resource="exposure", type=exposure["type"], maturity=exposure.get("maturity"), owner=owner)
        tags = {"dbt": "exposure", **set_values(owner=owner.get("name") or owner.get("email"))}
        name, kind = exposure["name"], _EXPOSURES.get(exposure["type"], "Application")
        return self._entry(unique_id, exposure, name, kind, details, tags, uri=exposure.get("url") or "")

    def _entry(
        self,
        unique_id: str,
        node: Mapping[str, Any],
        name: str,
        artifact_type: str,
        details: dict[str, Any],
        tags: dict[str, Any],
        columns: dict[str, Any] | None = None,
        **fields: Any,
    ) -> CatalogEntry:
        own_tags = {tag: True for tag in node.get("tags", ()) if tag not in tags}
        return CatalogEntry(
            artifact_id=_id(unique_id),
            name=name,
            artifact_type=artifact_type,
            source_step=unique_id,
            source_pipeline=node.get("package_name", ""),
            parent_ids=[_id(parent) for parent in self._parents(unique_id)],
            tags={**own_tags, **tags},
            metadata={
                "dbt": {**details, **set_values(meta=node.get("meta"))},
                **set_values(description=node.get("description"), columns=columns),
            },
            **fields,
        )

    def _parents(self, unique_id: str) -> list[str]:
        """Return the nearest tables and sources above a node: those it reads, also through metrics and the like."""
        parents: Mapping[str, list[str]] = self._manifest.get("parent_map", {})
        tables: list[str] = []
        seen, waiting = {unique_id}, list(reversed(parents.get(unique_id, ())))
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node.partition(".")[0] in (*_TABLES, "source"):
                tables.append(node)
            else:
                waiting += reversed(parents.get(node, ()))
        return tables

    def _tests(self) -> dict[str, dict[str, str]]:
        """Return the results of tests by table, then by the name of the test; empty if the test has not run."""
        tests: dict[str, dict[str, str]] = defaultdict(dict)
        for unique_id, node in self._manifest.get("nodes", {}).items():
            if node["resource_type"] == "test":
                status = self._results.get(unique_id, {}).get("status", "")
                outcome = "error" if status == "runtime error" else status
                attached = node.get("attached_node")
                for table in [attached] if attached else self._parents(unique_id):
                    tests[table][node["name"]] = outcome
        return tests

    def _invocation(self) -> str:
        return str(self._run.get("metadata", {}).get("invocation_id", ""))


def _id(unique_id: str) -> str:
    return f"dbt:{unique_id}"


def _earlier_tests(known: CatalogEntry | None) -> dict[str, str]:
    """Return the results of tests that the catalog has of a table."""
    details = known.metadata.get("dbt") if known is not None else None
    tests = details.get("tests") if isinstance(details, dict) else None
    return tests if isinstance(tests, dict) else {}
