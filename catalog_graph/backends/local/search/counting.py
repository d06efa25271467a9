"""How many match, of which types, tags and so on, and which words are near ones that nothing contains."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from catalog_graph.backends.local.search import finding
from catalog_graph.backends.local.search.conditions import Conditions, Reader
from catalog_graph.backends.local.search.label_sets import Labels
from catalog_graph.backends.local.search.labels import field_token, unpacked
from catalog_graph.facets import FACET_FIELDS, FacetKey, Tally
from catalog_graph.query.selection import Selection
from catalog_graph.query.spelling import LONGEST, MAX_COUNT, max_edits, nearest
from catalog_graph.query.text import SEPARATOR
from catalog_graph.query.writing import phrase

_ALL = 2**31
_TOKENS = "SELECT l.label, l.token FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value"
_TOKENS_BY_START = (
    "SELECT l.label, l.token FROM json_each(?) j CROSS JOIN cg_label l "
    f"ON l.token BETWEEN j.value || '{SEPARATOR}' AND j.value || '{chr(ord(SEPARATOR) + 1)}' LIMIT ?"
)
_LABELS_OF = "SELECT s.labels FROM ({nodes}) n CROSS JOIN cg_search s ON s.node = n.node {limit}"
_REGISTERED = "SELECT node FROM cg_search WHERE created BETWEEN {first} AND {last}"
_LABELLED = (
    "SELECT l.node FROM ({labels}) j CROSS JOIN cg_labelled l ON l.label = j.label "
    "AND l.created BETWEEN {first} AND {last}"
)
_CUT = "SELECT node FROM cg_search INDEXED BY cg_search_cut WHERE text IS NOT NULL AND NOT instr(text, {part})"
_WORDS = (
    f"SELECT DISTINCT term FROM cg_label_term WHERE length(term) BETWEEN ? AND ? AND term NOT GLOB '*[0-9{SEPARATOR}]*'"
)
_COUNT_TERM = (
    "SELECT count(*) FROM (SELECT DISTINCT l.node FROM cg_label_term t CROSS JOIN cg_labelled l ON l.label = t.label "
    f"WHERE t.term = ? LIMIT {MAX_COUNT})"
)


def total(connection: sqlite3.Connection, selection: Selection) -> int:
    """How many match."""
    statement = _nodes(connection, selection)
    if statement is None:
        return len(finding.find(connection, selection, _ALL, None)[0])
    text, parameters = statement
    return int(connection.execute(f"SELECT count(*) FROM ({text})", parameters).fetchone()[0])


def tally(connection: sqlite3.Connection, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
    """What matches, or the newest `most` of it, counted by these keys."""
    statement = (
        None if most is not None and _in_order_by_itself(connection, selection) else _nodes(connection, selection)
    )
    if statement is None:
        rows, following = finding.find(connection, selection, most or _ALL, None)
        return _counted([row.labels for row in rows], following is None, keys, connection)
    text, given = statement
    limit = f"ORDER BY s.created DESC, s.artifact_id DESC LIMIT {most + 1}" if most is not None else ""
    labels = [data for (data,) in connection.execute(_LABELS_OF.format(nodes=text, limit=limit), given)]
    return _counted(labels[:most], most is None or len(labels) <= most, keys, connection)


def _in_order_by_itself(connection: sqlite3.Connection, selection: Selection) -> bool:
    """Whether an index gives what matches in the order of its age, or no conditions do."""
    reader = Reader(connection, selection.query, selection)
    conditions = [reader.conditions(part, 0) for part in selection.query.any_of]
    wanted = [labels for c in conditions for labels in (*c.wanted, *c.unwanted)]
    return len(conditions) == 1 and (
        not wanted or (len(wanted) == 1 and wanted[0].few is not None and len(wanted[0].few) == 1)
    )


def near(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, dict[str, int]]:
    """Those words that nothing contains, with the existing words near each, and how many artifacts have them."""
    missing = [word for word in words if not finding.find(connection, Selection(phrase(word)), 1, None)[0]]
    return {word: _existing(connection, word) for word in missing}


def _existing(connection: sqlite3.Connection, word: str) -> dict[str, int]:
    most = max_edits(word)
    terms = connection.execute(_WORDS, (len(word) - most, min(len(word) + most, LONGEST + most)))
    found = {term for (term,) in terms}
    while close := nearest(word, found):
        # A label outlives the artifacts that had it.
        counts = {term: connection.execute(_COUNT_TERM, (term,)).fetchone()[0] for term in close}
        if any(counts.values()):
            return {term: count for term, count in counts.items() if count}
        found.difference_update(close)
    return {}


def _counted(rows: list[bytes], complete: bool, keys: Sequence[FacetKey], connection: sqlite3.Connection) -> Tally:
    labels = Counter(unpacked(b"".join(rows)))
    prefixes = {key.attribute: field_token(name, "") for key in keys for name in _names(key)}
    found = Tally(len(rows), complete, {attribute: Counter() for attribute in prefixes}, Counter())
    tag = f"t{SEPARATOR}"
    starts = [*prefixes.values(), *(f"{tag}{key.tag}{SEPARATOR}" for key in keys if key.tag)]
    for label, token in _tokens(connection, labels, starts):
        if token.startswith(tag):
            found.tokens[token.removeprefix(tag)] = labels[label]
        else:
            for attribute, prefix in prefixes.items():
                if token.startswith(prefix):
                    found.fields[attribute][token.removeprefix(prefix)] = labels[label]
    return found


def _tokens(connection: sqlite3.Connection, labels: Counter[int], starts: list[str]) -> list[tuple[int, str]]:
    """Those of these labels whose tokens start so, and maybe others of them, each with its token."""
    # Mostly a key has few values, however many labels the artifacts have.
    given = json.dumps([start.removesuffix(SEPARATOR) for start in starts]), len(labels) + 1
    found = connection.execute(_TOKENS_BY_START, given).fetchall()
    if len(found) > len(labels):
        return connection.execute(_TOKENS, (json.dumps(list(labels)),)).fetchall()
    return [(label, token) for label, token in found if label in labels]


def _names(key: FacetKey) -> Iterable[str]:
    return (name for name, attribute in FACET_FIELDS.items() if attribute == key.attribute)


# ---- what matches, as SQL, where labels and instants alone decide


class _Parameters(list[object]):
    def __call__(self, value: object) -> str:
        self.append(value)
        return f"?{len(self)}"


def _nodes(connection: sqlite3.Connection, selection: Selection) -> tuple[str, list[object]] | None:
    """A statement that gives the nodes of what matches, each once; `None` where rows have to be looked at."""
    reader = Reader(connection, selection.query, selection)
    possible = [c for part in selection.query.any_of if (c := reader.conditions(part, 0)).can_hold]
    if any(conditions.others for conditions in possible):
        return None
    given = _Parameters()
    parts = [_part(conditions, given) for conditions in possible]
    return " UNION ".join(parts) or "SELECT 0 AS node WHERE false", given


def _part(conditions: Conditions, given: _Parameters) -> str:
    within = given(conditions.created_from), given(conditions.created_to)
    wanted = [_labelled(labels, given, *within) for labels in conditions.wanted]
    unwanted = [_labelled(labels, given, *within) for labels in conditions.unwanted]
    statement = " INTERSECT ".join(wanted or [_REGISTERED.format(first=within[0], last=within[1])])
    return f"SELECT DISTINCT node FROM ({' EXCEPT '.join((statement, *unwanted))})"


def _labelled(labels: Labels, given: _Parameters, first: str, last: str) -> str:
    statement = _LABELLED.format(labels=labels.statement(given), first=first, last=last)
    if labels.part is None:
        return statement
    return f"SELECT node FROM ({statement} EXCEPT {_CUT.format(part=given(labels.part))})"
