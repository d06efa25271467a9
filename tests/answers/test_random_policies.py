"""Random policies over random graphs against a reading by brute force; a part is never taken for the whole."""

from __future__ import annotations

from typing import Any

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.query.language import parse
from catalog_graph.query.match import matches_in_lineage
from tests.answers.graphs import dags
from tests.support.entries import artifact, instant
from tests.support.model import ModelBackend

QUERIES = ["bad:true", "-bad:true", "type:Model", "by:ann", "state:unregistered", "state:deleted", "-hash:*", "alias:*"]
queries = st.sampled_from(QUERIES)
others = st.sampled_from(["fail", "pass", "undecided"])
rules = st.one_of(
    st.builds(lambda q: {"rule": "forbid", "query": q}, queries),
    st.builds(lambda q, n: {"rule": "require", "query": q, "at_least": n}, queries, st.integers(1, 3)),
    st.builds(lambda q, r: {"rule": "every", "of": q, "query": r}, queries, queries),
    st.sampled_from([{"rule": "registered"}, {"rule": "not_deleted"}, {"rule": "hashed"}]),
    st.builds(
        lambda day, of, other: {"rule": "fresh", "created_after": day, "of": of, "when_missing": other},
        st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03"]),
        st.sampled_from(["ancestors", "sources"]),
        others,
    ),
    st.builds(
        lambda types: {"rule": "types", "required": types},
        st.lists(st.sampled_from(["Model", "Dataset", "Report"]), min_size=1, max_size=2),
    ),
    st.builds(
        lambda n, by: {"rule": "approved", "tag": "by", "of": "sources", "at_least": n, **by},
        st.integers(1, 2),
        st.sampled_from([{}, {"by": ["ann", "bob"]}]),
    ),
    st.builds(
        lambda added, removed, same: {
            "rule": "lineage_change", "max_added": added, "max_removed": removed, "same": same, "if_none": "undecided",
        },
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from(["id", "content"]),
    ),
)  # fmt: skip
nodes = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["registered", "registered", "registered", "deleted", "stub"]),
        "artifact_type": st.sampled_from(["Model", "Dataset"]),
        "day": st.integers(0, 3),
        "content_hash": st.sampled_from(["", "x", "y"]),
        "tags": st.sampled_from([{}, {"bad": True}, {"by": "ann"}, {"by": ["Ann", "bob"]}, {"by": False}]),
    }
)


def catalog(graph: nx.DiGraph, drawn: list[dict[str, Any]]) -> ModelBackend:
    """Every node named `m`; those that are deleted or were never registered stay in lineage."""
    backend = ModelBackend()
    entries = {}
    for n in graph:
        fields = {k: drawn[n][k] for k in ("artifact_type", "content_hash", "tags")}
        parents = [f"n{p}" for p in sorted(graph.predecessors(n))]
        entries[n] = artifact(f"n{n}", *parents, name="m", created_at=instant(drawn[n]["day"] * 86_400), **fields)
    backend.register_many([e for n, e in entries.items() if drawn[n]["kind"] != "stub" or e.parent_ids])
    for n in entries:
        if drawn[n]["kind"] == "deleted" and graph.out_degree(n):
            backend.delete(f"n{n}")
    return backend


