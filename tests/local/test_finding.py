"""Every source of candidates gives the same results, however many labels and artifacts there are."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from functools import cache

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.search import finding, index, label_sets, sources
from catalog_graph.backends.local.search.conditions import ConditionBuilder
from catalog_graph.query.selection import Selection
from tests.support.entries import artifact, ids
from tests.support.model import ModelBackend

QUERIES = [
    "",
    "fraud",
    "fraud detector",
    '"fraud det"',
    "raud",
    "d",
    "7",
    "detector_7",
    "score>=0.5",
    "score>0.95",
    "score<0.1 -team:t1",
    "score:*",
    "-score:*",
    "team:t1 stage:production",
    "team:t1 OR team:t2 OR raud",
    "-fraud -team:t1",
    "fraud -detector",
    "type:Model fraud",
    "version>=2 version<4",
    "run:r3",
    "run:* -run:r3",
    "hash:h5",
    "hash:* -hash:h5",
    "-hash:*",
    "uri:file:///7",
    "-uri:* fraud",
    "id:a7",
    "-id:a7 fraud",
    "state:registered -fraud",
    "state:deleted",
    "created>2026-01-01 created<2026-01-01T02:00:00 raud",
    "list:b",
    "unknown",
    "unknown OR fraud",
    "(fraud OR churn) (team:t1 OR score>0.9)",
    "long",
    "tail_of_it",
    "cafe",
    "caf\u00e9",
    "cafe fraud",
]
SELECTIONS = [
    Selection(artifact_type="Model"),
    Selection(artifact_type="model"),
    Selection(text="raud", source_pipeline="Pipe", source_step="s1"),
    Selection(tags={"team": "t1"}),
    Selection(tags={"team": "T1"}),
    Selection(tags={"score": 1}),
    Selection(tags={"score": True}),
    Selection(tags={"list": ["b", 1]}),
    Selection(text="fraud", tags={"team": "t1", "stage": "production"}),
    Selection(tags={"nothing": None}),
]


def entries(count: int) -> Iterator[CatalogEntry]:
    chance = random.Random(7)
    for n in range(count):
        name = f"{chance.choice(['fraud', 'Churn', 'anti_fraud', 'FraudScore'])}_{chance.choice(['detector', 'data'])}"
        tags: dict[str, object] = {"team": f"t{n % 4}", "stage": chance.choice(["production", "dev"])}
        if n % 3:
            tags["score"] = chance.choice([round(chance.random(), 2), 1, 1.0, "0.97", True])
        if n % 11 == 0:
            tags["list"] = ["b", chance.choice([1, 1.0, 2])]
        if n % 40 == 0:
            tags["long"] = "x" * 12_000 + " tail_of_it"
        if n % 40 == 1:
            tags["accent"] = "cafe\u0301"  # its word is `cafe`, its text `caf\u00e9`
        yield artifact(
            f"a{n}",
            at=n // 3 * 600,
            name=f"{name}_{n % 30}" if n % 5 else name,
            artifact_type=chance.choice(["Model", "Dataset"]),
            source_pipeline=chance.choice(["Pipe", "pipe", ""]),
            source_step=f"s{n % 3}",
            source_run_id=f"r{n % 9}" if n % 2 else "",
            content_hash=f"h{n % 50}" if n % 2 else "",
            uri=f"file:///{n}" if n % 7 == 0 else "",
            tags=tags,
        )


@pytest.fixture(params=["few", "many labels", "many artifacts", "both many", "long walk", "scanned"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits of what counts as few, so that a small catalog has many."""
    if request.param in ("many labels", "both many", "long walk"):
        monkeypatch.setattr(label_sets, "MANY_WITH_TERM", 1)
        monkeypatch.setattr(label_sets, "MANY_WITH_TEXT", 1)
    if request.param in ("many artifacts", "both many", "long walk"):
        monkeypatch.setattr(sources, "FEW_ARTIFACTS", 3)
    if request.param in ("both many", "long walk"):
        monkeypatch.setattr(sources, "FEW_LABELS", 0)
    if request.param == "both many":
        monkeypatch.setattr(sources, "MAX_SCAN", 5)
    if request.param == "scanned":
        monkeypatch.setattr(label_sets, "MANY_LOOKED_UP", 0)


