"""The query language, evaluated by the predicate in plain Python."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import InvalidQuery, LimitExceeded
from catalog_graph.query.earlier import rewritten
from catalog_graph.query.index import search_index
from catalog_graph.query.language import parse, parse_all
from catalog_graph.query.match import matches, tier

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def entry(**fields: object) -> CatalogEntry:
    defaults = {
        "name": "fraud_detector",
        "artifact_type": "Model",
        "created_at": "2026-03-01T00:00:00.000000+00:00",
    }
    return CatalogEntry(**{**defaults, **fields})  # type: ignore[arg-type]


FRAUD = entry(
    artifact_id="a/1",
    source_pipeline="SalesRegion",
    source_step="train",
    source_run_id="run-7",
    content_hash="Abc",
    version="v3",
    tags={
        "stage": "Production",
        "f1_score": 0.95,
        "text_score": "0.5",
        "deprecated": False,
        "teams": ["risk", "fraud ops"],
        "name": "shadow",
        "my key": 1,
    },
)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "fraud",
        "FRAUD",
        "raud",
        "d_det",
        "fraud_detector",
        '"fraud detector"',
        "region",
        "SalesRegion",
        "sales train model",
        "fraud AND model",
        "churn OR fraud",
        "(churn OR fraud) model",
        "NOT churn",
        "-churn",
        "--churn OR fraud",
        "-(churn OR cats)",
        "NOT NOT fraud",
        "stage:production",
        "STAGE:Production",
        "type:model name:fraud_detector pipeline:salesregion step:train version:v3",
        "id:a/1 run:run-7 hash:Abc state:registered",
        "-hash:abc",
        "tag.name:shadow",
        "teams:risk",
        'teams:"fraud ops"',
        r"teams:fraud\ ops",
        r"my\ key:1",
        "f1_score:0.95",
        "deprecated:false",
        "f1_score:*",
        "hash:*",
        "-uri:*",
        "created:*",
        "f1_score>=0.95",
        "f1_score<=0.95",
        "f1_score>0.9",
        "f1_score<1e0",
        "text_score>=0.5",
        "-f1_score>0.96",
        "version>=3",
        "version<10",
        "created>=2026-03-01",
        "created>2026-02",
        "created<2026-03-02",
        "created<=2026-03-01",
        "created:2026-03-01",
        "created:2026",
        "created>10d",
        "created<1w",
        "created:10d",
        "created>=2026-03-01T00:00:00Z",
        "fraud*",
        "FRAUD_D*",
        "det*",
        "name:Fraud*",
        "type:m*",
        "stage:prod*",
        "teams:fraud\\ o*",
        "teams:ri* teams:fraud*",
        "run:run-* id:a/* hash:Ab* state:reg*",
        "-run:Run* -hash:ab*",
        "stage=production",
        "stage==production",
        "type=Model",
        "created=2026-03-01",
        "team!=ops",
        "stage!=staging",
        "team!=*",
        '"my key":1',
        '"my key"=1',
        '"my key">0.5',
        "f1_score:0.950",
        "f1_score:.95",
        "f1_score:95e-2",
        "f1_score=+0.95",
        "text_score:0.5",
        r"my\ key:1.0",
        r"my\ key:1e0",
        r"my\ key!=2",
    ],
)
def test_matches(query: str) -> None:
    assert matches(parse(query, NOW), FRAUD)


@pytest.mark.parametrize(
    "query",
    [
        "churn",
        '"detector fraud"',
        "fraud churn",
        "-fraud",
        "NOT (churn OR fraud)",
        "stage:prod",
        "name:fraud",
        "hash:abc",
        "teams:ops",
        "missing:*",
        "f1_score>0.95",
        "f1_score<0.95",
        "stage>0",
        "deprecated>=0",
        "created>2026-03-01",
        "created<2026-03-01",
        "created>7d",
        "created<2w",
        "version>3",
        "%",
        "fr*ud",
        r"fraud\*",
        "raud*",
        "stage=prod",
        "stage!=production",
        "team!=ops -teams:risk",
        "name:raud*",
        "hash:abc*",
        "uri:*",
        "f1_score:0.9500001",
        "text_score:0.50",
        "text_score:5e-1",
        r"my\ key:1.5",
        "fr_ud",
        "http://fraud",
    ],
)
def test_does_not_match(query: str) -> None:
    assert not matches(parse(query, NOW), FRAUD)


@pytest.mark.parametrize(
    "sign", ["_", "%", "*", "~", "/", '"', "\\", "'", "?", "[", "^", "+", "&", "|", "!", "{", ";", "#"]
)
def test_signs_are_plain_text(sign: str) -> None:
    name = f"left{sign}right"
    assert matches(parse(name), entry(name=name))
    assert not matches(parse(name), entry(name="left0right"))


@pytest.mark.parametrize("query", ["-", "( - )", "(-)", "(churn OR -)", "NOT (NOT (-))"])
def test_a_minus_before_nothing_is_plain_text(query: str) -> None:
    assert matches(parse(query), entry(name="left-right"))
    assert not matches(parse(query), entry(name="left_right"))


@pytest.mark.parametrize(
    ("query", "column", "expected"),
    [
        ("fraud (churn", 13, "closing )"),
        ("fraud)", 6, "the end"),
        ("()", 2, "a word"),
        ("a OR", 5, "a word"),
        ("a stage:", 9, "value"),
        ("f1_score>high", 10, "number"),
        ("created>soon", 9, "date"),
        ("type>3", 1, "no order"),
        ("team=", 6, "value"),
        ("team!=", 7, "value"),
        ("f1=>0.5", 4, "f1>="),
        ("x" * 201 + "*", 1, "200 bytes"),
    ],
)
def test_errors_point_at_the_column(query: str, column: int, expected: str) -> None:
    with pytest.raises(InvalidQuery, match=re.escape(expected)) as caught:
        parse(query)
    assert caught.value.details["column"] == column


def test_too_many_alternatives_are_refused() -> None:
    with pytest.raises(InvalidQuery, match="alternatives"):
        parse(" ".join(f"(a{i} OR b{i} OR c{i})" for i in range(5)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("type:Model OR type:Report", "state:registered"),
        ('x" OR type:Model', 'state:registered OR "y'),
        ("(fraud)", "detector\\"),
        ("created<1d", "  "),
        ('"fraud detector', "-churn OR f1_score>0.9"),
    ],
)
def test_two_texts_are_read_each_by_itself(first: str, second: str) -> None:
    entries = [FRAUD, *(entry(name=name) for name in ("fraud", 'x"', '"y', '"fraud detector', "fraud detector\\"))]
    for texts in ([first, second], [second, first]):
        both = parse_all(texts, NOW)
        for each in entries:
            assert matches(both, each) == all(matches(parse(text, NOW), each) for text in texts)


def test_errors_of_two_texts_have_the_column_of_their_own() -> None:
    for texts, column in ((["stage:production", "(("], 3), (["(", "stage:"], 2), (["a", ") ("], 1)):
        with pytest.raises(InvalidQuery) as caught:
            parse_all(texts)
        assert caught.value.details["column"] == column
    many = " OR ".join(f"a{n}" for n in range(9))
    with pytest.raises(InvalidQuery, match="alternatives"):
        parse_all([many, many.replace("a", "b")])
    assert parse_all(["", " "]) == parse("")


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        parse("a" * 1025)


@given(
    st.text(
        alphabet=st.sampled_from(list('ab1 ":()<>=-\\*_.ORNT\t\x85')) | st.characters(exclude_categories=["Cs", "Cc"]),
        max_size=40,
    )
)
def test_any_text_is_read_or_refused_at_a_column(text: str) -> None:
    column = 1
    try:
        matches(parse(text), FRAUD)
    except InvalidQuery as error:
        column = error.details["column"]
    assert 1 <= column <= len(text) + 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_a_quoted_name_finds_itself(name: str) -> None:
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert matches(parse(quoted), entry(name=name))


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("fraud_detector", "fraud_detector", 0),
        ("Fraud Detector", "FraudDetector", 0),
        ("fraud", "fraud_detector", 1),
        ("detector", "fraud_detector", 2),
        ("detector fraud", "fraud_detector", 2),
        ("etect", "fraud_detector", 3),
        ("type:Model", "fraud_detector", 0),
        ("(fraud OR churn)", "fraud_detector", 0),
    ],
)
def test_tiers(query: str, name: str, expected: int) -> None:
    parsed = parse(query)
    assert matches(parsed, entry(name=name))
    assert tier(parsed, search_index(entry(name=name))) == expected


@pytest.mark.parametrize(
    ("value", "queries", "others"),
    [
        (1.0, ["x:1", "x:1.0", "x:1e0", "x:01", "x:+1", "x=1.00", 'x:"1"'], ["x:10", 'x:"1.0"', "x!=1.0"]),
        (0.9, ["x:0.9", "x:.9", "x:0.90", "x:9e-1"], ["x:0.91", "x:9"]),
        (1e-05, ["x:1e-5", "x:0.00001", "x:1E-05"], ["x:1e-4"]),
        (100000, ["x:1e5", "x:100000.0", "x:100000"], ["x:1e6"]),
        (1e300, ["x:1e300", "x:10e299"], ["x:1e301"]),
        (2**53 + 1, ["x:9007199254740993", "x:09007199254740993"], ["x:9007199254740992", "x:9007199254740992.0"]),
        (-2.5, ["x:-2.5", "x:-2.50"], ["x:2.5"]),
        ([1, "a", 2.0], ["x:1.0", "x:2", "x:2.00", "x:a"], ["x:3"]),
        ("01234", ["x:01234", "x>=1234", "x<=1234"], ["x:1234", "x:1234.0", "x:1.234e3"]),
        ("1", ["x:1", "x>0.5", "x<1.5"], ["x:1.0", "x:01"]),
        (True, ["x:true"], ["x:1", "x:1.0"]),
    ],
)
def test_numbers_are_equal_by_value_and_texts_by_letters(value: object, queries: list[str], others: list[str]) -> None:
    tagged = entry(tags={"x": value})
    assert [q for q in queries if not matches(parse(q), tagged)] == []
    assert [q for q in others if matches(parse(q), tagged)] == []


@pytest.mark.parametrize(
    ("text", "names", "others"),
    [
        (r"a\=b", ["a=b", "x a=b y"], ["a", "b"]),
        (r"a!\=b", ["a!=b"], ["a"]),
        ("50%*", ["50%_off", "up 50%"], ["150%"]),
        (r"fraud\*", ["fraud*"], ["fraudulent"]),
        ("t*", ["t", "train it", "time"], ["a"]),
        ("http://x/?a=b", ["http://x/?a=b"], ["http://x/"]),
    ],
)
def test_literals_and_beginnings_of_words(text: str, names: list[str], others: list[str]) -> None:
    query = parse(text)
    typed = [(name, matches(query, entry(name=name, artifact_type="X"))) for name in [*names, *others]]
    assert typed == [*((name, True) for name in names), *((name, False) for name in others)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stage:production team:fraud (churn OR fraud) -x:*", "stage:production team:fraud (churn OR fraud) -x:*"),
        ("a=b c", '"a=b" c'),
        ("fraud*", '"fraud*"'),
        ("f1:1.0", 'f1:"1.0"'),
        ("name:fraud*", 'name:"fraud*"'),
        ("a=b:c f1>=0.9", r"a\=b:c f1>=0.9"),
        ('"avg score">0.5', '"avg score"">0.5"'),
        ("metadata.rows:10", 'tag.metadata.rows:"10"'),
        ("metrics.auc>0.5 tag.metrics.auc:1x", "tag.metrics.auc>0.5 tag.metrics.auc:1x"),
        (r"a\=b", r'"a\\=b"'),
        ("", ""),
    ],
)
def test_texts_of_the_earlier_language(text: str, expected: str) -> None:
    assert rewritten(text) == expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_comparisons_are_those_of_numbers(value: float, bound: float) -> None:
    tagged = entry(tags={"x": value})
    for sign, holds in ((">=", value >= bound), (">", value > bound), ("<=", value <= bound), ("<", value < bound)):
        assert matches(parse(f"x{sign}{bound!r}"), tagged) is holds
