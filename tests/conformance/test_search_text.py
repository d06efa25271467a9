"""Any text may be searched for: signs are signs, letters of every script count, and nothing breaks a store."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, InvalidQuery
from catalog_graph.query.text import fold
from tests.support.entries import artifact, ids
from tests.support.kept import kept

PLAIN = [
    "50%", "a_b", "_", "%", "*", "a*b", "?", "~", "a~2", "^2", "/", "//", "a/b", "\\\\x", "&&", "||", "!", "+x", "a-b",
    "-", "--", "a--b", "[a]", "[a TO b]", "{x}", "{", "}", "$x", "$", "#", "@home", "'", "it's", "`", "a'b", ";", "a;b",
    "=", ",", ".", "..", "...", "|", "&", "or", "and", "not", "TO", "AND1", "ORder", "NOTE", "x OR1", "OR",
    "AND", "é", "straße", "İstanbul", "日本語", "データ", "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "ﬁne", "ａｂｃ", "Ω", "²", "e\u0301", "\u202e", "\ufeff", "NULL", "null", "true", "1e999", "NaN", "0x1F",
    "'; DROP TABLE artifacts; --",
]  # fmt: skip
"""Texts without a meaning in the language, as they are."""
QUOTED = [
    "a:b", "a=b", "1=1", "a!=b", "a*", "a>b", "(x)", ")(", 'say "hi"', "\\", "a\\b", "-x", "NOT", "a:*", "*:*", "x:\\", "http://a:1/b",
    "' OR '1'='1", '"', '\\"',
]  # fmt: skip
"""Texts that have one, so that they are quoted."""


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_signs_are_plain_text(backend: CatalogBackend) -> None:
    names = {f"a{n:02}": f"x{text}y" for n, text in enumerate(PLAIN)}
    backend.register_many(artifact(i, at=1, name=name, artifact_type="T", version="1") for i, name in names.items())
    for text in PLAIN:
        having = [i for i, name in names.items() if fold(text) in fold(f"{name} T")]
        found = ids(backend.search(text, limit=200))
        assert f"a{PLAIN.index(text):02}" in found, text
        assert sorted(found) == having, text


@pytest.mark.parametrize("text", PLAIN + QUOTED, ids=ascii)
def test_quoted_text_is_plain_text(backend: CatalogBackend, text: str) -> None:
    backend.register_many([artifact("name", at=1, name=text), artifact("other", at=2, name="zzz", tags={"k": text})])
    assert ids(backend.search(quoted(text))) == ["name", "other"]
    assert ids(backend.search(f"k:{quoted(text)}")) == ["other"]
    assert ids(backend.search(f"name:{quoted(text)}")) == ["name"]
    assert ids(backend.search(f"{quoted(text)} -k:{quoted(text)}")) == ["name"]
    assert ids(backend.list_artifacts(tags={"k": text})) == ["other"]


def test_keys_of_tags_may_be_any_text(backend: CatalogBackend) -> None:
    keys = {f"a{n:02}": key for n, key in enumerate([*PLAIN, *QUOTED])}
    backend.register_many(artifact(i, at=1, tags={key: "v", "n" + key: 5}) for i, key in keys.items())
    for key in keys.values():
        escaped = "".join("\\" + c if c in '\\":<>()= ' else c for c in key)
        having = [i for i, other in reversed(keys.items()) if fold(other) == fold(key)]
        for query in (f"tag.{escaped}:v", f"tag.{escaped}:*", f"tag.n{escaped}>=5"):
            assert ids(backend.search(query)) == having, query


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("Straße", ["STRASSE", "strasse", "straße"]),
        ("ﬁne_ｗｉｄｅ", ["fine", "wide", "FINE WIDE"]),
        ("Éclair", ["éclair", "e\u0301clair", "ÉCLAIR"]),
        ("İstanbul", ["i\u0307stanbul", "İSTANBUL"]),
        ("ΣΊΣΥΦΟΣ", ["σίσυφος", "σίσυφοσ"]),
        ("x²", ["x2", "X²"]),
        ("no\u00a0break\u3000wide\u2003em", ['"no break wide em"', "break"]),
        ("日本語モデル", ["本語", "モデル", "日本語モデル"]),
        (
            "family \U0001f468\u200d\U0001f469\u200d\U0001f467",
            ["\U0001f469", "\U0001f468\u200d\U0001f469\u200d\U0001f467"],
        ),
    ],
)
def test_letters_are_folded_alike(backend: CatalogBackend, name: str, queries: list[str]) -> None:
    backend.register_many([artifact("a", at=1, name=name), artifact("b", at=2, name="other")])
    for query in queries:
        assert ids(backend.search(query)) == ["a"], query


def test_letters_that_differ_stay_different(backend: CatalogBackend) -> None:
    backend.register(artifact("a", name="resume", tags={"k": "ı"}))
    for query in ("résumé", "k:i", "k:İ"):
        assert backend.search(query) == []


def test_long_words_are_found_by_their_parts(backend: CatalogBackend) -> None:
    long = "ab" * 200
    backend.register_many([artifact("long", name="x" + long), artifact("tag", tags={"k": "y" * 3000 + "needle"})])
    assert ids(backend.search(long)) == ["long"]
    assert ids(backend.search("needle")) == ["tag"]
    assert ids(backend.search("k:" + "y" * 1000)) == []
    assert ids(backend.search("x" + long)) == ["long"]


@given(text=st.text(max_size=60))
def test_no_text_breaks_a_search(standing: CatalogBackend, text: str) -> None:
    """It is answered, or refused as input; never anything else."""
    with suppress(InvalidInput):
        standing.search(text)
    with suppress(InvalidInput):
        standing.list_artifacts(query=text)
    standing.list_artifacts(artifact_type=text, tags={text: text})


@given(text=st.text(st.sampled_from('ab \\"():<>=-*?~^/|&!+[]{}_%\u00a0é\U0001f600ANDORT.1'), max_size=40))
def test_no_signs_break_a_search(standing: CatalogBackend, text: str) -> None:
    with suppress(InvalidQuery):
        standing.search(text)


@kept
def standing(backend: CatalogBackend) -> CatalogBackend:
    """Return a catalog that tests only read."""
    backend.register_many(
        [artifact("a", name="ab", tags={"a": "b", "b": 1}), artifact("b", name='a"b\\(c):d', tags={"or": ["and", "é"]})]
    )
    return backend