def pages(backend: CatalogBackend, selection: Selection, limit: int) -> list[str]:
    page = backend.find(selection, limit=limit)
    artifact_ids = ids(page.items)
    while page.cursor:
        page = backend.find(selection, limit=limit, cursor=page.cursor)
        artifact_ids += ids(page.items)
    return artifact_ids


def fill(backend: CatalogBackend, count: int) -> None:
    """Register `count` artifacts, and change a few of them."""
    backend.register_many(entries(count))
    backend.tag("a3", {"stage": "renamed"})
    backend.delete("a4")
    backend.register(artifact("a5", tags={"team": "moved"}))


@cache
def model_pages(count: int) -> list[tuple[Selection, list[str]]]:
    """Return each selection with the ids that the model lists, computed once for all sizes."""
    model = ModelBackend()
    fill(model, count)
    selections = [*(Selection(text=query) for query in QUERIES), *SELECTIONS]
    return [(selection, pages(model, selection, 1000)) for selection in selections]


@pytest.mark.usefixtures("sizes")
def test_every_source_agrees_with_the_model(ours: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "CHUNK", 4)
    monkeypatch.setattr(sources, "CHUNK", 4)
    fill(ours, 240)
    for selection, expected in model_pages(240):
        assert pages(ours, selection, 1000) == expected, selection
        assert pages(ours, selection, 7) == expected, selection