class Reading:
    """The rules in loops over all ancestors of an artifact."""

    def __init__(self, backend: ModelBackend, graph: nx.DiGraph, root: int, holder: int | None) -> None:
        self.known = backend._known
        self.carried = backend._carried
        self.ids = [f"n{n}" for n in nx.ancestors(graph, root)]
        self.sources = [f"n{n}" for n in nx.ancestors(graph, root) if not graph.in_degree(n)]
        above = nx.ancestors(graph, holder) if holder is not None else set()
        self.held = None if holder is None else [f"n{n}" for n in above if not graph.in_degree(n)]

    def count(self, query: str) -> int:
        found = parse(query)
        return sum(matches_in_lineage(found, self.known[i], self.carried(i)) for i in self.ids)

    def outcome(self, rule: dict[str, Any]) -> str:
        return getattr(self, rule["rule"])(rule)  # type: ignore[no-any-return]

    def forbid(self, rule: dict[str, Any]) -> str:
        return "fail" if self.count(rule["query"]) else "pass"

    def require(self, rule: dict[str, Any]) -> str:
        return "pass" if self.count(rule["query"]) >= rule["at_least"] else "fail"

    def every(self, rule: dict[str, Any]) -> str:
        of, query = parse(rule["of"]), parse(rule["query"])
        wrong = [
            i
            for i in self.ids
            if matches_in_lineage(of, self.known[i], self.carried(i))
            and not matches_in_lineage(query, self.known[i], self.carried(i))
        ]
        return "fail" if wrong else "pass"

    def registered(self, _: dict[str, Any]) -> str:
        return "fail" if any(self.known[i].state == "unregistered" for i in self.ids) else "pass"

    def not_deleted(self, _: dict[str, Any]) -> str:
        return "fail" if any(self.known[i].state == "deleted" for i in self.ids) else "pass"

    def hashed(self, _: dict[str, Any]) -> str:
        bare = [i for i in self.ids if self.known[i].state == "registered" and not self.known[i].content_hash]
        return "fail" if bare else "pass"

    def fresh(self, rule: dict[str, Any]) -> str:
        among = [self.known[i].created_at for i in (self.ids if rule["of"] == "ancestors" else self.sources)]
        if any(at and at[:10] <= rule["created_after"] for at in among):
            return "fail"
        return rule["when_missing"] if "" in among else "pass"  # type: ignore[no-any-return]

    def types(self, rule: dict[str, Any]) -> str:
        return "pass" if set(rule["required"]) <= {self.known[i].artifact_type for i in self.ids} else "fail"

    def approved(self, rule: dict[str, Any]) -> str:
        for i in self.sources:
            entry = self.known[i]
            by = entry.tags.get("by", []) if entry.state == "registered" else []
            people = {p.lower() for p in (by if isinstance(by, list) else [by]) if p}
            if len(people) < rule["at_least"]:
                return "fail"
        return "pass"

    def lineage_change(self, rule: dict[str, Any]) -> str:
        if self.held is None:
            return "undecided"
        added = self.beyond(self.sources, self.held, rule)
        removed = self.beyond(self.held, self.sources, rule)
        return "pass" if added <= rule["max_added"] and removed <= rule["max_removed"] else "fail"

    def beyond(self, these: list[str], others: list[str], rule: dict[str, Any]) -> int:
        hashes = {self.known[i].content_hash for i in others} - {""} if rule["same"] == "content" else set()
        return sum(i not in others and self.known[i].content_hash not in hashes for i in these)


@given(dags(), st.lists(nodes, min_size=9, max_size=9), st.lists(rules, min_size=1, max_size=4), st.integers(0, 8))
def test_policies(graph: nx.DiGraph, drawn: list[dict[str, Any]], policy: list[dict[str, Any]], held: int) -> None:
    backend = catalog(graph, drawn)
    holder = held if held in graph and backend.get(f"n{held}") else None
    if holder is not None:
        backend.set_alias("m", "champion", f"n{holder}")
    for root in (n for n in graph if backend.get(f"n{n}")):
        whole = Reading(backend, graph, root, holder)
        report = backend.check_promotion(f"n{root}", {"alias": "champion", "rules": policy})
        assert [result.outcome for result in report.results] == [whole.outcome(rule) for rule in policy]
        for result in report.results:
            assert len(result.offenders) == min(10, result.total) or result.rule == "lineage_change"
            for offender in result.offenders:
                path = [int(card.artifact_id[1:]) for card in reversed(offender.path)]
                assert nx.is_path(graph, path)
                assert (path[-1], path[0]) == (root, int(offender.card.artifact_id[1:]))
                assert len(path) - 1 == nx.shortest_path_length(graph, path[0], root)
        parts_agree(backend, f"n{root}", policy, [result.outcome for result in report.results])


def parts_agree(backend: CatalogBackend, root: str, policy: list[dict[str, Any]], whole: list[str]) -> None:
    """Of a part of the ancestry, each rule says the same as of all of it, or that it does not know."""
    for most in (1, 2, 4):
        part = backend.check_promotion(root, {"alias": "champion", "max_artifacts": most, "rules": policy})
        for rule, result, expected in zip(policy, part.results, whole, strict=True):
            missing = rule.get("when_missing") in ("pass", "undecided") and result.outcome == rule["when_missing"]
            assert result.outcome in (expected, "undecided") or (missing and expected == "fail"), (rule, result)
            assert not (result.outcome == "pass" and expected != "pass"), (rule, result)
