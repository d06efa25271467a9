"""The query language: what each form of it finds."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidQuery, LimitExceeded
from tests.support.entries import artifact, ids
from tests.support.kept import kept

CATALOG = [
    artifact("raw", at=0, name="raw_transactions", source_pipeline="ingest", source_step="load",
             source_run_id="Run-1", uri="s3://Data/raw.csv", tags={"stage": "production", "team": "data"}),
    artifact("feat", "raw", at=86_400, name="FraudFeatures", artifact_type="FeatureSet", source_pipeline="fraud",
             source_step="build features", source_run_id="run-2", tags={"stage": "staging", "rows": 120_000}),
    artifact("det1", "feat", at=2 * 86_400, name="fraud_detector", artifact_type="Model", source_pipeline="fraud",
             version="1", content_hash="ABC", tags={"stage": "production", "f1_score": 0.91, "deprecated": True}),
    artifact("det2", "feat", at=40 * 86_400, name="fraud_detector", artifact_type="Model", source_pipeline="fraud",
             version="v2", tags={"stage": "Production", "f1_score": "0.95", "deprecated": False, "team": "Fraud Ops"}),
    artifact("churn", "raw", at=400 * 86_400, name="churn.model", artifact_type="Model", source_pipeline="churn",
             version="2026.1", tags={"f1_score": 1, "labels": ["a", "B c", 7, True], "box": {"y": 1, "x": 2.0},
                                     "name": "shadow", "my key": "v", "": "unnamed", "none": None}),
]  # fmt: skip
EVERYTHING = ["churn", "det2", "det1", "feat", "raw"]


@kept
def catalog(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(CATALOG)
    return backend


def found(catalog: CatalogBackend, *queries: str) -> set[str]:
    """Return the ids that the queries match; assert that each of them matches the same."""
    answers = {query: ids(catalog.search(query)) for query in queries}
    first = answers[queries[0]]
    assert all(set(answer) == set(first) for answer in answers.values()), answers
    return set(first)


def test_words_in_any_case_and_place(catalog: CatalogBackend) -> None:
    assert found(catalog, "fraud", "FRAUD", "Fraud", "frau", "raud") == {"feat", "det1", "det2"}
    assert found(catalog, "model", "MODEL", "ode") == {"det1", "det2", "churn"}
    assert found(catalog, "ingest", "load", "transact") == {"raw"}
    assert found(catalog, "production") == {"raw", "det1", "det2"}
    assert found(catalog, "nothing") == set()


def test_words_split_at_signs_and_capitals(catalog: CatalogBackend) -> None:
    assert found(catalog, "features", "featureset", '"feature set"', '"fraud features"') == {"feat"}
    assert found(catalog, '"fraud detector"', "fraud_detector", "detector") == {"det1", "det2"}
    assert found(catalog, "churn.model", '"churn model"') == {"churn"}
    assert found(catalog, "build", '"build features"') == {"feat"}


def test_all_words_must_match(catalog: CatalogBackend) -> None:
    assert found(catalog, "fraud model", "model fraud", "fraud AND model", "  fraud\tmodel\n") == {"det1", "det2"}
    assert found(catalog, "fraud churn") == set()
    assert found(catalog, '"detector fraud"') == set()


def test_either(catalog: CatalogBackend) -> None:
    assert found(catalog, "churn OR transactions", "(churn OR transactions)") == {"churn", "raw"}
    assert found(catalog, "model (churn OR ops)", "(ops OR churn) model") == {"churn", "det2"}
    assert found(catalog, "churn OR fraud detector") == {"churn", "det1", "det2"}
    assert found(catalog, "((churn))", "((churn) (model))") == {"churn"}


def test_not(catalog: CatalogBackend) -> None:
    assert found(catalog, "model -churn", "model NOT churn", "-churn model", "NOT churn AND model") == {"det1", "det2"}
    assert found(catalog, "-fraud") == {"churn", "raw"}
    assert found(catalog, "-(fraud OR churn)", "-fraud -churn") == {"raw"}
    assert found(catalog, "-(fraud production)") == {"churn", "raw", "feat"}
    assert found(catalog, "NOT -fraud", "NOT NOT fraud") == {"feat", "det1", "det2"}
    assert found(catalog, "-stage:production") == {"churn", "feat"}
    assert found(catalog, "-stage:*") == {"churn"}
    assert found(catalog, "-f1_score>=0.95") == {"raw", "feat", "det1"}


def test_tags(catalog: CatalogBackend) -> None:
    assert found(catalog, "stage:production", "STAGE:PRODUCTION", "tag.stage:production", 'stage:"production"') == {
        "raw", "det1", "det2",
    }  # fmt: skip
    assert found(catalog, "stage:product") == set()
    assert found(catalog, "team:fraud") == set()
    assert found(catalog, 'team:"fraud ops"', r"team:fraud\ ops", 'team:"  Fraud  OPS "') == {"det2"}
    assert found(catalog, r"my\ key:v", r"tag.my\ key:v", r"my\ key:*") == {"churn"}
    assert found(catalog, "stage:*") == {"raw", "feat", "det1", "det2"}
    assert found(catalog, "missing:*", "missing:x") == set()


def test_tags_of_every_json_type(catalog: CatalogBackend) -> None:
    assert found(catalog, "deprecated:true", "deprecated:TRUE") == {"det1"}
    assert found(catalog, "deprecated:false") == {"det2"}
    assert found(catalog, "f1_score:1") == {"churn"}
    assert found(catalog, "f1_score:0.95") == {"det2"}
    assert found(catalog, "rows:120000") == {"feat"}
    assert found(catalog, "labels:a", "labels:A", 'labels:"b c"', "labels:7", "labels:true") == {"churn"}
    assert found(catalog, "labels:b") == set()
    assert found(catalog, 'box:"{\\"x\\":2,\\"y\\":1}"', "box:*") == {"churn"}
    assert found(catalog, "none:null", "none:*") == {"churn"}


def test_fields(catalog: CatalogBackend) -> None:
    assert found(catalog, "type:Model", "type:model", "TYPE:MODEL") == {"det1", "det2", "churn"}
    assert found(catalog, "type:Mod") == set()
    assert found(catalog, "name:fraud_detector", "name:FRAUD_DETECTOR") == {"det1", "det2"}
    assert found(catalog, "name:fraud") == set()
    assert found(catalog, "pipeline:fraud") == {"feat", "det1", "det2"}
    assert found(catalog, 'step:"build features"', r"step:BUILD\ features") == {"feat"}
    assert found(catalog, "version:v2") == {"det2"}
    assert found(catalog, "id:det1") == {"det1"}
    assert found(catalog, "id:DET1") == set()
    assert found(catalog, "run:Run-1") == {"raw"}
    assert found(catalog, "run:run-1") == set()
    assert found(catalog, "hash:ABC", "hash:*") == {"det1"}
    assert found(catalog, "uri:s3://Data/raw.csv", "uri:*") == {"raw"}
    assert found(catalog, "state:registered") == set(EVERYTHING)
    assert found(catalog, "state:deleted") == set()
    assert found(catalog, "-run:*", "-run:Run-1 -run:run-2") == {"det1", "det2", "churn"}
    assert found(catalog, "step:*") == {"raw", "feat"}


def test_a_tag_that_shadows_a_field(catalog: CatalogBackend) -> None:
    assert found(catalog, "tag.name:shadow", "TAG.name:shadow") == {"churn"}
    assert found(catalog, "name:shadow") == set()


def test_numbers_are_compared(catalog: CatalogBackend) -> None:
    assert found(catalog, "f1_score>=0.91", "f1_score>0.90999", "f1_score>0") == {"det1", "det2", "churn"}
    assert found(catalog, "f1_score>0.91", "f1_score>=0.95") == {"det2", "churn"}
    assert found(catalog, "f1_score<0.95", "f1_score<=0.91", 'f1_score<="0.91"') == {"det1"}
    assert found(catalog, "f1_score>0.9 f1_score<1") == {"det1", "det2"}
    assert found(catalog, "rows>-5", "rows>=1.2e5", "rows<=120000.0") == {"feat"}
    assert found(catalog, "labels>=7", "labels<8") == {"churn"}
    assert found(catalog, "deprecated>=0", "stage>0", "missing>0") == set()


def test_two_bounds_are_about_one_number(backend: CatalogBackend) -> None:
    # Keys are read without regard to case, so that this artifact has two numbers of one key.
    backend.register(artifact("two", tags={"F1": 0.2, "f1": 0.9}))
    backend.register(artifact("one", tags={"f1": 0.55, "loss": 0.2}))
    assert ids(backend.search("f1>0.5 f1<0.6")) == ["one"]
    assert ids(backend.search("f1<0.6 f1>0.5 loss<0.5")) == ["one"]
    assert ids(backend.search("f1>0.1 f1<0.3")) == ["two"]
    assert ids(backend.search("f1>0.6 f1<0.5")) == []


def test_versions_are_compared(catalog: CatalogBackend) -> None:
    assert found(catalog, "version>=2 type:Model") == {"det2"}
    assert found(catalog, "version<2 type:Model") == {"det1"}


def test_numbers_of_every_size_keep_their_order(backend: CatalogBackend) -> None:
    numbers = [-1e308, -(2**63), -7, -1.5, -1e-300, 0, 5e-324, 0.1, 1, 1.0000000000000002, 7, 2**53, 1e18, 1e308]
    backend.register_many(artifact(f"n{n:02}", at=1, tags={"x": number}) for n, number in enumerate(numbers))
    for n, number in enumerate(numbers):
        at_least = [f"n{m:02}" for m in range(len(numbers) - 1, n - 1, -1)]
        assert ids(backend.search(f"x>={number!r}")) == at_least
        assert ids(backend.search(f"x>{number!r}")) == at_least[:-1]
        below = [f"n{m:02}" for m in range(n - 1, -1, -1)]
        assert ids(backend.search(f"x<{number!r}")) == below
        assert ids(backend.search(f"x<={number!r}")) == [f"n{n:02}", *below]


def test_instants_are_compared(catalog: CatalogBackend) -> None:
    assert found(catalog, "created:2026-01-01") == {"raw"}
    assert found(catalog, "created:2026-01") == {"raw", "feat", "det1"}
    assert found(catalog, "created:2026", "created<2027", "created<=2026") == {"raw", "feat", "det1", "det2"}
    assert found(catalog, "created>2026", "created>=2027-01-01") == {"churn"}
    assert found(catalog, "created>=2026-01-02T00:00:00Z created<2026-02-01") == {"feat", "det1"}
    assert found(catalog, "created>2026-01-02T00:00:00Z created<2026-02-01") == {"det1"}
    assert found(catalog, "-created:2026-01") == {"det2", "churn"}
    assert found(catalog, "created:*", "created>2000", "created>100000d") == set(EVERYTHING)
    assert found(catalog, "created>2999") == set()


def test_ages_count_from_now(backend: CatalogBackend) -> None:
    backend.register_many([artifact("old", created_at="2001-01-01"), artifact("new")])
    assert found(backend, "created>1h", "created>=1d", "created>1w", "created>1y", "created>5min", "created>1mo") == {
        "new"
    }
    assert found(backend, "created<1h", "created<1y") == {"old"}


def test_an_empty_query_finds_everything(catalog: CatalogBackend) -> None:
    for query in ("", "   ", "\n\t"):
        assert ids(catalog.search(query)) == EVERYTHING


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("fraud (model", 13),
        ("fraud )", 7),
        ("(", 2),
        (")", 1),
        ("()", 2),
        ("a OR", 5),
        ("NOT", 4),
        ("stage:", 7),
        ("f1_score>=high", 11),
        ("f1_score>", 10),
        ("created:yesterday", 9),
        ("created>2026-13-01", 9),
        ("type>3", 1),
        ("ok name>=1", 4),
    ],
)
def test_a_query_that_cannot_be_read_points_at_its_column(backend: CatalogBackend, query: str, column: int) -> None:
    with pytest.raises(InvalidQuery, match=f"column {column}") as caught:
        backend.search(query)
    assert caught.value.details["column"] == column
    with pytest.raises(InvalidQuery):
        backend.list_artifacts(query=query)


def test_a_query_that_is_too_long(backend: CatalogBackend) -> None:
    assert backend.search("x" * 1024) == []
    with pytest.raises(LimitExceeded):
        backend.search("x" * 1025)


def test_a_query_of_too_many_ways(backend: CatalogBackend) -> None:
    with pytest.raises(InvalidQuery, match="alternatives"):
        backend.search(" ".join(f"(a{n} OR b{n})" for n in range(7)))
    backend.register(artifact("a", name="a1 a2 a3 a4 a5 b6"))
    assert ids(backend.search(" ".join(f"(a{n} OR b{n})" for n in range(1, 7)))) == ["a"]
    assert backend.search(" OR ".join(f"zz{n}" for n in range(64))) == []
    assert backend.search(" ".join(f"-zz{n}" for n in range(128))) != []
