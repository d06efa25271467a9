"""Counts of the artifacts that a selection matches: in total, and by type, tag and so on."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from catalog_graph.backends.local.search import finding
from catalog_graph.backends.local.search.conditions import ConditionBuilder, Conditions
from catalog_graph.backends.local.search.label_sets import LabelSet
from catalog_graph.backends.local.search.labels import field_token, unpack
from catalog_graph.facets import FACET_FIELDS, FacetKey, Tally
from catalog_graph.query.index import IN_METADATA
from catalog_graph.query.selection import Selection
from catalog_graph.query.text import SEPARATOR

_NO_LIMIT = 2**31
_TOKENS = "SELECT l.label, l.token FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value"
_TOKENS_BY_PREFIX = (
    "SELECT l.label, l.token FROM json_each(?) j CROSS JOIN cg_label l "
    f"ON l.token BETWEEN j.value || '{SEPARATOR}' AND j.value || '{chr(ord(SEPARATOR) + 1)}' LIMIT ?"
)
_LABELS_OF = "SELECT s.labels FROM ({nodes}) n CROSS JOIN cg_search s ON s.node = n.node {limit}"
_REGISTERED = "SELECT node FROM cg_search WHERE created BETWEEN {first} AND {last}"
_LABELLED = (
    "SELECT l.node FROM ({labels}) j CROSS JOIN cg_labelled l ON l.label = j.label "
    "AND l.created BETWEEN {first} AND {last}"
)
_CUT = "SELECT node FROM cg_search INDEXED BY cg_search_cut WHERE text IS NOT NULL AND NOT instr(text, {text})"


def total(connection: sqlite3.Connection, selection: Selection) -> int:
    """Return the number of matches."""
    query = _node_query(connection, selection)
    if query is None:
        return len(finding.find(connection, selection, _NO_LIMIT, None)[0])
    statement, parameters = query
    return int(connection.execute(f"SELECT count(*) FROM ({statement})", parameters).fetchone()[0])


def tally(connection: sqlite3.Connection, selection: Selection, keys: Sequence[FacetKey], limit: int | None) -> Tally:
    """Count the matches, or the newest `limit` of them, by the values of each key."""
    query = None
    if limit is None or not _is_in_order(connection, selection):
        query = _node_query(connection, selection)
    if query is None:
        hits, cursor = finding.find(connection, selection, limit or _NO_LIMIT, None)
        return _tally(connection, [row.labels for row in hits], cursor is None, keys)
    nodes, parameters = query
    newest = f"ORDER BY s.created DESC, s.artifact_id DESC LIMIT {limit + 1}" if limit is not None else ""
    rows = connection.execute(_LABELS_OF.format(nodes=nodes, limit=newest), parameters)
    labels = [packed for (packed,) in rows]
    return _tally(connection, labels[:limit], limit is None or len(labels) <= limit, keys)


def _is_in_order(connection: sqlite3.Connection, selection: Selection) -> bool:
    """Return True if an index has all matches in order: there are no conditions, or one on a single label."""
    builder = ConditionBuilder(connection, selection.query, selection)
    conditions = [builder.build(part, 0) for part in selection.query.any_of]
    sets = [labels for c in conditions for labels in (*c.required, *c.excluded)]
    return len(conditions) == 1 and (
        not sets or (len(sets) == 1 and sets[0].members is not None and len(sets[0].members) == 1)
    )


def _tally(connection: sqlite3.Connection, packed: list[bytes], complete: bool, keys: Sequence[FacetKey]) -> Tally:
    """Count the labels of artifacts, each with its packed labels."""
    counts = Counter(unpack(b"".join(packed)))
    prefixes = {key.attribute: field_token(name, "") for key in keys for name in _field_names(key)}
    tally = Tally(len(packed), complete, {attribute: Counter() for attribute in prefixes}, Counter())
    tag, data = f"t{SEPARATOR}", f"d{SEPARATOR}"
    starts = [f"{tag}{key.tag}{SEPARATOR}" for key in keys if key.tag]
    starts += [f"{data}{key.tag}{SEPARATOR}" for key in keys if key.in_metadata]
    for label, token in _tokens(connection, counts, [*prefixes.values(), *starts]):
        if token.startswith(tag):
            tally.tokens[token.removeprefix(tag)] = counts[label]
        elif token.startswith(data):
            tally.tokens[IN_METADATA + token.removeprefix(data)] = counts[label]
        else:
            for attribute, prefix in prefixes.items():
                if token.startswith(prefix):
                    tally.fields[attribute][token.removeprefix(prefix)] = counts[label]
    return tally


def _tokens(connection: sqlite3.Connection, labels: Counter[int], starts: list[str]) -> list[tuple[int, str]]:
    """Return the labels whose tokens have one of these starts, with their tokens; others may be among them."""
    # A key usually has fewer values than the artifacts have labels, so its values are read first.
    parameters = json.dumps([start.removesuffix(SEPARATOR) for start in starts]), len(labels) + 1
    rows = connection.execute(_TOKENS_BY_PREFIX, parameters).fetchall()
    if len(rows) > len(labels):
        return connection.execute(_TOKENS, (json.dumps(list(labels)),)).fetchall()
    return [(label, token) for label, token in rows if label in labels]


def _field_names(key: FacetKey) -> Iterable[str]:
    return (name for name, attribute in FACET_FIELDS.items() if attribute == key.attribute)


# ---- matches as SQL, if labels and instants alone decide


class _Parameters(list[object]):
    """Parameters of a statement; calling it adds one and returns the placeholder."""

    def __call__(self, value: object) -> str:
        self.append(value)
        return f"?{len(self)}"


def _node_query(connection: sqlite3.Connection, selection: Selection) -> tuple[str, list[object]] | None:
    """Return a SELECT of the nodes of all matches, each once; `None` if rows have to be examined."""
    builder = ConditionBuilder(connection, selection.query, selection)
    alternatives = [c for part in selection.query.any_of if (c := builder.build(part, 0)).satisfiable]
    if any(conditions.predicates for conditions in alternatives):
        return None
    parameters = _Parameters()
    selects = [_select_nodes(conditions, parameters) for conditions in alternatives]
    return " UNION ".join(selects) or "SELECT 0 AS node WHERE false", parameters


def _select_nodes(conditions: Conditions, bind: _Parameters) -> str:
    bounds = bind(conditions.created_from), bind(conditions.created_to)
    required = [_select_labelled(labels, bind, *bounds) for labels in conditions.required]
    excluded = [_select_labelled(labels, bind, *bounds) for labels in conditions.excluded]
    statement = " INTERSECT ".join(required or [_REGISTERED.format(first=bounds[0], last=bounds[1])])
    return f"SELECT DISTINCT node FROM ({' EXCEPT '.join((statement, *excluded))})"


def _select_labelled(labels: LabelSet, bind: _Parameters, first: str, last: str) -> str:
    statement = _LABELLED.format(labels=labels.sql(bind), first=first, last=last)
    if labels.text is None:
        return statement
    return f"SELECT node FROM ({statement} EXCEPT {_CUT.format(text=bind(labels.text))})"
