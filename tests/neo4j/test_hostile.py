"""Texts that try to be syntax, or to be too long for an index: stored, found, and nothing breaks."""

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.search.lucene import phrase
from catalog_graph.checks import MAX_QUERY, TEXT_LIMITS
from catalog_graph.query.selection import Selection
from catalog_graph.query.tree import Conjunction, Field, Query, Range
from tests.neo4j.conftest import Cypher
from tests.support.entries import artifact, ids

HOSTILE = [
    *"+-&|!(){}[]^\"~*?:\\/<>=@#%$,;.'`_",
    "AND",
    "OR",
    "NOT",
    "TO",
    "a AND b",
    "a OR b",
    "NOT a",
    "&&",
    "||",
    "*:*",
    "terms:a",
    "[a TO b]",
    "{a TO *}",
    "a~2",
    "a^5",
    '"',
    '""',
    '\\"',
    "\\",
    "\\\\",
    'a" OR "b',
    "a\\",
    "/a.*/",
    "_exists_:terms",
    "\u3000",
    "\u2028",
    "🙂",
    "\u202eabc",
    "a\u0301",
    "' OR 1=1 //",
    "}) DETACH DELETE (n",
    "$id",
    "%s",
    "{0}",
    "İ",
    "ß",
    "ﬁ",
    "x" * 500,
]


def selected(*parts: Conjunction, words: tuple[str, ...] = (), compact: str = "") -> Selection:
    selection = Selection()
    selection.__dict__["query"] = Query(any_of=parts, words=words, compact=compact)
    return selection


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_a_value_like_any_other(neo4j_backend: Neo4jCatalogBackend, text: str) -> None:
    hostile = artifact(
        f"id {text}",
        name=text if text.strip() else f"n{text}",
        artifact_type=text[:128],
        source_pipeline=text,
        source_run_id=text,
        content_hash=text,
        uri=text,
        tags={text: text, "plain": [text, {text: text}]},
    )
    neo4j_backend.register_many([hostile, artifact("other", tags={"plain": "a"})])
    kept = neo4j_backend.get(hostile.artifact_id)
    assert kept is not None
    assert kept.tags == hostile.tags
    assert ids(neo4j_backend.list_artifacts(tags={text: text})) == [hostile.artifact_id]
    assert ids(neo4j_backend.list_artifacts(text[:128], source_pipeline=text)) == [hostile.artifact_id]
    assert neo4j_backend.find_by_content_hash(text) == kept
    for name in ("uri", "source_run_id", "content_hash", "artifact_id"):
        exact = selected(Conjunction(equals=(Field(name, getattr(hostile, name)),)))
        assert ids(neo4j_backend._find(exact, 2, None).items) == [hostile.artifact_id]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_term_is_a_term_like_any_other(neo4j_backend: Neo4jCatalogBackend, text: str) -> None:
    neo4j_backend.register_many([artifact("a", name="a b and or not"), artifact("b", tags={"x": "b"})])
    for query in (
        selected(Conjunction(has=(text,))),
        selected(Conjunction(parts=(text,))),
        selected(Conjunction(ranges=(Range(text, text),))),
        selected(Conjunction(has=(text,), lacks=(text,), parts=(text,), lacks_parts=(text,))),
        selected(Conjunction(parts=(text,)), words=(text,), compact=text),
        selected(Conjunction(equals=(Field("uri", text),)), Conjunction(differs=(Field("uri", text),), has=("zz",))),
    ):
        found = neo4j_backend._find(query, 2, None).items
        assert len(found) <= 1


def test_phrases_hold_nothing_but_escaped_text() -> None:
    assert phrase('a "b" \\') == '"a \\u0022b\\u0022 \\u005C"'


def test_the_longest_texts(neo4j_backend: Neo4jCatalogBackend) -> None:
    for sign in ("x", "İ", "ﷺ", "😀", "ẞ"):
        texts = {name: sign * limit for name, limit in TEXT_LIMITS.items()}
        tags = {sign * 500: sign * 1_500, "list": [sign * 400] * 2}
        parents = [f"{n}{sign * 500}" for n in range(20)]
        entry = artifact(texts.pop("artifact_id"), *parents, **texts, tags=tags)
        neo4j_backend.register(entry)
        kept = neo4j_backend.get(entry.artifact_id)
        assert kept is not None
        assert (kept.name, kept.uri, kept.tags, kept.parent_ids) == (entry.name, entry.uri, tags, parents)
        assert ids(neo4j_backend.list_artifacts(tags=tags)) == [entry.artifact_id]
        assert neo4j_backend.find_by_content_hash(entry.content_hash) == kept
        assert ids(neo4j_backend.search(sign * (MAX_QUERY // 4))) == [entry.artifact_id]
        for name in ("uri", "source_run_id", "content_hash", "artifact_id"):
            exact = selected(Conjunction(equals=(Field(name, getattr(entry, name)),)))
            assert ids(neo4j_backend._find(exact, 2, None).items) == [entry.artifact_id]
        assert neo4j_backend.upstream(entry.artifact_id).total == 20
        neo4j_backend.remove_parents(entry.artifact_id, *parents)
        neo4j_backend.delete(entry.artifact_id)


def test_no_term_is_longer_than_an_index_takes(neo4j_backend: Neo4jCatalogBackend, cypher: Cypher) -> None:
    word = "😀" * 2_000
    neo4j_backend.register(
        artifact("a", name=word[:512], uri=word, tags={word[:100]: word[:1_500], "list": [word[:600]] * 3})
    )
    [[longest]] = cypher(
        "MATCH (a:Artifact) RETURN reduce(most = 0, t IN a.terms | CASE WHEN size(t) > most THEN size(t) ELSE most END)"
    )
    assert longest * 4 <= 2_100
    assert cypher("SHOW INDEXES YIELD name, state WHERE state <> 'ONLINE' RETURN name") == []
