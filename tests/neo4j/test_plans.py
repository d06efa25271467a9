"""Every query, planned by a real server in each version of the language: it stands on the operators it was made for.

Plans follow from what is stored, so there is something: a small history.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from neo4j import Driver

from benchmarks.contenders.ours import our_entries
from benchmarks.history import History
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.queries import names, query
from tests.support.neo4j import Neo4jSettings, emptied

PART = {"id": "a", "depth": 5, "limit": 10, "after_depth": 0, "after_id": ""}
WALK = {**PART, "known": False}
WHERE = {"any_of": [{"has": ["a"]}], "lucene": ['"a"'], "cap": 10, "exact": True}
AS_OF = {**WHERE, "at": 1, "without": ["b"]}
ALIASES = {"after_name": "", "after_alias": "", "limit": 10}
SOURCES = [{"lucene": '"a"'}, {"part": "a"}, {"name": "a"}, {"prefix": "a"}]
CREATED: dict[str, Any] = {"created": [[0, 9]]}
SELECTED: dict[str, Any] = {"any_of": [{"has": ["a"]}]}
COUNTED: dict[str, Any] = {"fields": ["artifact_type"], "tag_prefixes": ["a"]}
FACETS: dict[str, Any] = {**COUNTED, "limit": 10, "most": 9}
ORDERED: dict[str, Any] = {**SELECTED, "words": [], "compact": "", "limit": 10}
POSITION: dict[str, Any] = {"tier": 0, "after_seq": 9, "after_id": "a"}
BEFORE = {"recorded": 9, "position": 1, "before_id": "a", "limit": 10}
NUMBERS = {"low": 1, "high": 9, "limit": 10}
VALUES: dict[str, dict[str, Any]] = {
    "aliases/give": {
        **dict.fromkeys(("name", "sort_name", "alias", "artifact_id", "by"), "a"),
        **{"terms": ["t"], "card_end": "", "now": 1, "revision": 1},
    },
    "aliases/held": {"artifact_id": "a", "sort_name": None, "alias": None, **ALIASES},
    "aliases/history": {"name": "a", "alias": None, "before_number": 9, "limit": 10},
    "aliases/list": {"sort_name": None, "alias": None, **ALIASES},
    "aliases/lock": {"sort_name": "a", "alias": "a"},
    "aliases/record": {"name": "a", "alias": "a", "before": "a", "after": None, "by": "", "now": 1},
    "aliases/take": {"sort_name": "a", "alias": "a", "terms": ["t"], "card_end": "", "revision": 1},
    "artifacts/create": {
        "rows": [{"properties": {"artifact_id": "a"}, "labels": ["Model"]}],
        **{"others": ["b"], "edges": [[0, 1]], "now": 1},
    },
    "artifacts/change": {
        "rows": [
            {"id": "a", "properties": {"tags": "{}"}, "terms": ["x"], "card": None, "old_labels": [], "labels": ["M"]}
        ]
    },
    "artifacts/details": {"ids": ["a"]},
    "artifacts/end_lives": {"ids": ["a"], "now": 1},
    "artifacts/holders": {"names": [["a", "A"]]},
    "artifacts/kept": {"ids": ["a"]},
    "artifacts/latest": {"compact": "a", "name": "A"},
    "artifacts/lock": {"ids": ["a"], "parent_ids": ["b"], "hashes": ["h"]},
    "artifacts/named": {"compact": "a", "name": "A", **BEFORE},
    "artifacts/named_versions": {"lucene": ['"a"'], "name": "A", "versions": ["1"], **BEFORE},
    "artifacts/newer": {"rows": [["a", "a", 1], ["b", "b", None]]},
    "artifacts/newest": {"names": [["a", "A", "A"]]},
    "artifacts/oldest_by_hash": {"hash": "h"},
    "artifacts/purge": {"id": "a", "properties": {"artifact_id": "a"}},
    "store/purge": {"id": "a", "names": ["n"], "texts": ["t"], "until": 9},
    "artifacts/remains": {"id": "a"},
    "artifacts/read": {"ids": ["a"]},
    "artifacts/state": {"id": "a"},
    "artifacts/stubs": {"rows": [{"artifact_id": "a"}]},
    "artifacts/with_content": {"hashes": ["h"]},
    "artifacts/update": {"rows": [{"properties": {"artifact_id": "a"}, "old_labels": [], "labels": ["Model"]}]},
    "changes/before": {"at": 1},
    "changes/behind": {"number": 1, "limit": 10},
    "changes/bounds": {},
    "changes/last": {},
    "changes/drop": {"before": 1, "limit": 10},
    "changes/history": {"id": "a", **NUMBERS, "newest": True},
    "changes/newest": {**NUMBERS, "kinds": [1], "caller": "a"},
    "changes/oldest": {**NUMBERS, "kinds": None, "caller": None},
    "changes/record": {
        **{"ticket": 1, "touched": ["a"], "now": 1, "kinds": [1], "callers": ["a"], "body": "[]"},
        **{"parents": ["a"], "childless": ["a"], "schema": 9},
    },
    "changes/rewrite": {"rows": [[1, "[]"]]},
    "copies/aliases": {"sort_names": ["a"], "artifact_ids": ["a"]},
    "copies/all_aliases": {},
    "copies/all_artifacts": {},
    "copies/all_moves": {"at": 1},
    "copies/all_seals": {},
    "copies/all_versions": {},
    "copies/artifacts": {"ids": ["a"]},
    "copies/forget_moves": {"name": "a", "known": 1},
    "copies/lives": {"rows": [["a", [[1, 2, 3, "card"]]]]},
    "copies/link": {"edges": [["a", "b", 1, None]]},
    "copies/lock": {"ids": ["a"]},
    "copies/moves": {"names": ["a"]},
    "copies/record_moves": {"moves": [["a", "a", None, "a", "", 1]]},
    "copies/running": {"database": "neo4j"},
    "copies/unlink": {"ids": ["a"]},
    "lineage/ancestry": {"id": "a", "tag_prefixes": ["a"]},
    "lineage/ancestry_where": {"id": "a", "tag_prefixes": ["a"], **WHERE},
    "lineage/ancestry_as_of": {"id": "a", "tag_prefixes": ["a"], **AS_OF, "until": [{"has": ["a"]}]},
    "lineage/all": {"after": "", "limit": 10},
    "lineage/children": {"ids": ["a"]},
    "lineage/present": {"ids": ["a"]},
    "lineage/cycles": {"edges": [["a", "b"]]},
    "lineage/downstream": {**WALK, "reach": 6},
    "lineage/downstream_where": {**PART, **WHERE, "registered": True, "reach": 6},
    "lineage/downstream_as_of": {**PART, **AS_OF, "registered": True, "reach": 6, "until": [{"has": ["a"]}]},
    "lineage/ended": {"ids": ["a"]},
    "lineage/hide": {"ids": ["a"], "now": 1},
    "lineage/impact": {"id": "a", "tag_prefixes": ["a"]},
    "lineage/shortest": {"source": "a", "target": "b"},
    "lineage/impact_where": {"id": "a", "tag_prefixes": ["a"], **WHERE},
    "lineage/impact_as_of": {"id": "a", "tag_prefixes": ["a"], **AS_OF, "until": [{"has": ["a"]}]},
    "lineage/link": {"edges": [["a", "b"]], "now": 1},
    "lineage/mark": {"ids": ["a"]},
    "lineage/neighbours": {"id": "a"},
    "lineage/parents": {"ids": ["a"]},
    "lineage/unlink": {"rows": [["a", ["b"]]], "now": 1},
    "lineage/upstream": {**WALK, "reach": 6},
    "lineage/upstream_where": {**PART, **WHERE, "registered": True, "reach": 6},
    "lineage/upstream_as_of": {**PART, **AS_OF, "registered": True, "reach": 6, "until": [{"has": ["a"]}]},
    "lineage/surroundings": {"ids": ["a", "b"]},
    "lineage/surroundings_as_of": {"ids": ["a", "b"], "at": 1},
    "openlineage/add_uses": {"uses": [["made:a", 1, "a", "r"]]},
    "openlineage/after": {"probes": [["made:a", 1]]},
    "openlineage/are_registered": {"ids": ["a"], "prefixes": ["a,"]},
    "openlineage/before": {"probes": [["made:a", 1]]},
    "openlineage/documents": {"keys": ["a"]},
    "openlineage/remove_uses": {"uses": [["made:a", 1, "a", "r"]]},
    "openlineage/save_documents": {"documents": [["a", "{}"]]},
    "openlineage/span": {"spans": [["read:a", 0, 9]]},
    "search/counted": {**SELECTED, **COUNTED, "sources": [*SOURCES[:2], CREATED]},
    "search/facets_sorted": {**SELECTED, **FACETS, "sources": SOURCES[:2]},
    "search/facets_walked": {**SELECTED, **FACETS, "rows": 10, "since": 0, "until": 9},
    "search/hits": {"source": CREATED},
    "search/near": {"lucene": "fruad~1", "limit": 10, "separator": "|"},
    "search/page_few": {**ORDERED, "stages": [{**POSITION, "choices": [SOURCES]}], "cap": 10, "dense": 3},
    "search/page_sorted": {**ORDERED, **POSITION, "sources": SOURCES},
    "search/page_terms": {**ORDERED, **POSITION, "attempts": [{"lucene": '"a"', "cap": 10, "whole": True}]},
    "search/page_newest": {"after_seq": 9, "after_id": "a", "since": 0, "limit": 10},
    "search/page_walked": {**ORDERED, **POSITION, "lucene": ['"a"'], "cap": 10, "rows": 10, "since": 0},
    "search/probe": {"sources": SOURCES, "cap": 10},
    "search/since": {"rows": 10},
    "store/await_indexes": {"seconds": 1},
    "store/count_versions": {"counts": [{"name": "a", "more": 1, "least": 1}]},
    "store/drop_receipts": {"day": 1, "limit": 10},
    "store/index_names": {},
    "seals/ancestors": {"id": "a"},
    "seals/keep": {
        "rows": [{"artifact_id": "a", "digest": "d", "part": 0, "parts": 1, "at": 1, "card": "{}", "body": b""}]
    },
    "seals/known": {"keys": [["a", "d", 0]]},
    "seals/digests": {"artifact_ids": ["a"]},
    "seals/list": {"artifact_id": "a", "limit": 10},
    "seals/read": {"artifact_id": "a", "digest": "d"},
    "store/keys": {},
    "store/erasure": {"artifact_id": "a"},
    "store/erasure_ids": {},
    "store/drop_erasure": {"artifact_id": "a"},
    "store/keep_erasure": {"artifact_id": "a", "opened": 1, "by": "", "reason": ""},
    "store/keep_erasure_items": {"items": [{"erasure": "a", "item": "artifact:a"}]},
    "store/mark_erasure": {"artifact_id": "a", "items": ["artifact:a"], "by": "", "note": "", "now": 1},
    "store/keep_key": {"key": {"digest": "sha256:0", "name": "a"}},
    "store/end_keys": {"digests": ["sha256:0"], "at": 1},
    "store/webhooks": {},
    "store/keep_webhook": {"webhook": {"id": "wh_1"}},
    "store/delete_webhook": {"id": "wh_1"},
    "store/webhook_progress": {"id": "wh_1", "progress": {"place": "1"}, "holder": "a", "lease": "webhooks"},
    "store/take_lease": {"name": "webhooks", "holder": "a", "milliseconds": 1000},
    "store/key_uses": {"uses": [["sha256:0", 1]]},
    "store/is_empty": {},
    "store/keep_receipts": {"rows": [{"key": "k", "digest": "d", "answers": "[]"}], "day": 1, "now": 1},
    "store/reach": {},
    "store/receipts": {"keys": ["k"], "days": [0, 1], "since": 0},
    "store/refuse_earlier": {"number": 9},
    "store/record_migration": {"number": 1, "name": "a", "now": 1},
    "store/schema_number": {},
    "store/server": {},
    "store/sizes": {},
    "store/take_locks": {"names": ["a"]},
    "store/to_index": {"after": "a", "limit": 10},
    "search/ids": {"lucene": ['"a"'], "cap": 10},
    "search/named": {"id": "a", "names": [["a", "A"]]},
    "search/near_tokens": {"lucene": "fruad~1", "start": "t", "limit": 10},
    **{name: {} for name in names("schema")},
    "schema/026_search": {
        "rows": [{"artifact_id": "a", "revision": 1, "search_text": "", "terms": [], "tag_tokens": None}]
    },
}
SEEK, LOCKING_SEEK = "NodeUniqueIndexSeek", "NodeUniqueIndexSeek(Locking)"
OPERATORS = {
    "aliases/give": [LOCKING_SEEK],
    "aliases/held": [SEEK],
    "aliases/history": ["NodeIndexSeek"],
    "aliases/list": [SEEK],
    "aliases/lock": ["Merge", LOCKING_SEEK],
    "aliases/record": ["Merge"],
    "aliases/take": [LOCKING_SEEK],
    "artifacts/create": [LOCKING_SEEK],
    "artifacts/details": [SEEK],
    "artifacts/end_lives": [LOCKING_SEEK],
    "artifacts/kept": [SEEK],
    "artifacts/holders": ["NodeIndexSeek", "Limit"],
    "artifacts/latest": ["NodeIndexSeek", "PartialSort"],
    "artifacts/lock": [LOCKING_SEEK, "NodeIndexSeek", "Limit"],
    "artifacts/named": ["NodeIndexSeek", "PartialSort"],
    "artifacts/named_versions": ["ProcedureCall", "Top"],
    "artifacts/newer": [SEEK, "NodeIndexSeek"],
    "artifacts/newest": ["NodeIndexSeek", SEEK, "PartialSort"],
    "artifacts/oldest_by_hash": ["NodeIndexSeek", "Limit"],
    "artifacts/read": [SEEK],
    "artifacts/state": [SEEK],
    "artifacts/stubs": ["Merge"],
    "artifacts/change": [LOCKING_SEEK],
    "artifacts/update": [LOCKING_SEEK],
    "changes/before": ["NodeIndexSeek", "Limit"],
    "changes/behind": [SEEK, "NodeUniqueIndexSeekByRange", "Limit"],
    "changes/last": [SEEK],
    "lineage/all": ["NodeUniqueIndexSeekByRange", "Limit"],
    "lineage/present": [SEEK],
    "changes/bounds": [SEEK],
    "changes/drop": [LOCKING_SEEK, "Limit"],
    "changes/history": [SEEK, "NodeIndexSeek", "Top"],
    "changes/newest": ["NodeUniqueIndexSeekByRange", "Limit"],
    "changes/oldest": ["NodeUniqueIndexSeekByRange", "Limit"],
    "changes/record": [LOCKING_SEEK, "Merge"],
    "changes/rewrite": [LOCKING_SEEK],
    "copies/artifacts": [SEEK],
    "copies/forget_moves": ["NodeIndexSeek"],
    "copies/link": [LOCKING_SEEK],
    "copies/lock": [LOCKING_SEEK],
    "copies/moves": ["NodeIndexSeek"],
    "copies/unlink": [LOCKING_SEEK],
    "lineage/ancestry": [SEEK, "VarLengthExpand(Pruning,BFS,All)"],
    "lineage/ancestry_where": [SEEK, "VarLengthExpand(Pruning,BFS,All)", "ProcedureCall"],
    "lineage/ancestry_as_of": [SEEK, "VarLengthExpand(Pruning,BFS,All)"],
    "lineage/children": [SEEK],
    "lineage/cycles": [SEEK, "ShortestPath"],
    "lineage/downstream": [SEEK, "VarLengthExpand(Pruning,BFS,All)", "PartialSort"],
    "lineage/downstream_where": [SEEK, "VarLengthExpand(Pruning,BFS,All)", "ProcedureCall"],
    "lineage/downstream_as_of": [SEEK, "VarLengthExpand(Pruning,BFS,All)", "ProcedureCall"],
    "lineage/ended": [LOCKING_SEEK],
    "lineage/hide": [LOCKING_SEEK],
    "lineage/impact": [SEEK, "VarLengthExpand(Pruning,BFS,All)"],
    "lineage/shortest": [SEEK, "ShortestPath"],
    "lineage/impact_where": [SEEK, "VarLengthExpand(Pruning,BFS,All)", "ProcedureCall"],
    "lineage/impact_as_of": [SEEK, "VarLengthExpand(Pruning,BFS,All)"],
    "lineage/link": [LOCKING_SEEK],
    "lineage/mark": [SEEK, "VarLengthExpand(Pruning,BFS,All)"],
    "lineage/neighbours": [SEEK],
    "lineage/parents": [SEEK],
    "lineage/unlink": [LOCKING_SEEK],
    "lineage/upstream": [SEEK, "VarLengthExpand(Pruning,BFS,All)", "PartialSort"],
    "lineage/upstream_where": [SEEK, "VarLengthExpand(Pruning,BFS,All)", "ProcedureCall"],
    "lineage/upstream_as_of": [SEEK, "VarLengthExpand(Pruning,BFS,All)", "ProcedureCall"],
    "openlineage/after": ["NodeIndexSeek", "Limit"],
    "openlineage/are_registered": [SEEK],
    "openlineage/before": ["NodeIndexSeek", "Limit"],
    "openlineage/documents": [SEEK],
    "openlineage/remove_uses": ["NodeIndexSeek"],
    "openlineage/save_documents": ["Merge"],
    "openlineage/span": ["NodeIndexSeek"],
    "search/counted": ["ProcedureCall", "NodeIndexContainsScan", "NodeIndexSeek", "EagerAggregation"],
    "search/facets_sorted": ["ProcedureCall", "NodeIndexContainsScan"],
    "search/facets_walked": ["NodeIndexSeek", "Limit"],
    "search/hits": ["ProcedureCall", "NodeIndexContainsScan", "NodeIndexSeek"],
    "search/named": [SEEK, "NodeIndexSeek", "Limit"],
    "search/near": ["ProcedureCall"],
    "search/near_tokens": ["ProcedureCall"],
    "search/page_few": ["ProcedureCall", "NodeIndexContainsScan", "NodeIndexSeek", "Limit", "Sort"],
    "search/page_sorted": ["ProcedureCall", "NodeIndexContainsScan", "NodeIndexSeek", "Top"],
    "search/page_terms": ["ProcedureCall", "Sort", "Limit"],
    "search/page_newest": ["NodeIndexSeek", "Limit"],
    "search/page_walked": ["ProcedureCall", "NodeIndexSeek", "Limit"],
    "search/probe": ["ProcedureCall", "NodeIndexContainsScan", "NodeIndexSeek", "Limit"],
    "search/since": ["NodeIndexScan", "Skip", "Limit"],
    "seals/ancestors": [SEEK, "VarLengthExpand(Pruning,BFS,All)"],
    "seals/known": [SEEK],
    "seals/digests": ["NodeUniqueIndexSeek"],
    "seals/list": ["NodeUniqueIndexSeek", "Top"],
    "seals/read": ["NodeUniqueIndexSeek"],
    "store/count_versions": ["Merge"],
    "store/drop_receipts": [SEEK, "Limit"],
    "store/keep_receipts": ["Merge"],
    "store/receipts": [SEEK],
    "store/keys": ["NodeIndexScan"],
    "store/keep_key": ["Merge"],
    "store/end_keys": [LOCKING_SEEK],
    "store/webhooks": ["NodeIndexScan"],
    "store/keep_webhook": ["Create"],
    "store/delete_webhook": [LOCKING_SEEK],
    "store/webhook_progress": [LOCKING_SEEK],
    "store/take_lease": ["Merge"],
    "store/key_uses": [LOCKING_SEEK],
    "store/sizes": ["NodeCountFromCountStore", "RelationshipCountFromCountStore"],
    "store/take_locks": ["Merge"],
}
"""Operators that a plan has to have."""
NEVER = ("AllNodesScan", "NodeByLabelScan", "UndirectedRelationship", "DirectedRelationshipTypeScan")
"""Operators that read more than what is asked about."""
UNSORTED = (
    *("aliases/history", "aliases/list", "artifacts/lock", "artifacts/oldest_by_hash"),
    *("search/facets_walked", "search/page_newest", "search/page_walked", "search/since"),
)
"""Queries whose order is that of an index."""
PAIRS = (
    "artifacts/create",
    "artifacts/latest",
    "artifacts/lock",
    "artifacts/newest",
    "copies/link",
    "lineage/link",
    "lineage/cycles",
    "lineage/shortest",
    "search/named",
    "search/page_few",
    "search/page_walked",
)
"""Queries that put single rows together, or one row and a walk."""

CHOOSING = ("_where", "_as_of")
"""Queries that put one root and one list of candidates together."""


def operators(plan: dict[str, Any]) -> Iterator[str]:
    operator = str(plan["operatorType"]).partition("@")[0]
    # Later servers merge a node by its unique property in one operator, and a limit may go into a sort.
    yield operator.replace("MergeUniqueNode", "Merge").replace("PartialTop", "PartialSort")
    for child in plan.get("children", []):
        yield from operators(child)


EITHER_ON_5_26 = frozenset({"aliases/list"})
"""Neo4j 5.26 takes this from an index in order or sorts it: its statistics decide, and the history has no aliases."""


@pytest.fixture(scope="module")
def history(shared_neo4j_backend: Neo4jCatalogBackend, neo4j_driver: Driver, neo4j_settings: Neo4jSettings) -> None:
    """Store a few thousand artifacts, and bring the planner's statistics up to date."""
    emptied(neo4j_driver, neo4j_settings.database)
    shared_neo4j_backend.register_many(our_entries(History(5_000).entries()))
    neo4j_driver.execute_query("CALL db.prepareForReplanning(60)", database_=neo4j_settings.database)


