"""The history of a name on one page: newest first, and what changed from each version to the next."""

import pytest

from catalog_graph.answers.versions import Changes, Versions
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput, NotFound
from catalog_graph.render.versions import versions_text
from tests.support.entries import artifact


def all_pages(backend: CatalogBackend, name: str, limit: int) -> list[Versions]:
    pages = [backend.versions(name, limit=limit)]
    while cursor := pages[-1].cursor:
        pages.append(backend.versions(name, limit=limit, cursor=cursor))
    return pages


def shown(found: Versions) -> list[tuple[str, str | None]]:
    """Return the id of each version, and of the one that it is compared with."""
    return [(v.artifact.artifact_id, v.changes.since if v.changes else None) for v in found.items]


def test_what_changed(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact(
                "a", "raw", "old", at=1, name="fraud", artifact_type="Model", content_hash="h1", uri="s3://1",
                tags={"f1": 0.9, "one": 1, "gone": [1]}, metadata={"rows": 1, "same": {"x": 1}, "gone": 1},
            ),
            artifact("other", at=2, name="Fraud"),
            artifact(
                "b", "raw", "new", at=3, name="fraud", artifact_type="Model", content_hash="h2", uri="s3://2",
                tags={"f1": 0.95, "one": 1.0, "owner": "ann"}, metadata={"rows": 2, "same": {"x": 1.0}, "new": None},
            ),
        ]
    )  # fmt: skip
    found = backend.versions("fraud")
    assert (found.name, found.complete) == ("fraud", True)
    assert [v.artifact for v in found.items] == backend.get_many(["b", "a"])
    newest, first = found.items
    assert first.changes is None
    assert newest.changes == Changes(
        since="a",
        content="changed",
        fields={"uri": ["s3://1", "s3://2"]},
        tags_added={"owner": "ann"},
        tags_removed={"gone": [1]},
        tags_changed={"f1": [0.9, 0.95]},
        metadata_added=["new"],
        metadata_removed=["gone"],
        metadata_changed=["rows"],
        parents_added=["new"],
        parents_removed=["old"],
    )
    assert versions_text(found).splitlines() == [
        "VERSION  CREATED           ID  CHANGED",
        "2        2026-01-01 00:00  b   content; tags +owner=ann, ~f1 0.9 -> 0.95, -gone; "
        "metadata +new, ~rows, -gone; parents +new, -old; uri s3://1 -> s3://2",
        "1        2026-01-01 00:00  a   the first",
    ]


@pytest.mark.parametrize(
    ("before", "after", "content"),
    [("h", "h", "same"), ("h", "", "unknown"), ("", "h", "unknown"), ("g", "h", "changed")],
)
def test_content_by_hash(backend: CatalogBackend, before: str, after: str, content: str) -> None:
    backend.register_many(
        [artifact("a", at=1, name="n", content_hash=before), artifact("b", at=2, name="n", content_hash=after)]
    )
    changes = backend.versions("n").items[0].changes
    assert changes == Changes(since="a", content=content)
    assert versions_text(backend.versions("n")).endswith("the first")


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_page_by_page(backend: CatalogBackend, limit: int) -> None:
    """Several at one instant too; each is compared with its neighbour, also where that is on the next page."""
    backend.register_many([artifact(f"a{n}", at=n // 3, name="n") for n in range(8)])
    pages = all_pages(backend, "n", limit)
    order = ["a7", "a6", "a5", "a4", "a3", "a2", "a1", "a0"]
    assert [pair for page in pages for pair in shown(page)] == list(zip(order, [*order[1:], None], strict=True))
    assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(len(page.items) == limit for page in pages[:-1])
    if limit == 1:
        assert versions_text(pages[0]).endswith("… older versions follow")


def test_what_comes_and_goes_meanwhile_leaves_no_gap(backend: CatalogBackend) -> None:
    backend.register_many([artifact(f"a{n}", at=n, name="n") for n in range(6)])
    first = backend.versions("n", limit=2)
    backend.register(artifact("a9", at=9, name="n"))
    backend.delete("a4")
    rest = backend.versions("n", limit=10, cursor=first.cursor)
    assert shown(first) == [("a5", "a4"), ("a4", "a3")]
    assert shown(rest) == [("a3", "a2"), ("a2", "a1"), ("a1", "a0"), ("a0", None)]
    assert shown(backend.versions("n", limit=2)) == [("a9", "a5"), ("a5", "a3")]


def test_a_name_that_nothing_has(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", "stub", name="n"), artifact("b", "a", at=1)])
    backend.delete("a")
    for name in ("n", "N", "stub", "unknown", "a/b%2Fc", "日本"):
        with pytest.raises(NotFound, match="no artifact is named"):
            backend.versions(name)


@pytest.mark.parametrize("name", ["", None, 5, "a\0b", "x" * 513, "half \ud83d"])
def test_what_no_name_can_be(backend: CatalogBackend, name: str) -> None:
    with pytest.raises(InvalidInput):
        backend.versions(name)


@pytest.mark.parametrize(("limit", "cursor"), [(0, None), (-1, None), (1, "x"), (1, "W10"), (1, "bnVsbA")])
def test_a_limit_and_a_cursor_are_checked(backend: CatalogBackend, limit: int, cursor: str | None) -> None:
    backend.register(artifact("a", name="n"))
    with pytest.raises(InvalidInput):
        backend.versions("n", limit=limit, cursor=cursor)


def test_a_promotion_as_the_documentation_has_it(backend: CatalogBackend) -> None:
    catalog = ArtifactCatalog(backend)
    for score in (0.91, 0.95, 0.93):
        catalog.register("fraud_detector", "Model", tags={"f1_score": score})
    catalog.register("fraud_detector", "Model")

    models = catalog.list(artifact_type="Model")
    best = max(models, key=lambda m: m.get("tags", {}).get("f1_score", 0))
    catalog.tag(best["artifact_id"], stage="production")

    assert catalog.search("stage:production")[0].tags["f1_score"] == 0.95
    assert max(models, key=lambda m: m.tags.get("f1_score", 0)).version == "2"
    assert catalog.resolve("fraud_detector:v2") == best.artifact_id