def test_words_that_fill_a_page_are_found_without_a_scan_of_all_texts(
    ours: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans: list[str] = []
    scan = label_sets.labels_with_text

    def noted(connection: sqlite3.Connection, part: str, limit: int) -> list[int]:
        scans.append(part)
        return scan(connection, part, limit)

    monkeypatch.setattr(label_sets, "labels_with_text", noted)
    monkeypatch.setattr(sources, "FEW_ARTIFACTS", 30)
    tags = [{"use": "fraud", "rare": f"exp-{n % 10}"} for n in range(200)]
    ours.register_many([artifact(f"a{n}", uri=f"s3://fraud/{n}", tags=each) for n, each in enumerate(tags)])
    for query in ("fraud", "exp-7", "use:fraud exp-7"):
        assert len(ours.search(query, limit=10)) == 10
    assert scans == []
    assert len(ours.search("exp-7", limit=50)) == 20
    assert ids(ours.search("aud/199")) == ["a199"]
    assert scans == ["exp-7", "aud/199"]


def test_labels_are_shared_and_removed(ours: LocalCatalogBackend) -> None:
    def labelled() -> int:
        with ours._file.read() as connection:
            return int(connection.execute("SELECT count(*) FROM cg_labelled").fetchone()[0])

    ours.register_many([artifact(f"a{n}", tags={"team": "fraud"}, source_run_id="r") for n in range(3)])
    with ours._file.read() as connection:
        tokens = [row[0] for row in connection.execute("SELECT token FROM cg_label WHERE token LIKE 't%'")]
    assert len(tokens) == 1
    before = labelled()
    ours.tag("a0", {"x": 1})
    assert labelled() == before + 1
    ours.untag("a0", "x")
    ours.tag("a0", {"team": "fraud"})
    assert labelled() == before
    for n in range(3):
        ours.delete(f"a{n}")
    assert labelled() == 0


def test_many_label_texts_fill_many_blocks(ours: LocalCatalogBackend) -> None:
    ours.register_many([artifact(f"a{n}", name=f"{'word' * 20}_{n}") for n in range(500)])
    assert len(ours.search(f"{'word' * 20}_499")) == 1
    assert len(ours.search("ordwor", limit=1000)) == 500
    assert ids(ours.search("dword_250")) == ["a250"]


def test_search_texts_that_were_cut_are_kept(ours: LocalCatalogBackend) -> None:
    for n in range(3):
        ours.register(artifact(f"a{n}", at=n, tags={"x": "ﷺ" * 1000, "y": f"end{n}"}))
    with ours._file.read() as connection:
        kept = connection.execute("SELECT text FROM cg_search WHERE text IS NOT NULL").fetchall()
    assert len(kept) == 3
    assert all(len(text.encode()) <= index.MAX_SEARCH_TEXT_BYTES for (text,) in kept)
    model = ModelBackend()
    for n in range(3):
        model.register(artifact(f"a{n}", at=n, tags={"x": "ﷺ" * 1000, "y": f"end{n}"}))
    for query in ("end1", "nd1", "صلى", "-nd1"):
        assert ids(ours.search(query)) == ids(model.search(query)), query


def test_facets_by_keys_of_few_and_of_many_values(ours: LocalCatalogBackend) -> None:
    registered = list(entries(240))
    model = ModelBackend()
    for backend in (ours, model):
        backend.register_many(registered)
    odd = ["\ud800", "a\0b", "%", "score_", "tag.team\x1f"]
    for query in ("", "id:a7", "stage:production", "long"):
        expected = model.facets(Selection(query), ["type", "score", "team", *odd])
        assert ours.facets(Selection(query), ["type", "score", "team", *odd]) == expected, query
        assert ours.facets(Selection(query), ["step"]) == model.facets(Selection(query), ["step"]), query


def test_the_condition_that_is_rarest_lately_leads(ours: LocalCatalogBackend) -> None:
    registered = [artifact(f"a{n}", at=n, tags={"common": 1, "once": int(n < 4000)}) for n in range(6000)]
    ours.register_many(registered)
    query = Selection("common:1 once:1")
    with ours._file.read() as connection:
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        rows, _ = finding.find(connection, query, 10, None)
        connection.set_trace_callback(None)
        [once] = connection.execute("SELECT label FROM cg_label_term WHERE term = ?", ("t\x1fonce\x1f1",)).fetchone()
    assert [row.artifact_id for row in rows] == [f"a{n}" for n in range(3999, 3989, -1)]
    [read] = [statement for statement in statements if statement.startswith("SELECT s.created, s.artifact_id")]
    assert f"l.label = {once} " in read


BETWEEN = ["x>2 x<5", "x>=2 x<=5 x>3", "x>5 x<2", "-x>2 x<5", "y>2 y<5", "version>=2 version<4", "x>2 x<5 y>2 y<5"]


def assert_same(ours: LocalCatalogBackend, model: ModelBackend, queries: list[str]) -> None:
    for query in queries:
        assert pages(ours, Selection(query), 7) == pages(model, Selection(query), 7), query
        assert ours.find(Selection(query), total=True).total == len(pages(model, Selection(query), 100)), query


@pytest.mark.usefixtures("sizes")
def test_numbers_between_two_others(ours: LocalCatalogBackend) -> None:
    model = ModelBackend()
    plain = [
        artifact(f"a{n}", at=n, name="n", tags={"x": n / 7, "y": str(n)}, version=str(n % 6 + 1)) for n in range(60)
    ]
    # Each has one number below the range and one above, by two keys that a query takes for one, or by a list.
    two_keys = artifact("two_keys", at=-1, tags={"x": 9, "X": 1})
    two_values = artifact("two_values", at=-2, tags={"y": [1, "9"]})
    for more in (plain, [two_keys], [two_values]):
        for backend in (ours, model):
            backend.register_many(more)
        assert_same(ours, model, BETWEEN)
    assert {"two_keys", "two_values"}.isdisjoint(ids(ours.search("x>2 x<5")) + ids(ours.search("y>2 y<5")))


def test_a_range_with_two_ends_is_one_range(ours: LocalCatalogBackend) -> None:
    ours.register_many([artifact(f"a{n}", tags={"x": n}) for n in range(100)])
    selection = Selection("x>=20 x<23 x>1")
    with ours._file.read() as connection:
        [part] = selection.query.any_of
        required = ConditionBuilder(connection, selection.query, selection).build(part, 0).required
    assert [len(labels.members or ()) for labels in required] == [3]