@pytest.fixture(scope="session")
def languages(neo4j_driver: Driver, neo4j_settings: Neo4jSettings) -> list[str]:
    """Return the versions of Cypher that this server supports; Neo4j 5 does not list them."""
    rows = neo4j_driver.execute_query(
        "CALL dbms.components() YIELD name, versions WITH * WHERE name = 'Cypher' RETURN versions",
        database_=neo4j_settings.database,
    ).records
    return list(rows[0]["versions"]) if rows else ["5"]


def test_every_query_is_planned_here() -> None:
    assert set(VALUES) == set(names())


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("name", sorted(VALUES))
def test_the_plan(name: str, languages: list[str], neo4j_driver: Driver, neo4j_settings: Neo4jSettings) -> None:
    """In the version of the language that the service's queries are read in."""
    assert_plan(name, "", languages, neo4j_driver, neo4j_settings)


@pytest.mark.long
@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("name", sorted(VALUES))
def test_the_plan_in_each_language(
    name: str, languages: list[str], neo4j_driver: Driver, neo4j_settings: Neo4jSettings
) -> None:
    for language in languages:
        assert_plan(name, f"CYPHER {language}", languages, neo4j_driver, neo4j_settings)


def assert_plan(name: str, prefix: str, languages: list[str], driver: Driver, settings: Neo4jSettings) -> None:
    text, parameters = query(name).bound(VALUES[name])
    plan = driver.execute_query(f"{prefix} EXPLAIN {text}", parameters, database_=settings.database).summary.plan
    assert plan is not None
    found = list(operators(plan))
    either = languages == ["5"] and name in EITHER_ON_5_26
    wanted = [operator for operator in OPERATORS.get(name, []) if not (either and operator == "PartialSort")]
    assert [operator for operator in wanted if operator not in found] == [], found
    # A copy of everything reads everything.
    if not name.startswith(("store", "schema", "copies/all", "copies/running")):
        assert [operator for operator in found if operator.startswith(NEVER)] == [], found
        assert "CartesianProduct" not in found or name in PAIRS or name.endswith(CHOOSING)
    if name == "artifacts/newer":
        # One range of an index for each of its parts, none for the sides of a comparison.
        assert found.count("NodeIndexSeek") == 3, found
    if name in UNSORTED and not either:
        assert {"Sort", "Top", "PartialSort", "PartialTop"}.isdisjoint(found)
    if "lineage/downstream" in name or "lineage/upstream" in name:
        # The walk comes nearest first by itself; by id a part of it is sorted.
        assert found.count("Sort") <= 1, found


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("direction", ["upstream", "downstream"])
def test_a_bound_of_the_depth_reaches_the_expansion(
    direction: str, neo4j_driver: Driver, neo4j_settings: Neo4jSettings
) -> None:
    for reach, wanted in ((3, "*..3]"), (None, "*..2147483647]")):
        text, parameters = query(f"lineage/{direction}").bound({**WALK, "reach": reach})
        plan = neo4j_driver.execute_query(f"EXPLAIN {text}", parameters, database_=neo4j_settings.database).summary.plan
        assert plan is not None
        assert f"[:DERIVED_FROM{wanted}" in details(plan, "VarLengthExpand(Pruning,BFS,All)")


def details(plan: dict[str, Any], operator: str) -> str:
    own = str(plan["args"].get("Details", "")) if plan["operatorType"].startswith(operator) else ""
    return own + "".join(details(child, operator) for child in plan.get("children", []))
