"""References: what a name, a version and an alias stand for, and that an exact id wins."""

from collections.abc import Callable

import pytest

from catalog_graph import ReferenceWarning, RegistrationWarning
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput, NotFound
from tests.support.answers import every_answer
from tests.support.entries import artifact, ids
from tests.support.kept import kept


@kept
def fraud(backend: CatalogBackend) -> ArtifactCatalog:
    """Three versions of `fraud`, m3 the newest and made from `raw`, which is made from the stub `lake`."""
    backend.register_many(
        [
            artifact("raw", "lake", at=0),
            artifact("m1", "raw", at=1, name="fraud"),
            artifact("m2", "raw", at=2, name="fraud", version="v2"),
            artifact("m3", "raw", at=3, name="fraud", version="2026-01-01T00:00"),
        ]
    )
    return ArtifactCatalog(backend)


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("m1", "m1"),
        ("lake", "lake"),
        ("fraud", "m3"),
        ("fraud:latest", "m3"),
        ("fraud:1", "m1"),
        ("fraud:v1", "m1"),
        ("fraud:2", "m2"),
        ("fraud:v2", "m2"),
        ("fraud:2026-01-01T00:00", "m3"),
    ],
)
def test_what_a_reference_stands_for(fraud: ArtifactCatalog, reference: str, found: str) -> None:
    assert fraud.resolve(reference) == found


def test_the_latest_was_registered_last(backend: CatalogBackend) -> None:
    """Whatever `created_at` and the ids say."""
    backend.register_many([artifact("b", at=1, name="n"), artifact("c", at=1, name="n"), artifact("a", at=0, name="n")])
    assert backend.resolve("n") == "a"
    backend.delete("a")
    assert backend.resolve("n:latest") == "c"


def test_the_newest_of_several_with_one_version(backend: CatalogBackend) -> None:
    backend.register_many(
        [artifact(i, at=at, name="n", version=v) for at, (i, v) in enumerate([("a", "7"), ("b", "v7"), ("c", "8")])]
    )
    assert backend.resolve("n:7") == backend.resolve("n:v7") == "b"


def test_an_exact_id_that_was_registered_wins(backend: CatalogBackend) -> None:
    backend.register_many(
        [artifact("x", at=5, name="m:v1"), artifact("y", "gone", "m:1", at=6, name="gone"), artifact("gone", at=1)]
    )
    backend.register(artifact("old", at=2, name="m"))
    backend.delete("gone")
    catalog = ArtifactCatalog(backend)
    assert (catalog.resolve("gone"), catalog.resolve("m:v1")) == ("gone", "x")
    assert catalog.get("gone") is None
    assert catalog.upstream("gone").root.state == "deleted"
    with pytest.raises(NotFound):
        catalog.tag("gone", x=1)
    assert [e.tags for e in backend.list_artifacts()] == [{}, {}, {}]


def test_a_name_is_matched_whole_and_in_its_case(backend: CatalogBackend) -> None:
    names = ["Fraud_Model", "fraud model", "FRAUD-model", "日本 語", "a/b%2F", "50%_off", "x" * 512]
    backend.register_many([artifact(f"i{n}", at=n, name=name) for n, name in enumerate(names)])
    assert [backend.resolve(name) for name in names] == [f"i{n}" for n in range(len(names))]
    assert [backend.resolve(f"{name}:v1") for name in names] == [f"i{n}" for n in range(len(names))]
    for name in ("fraud_model", "Fraud_Model ", "日本", "x" * 511):
        with pytest.raises(NotFound):
            backend.resolve(name)


def test_names_and_versions_may_hold_colons(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("a", at=1, name="team:model"),
            artifact("b", at=2, name="team:model", version="rc:1"),
            artifact("c", at=3, name="team", version="model:latest:2"),
        ]
    )
    found = {r: backend.resolve(r) for r in ("team:model", "team:model:1", "team:model:rc:1", "team:model:latest")}
    assert found == {"team:model": "b", "team:model:1": "a", "team:model:rc:1": "b", "team:model:latest": "b"}
    assert backend.resolve("team:model:latest:2") == "c"


def test_what_stands_for_nothing_says_what_there_is(fraud: ArtifactCatalog) -> None:
    with pytest.raises(NotFound, match=r"'fraud:9'.*no version '9'.*2026-01-01T00:00, v2, 1") as caught:
        fraud.resolve("fraud:9")
    assert caught.value.details["artifact_id"] == "fraud:9"
    assert caught.value.details["versions"] == ["2026-01-01T00:00", "v2", "1"]
    with pytest.raises(NotFound, match=r"'fraud@champion'.*no alias 'champion'"):
        fraud.resolve("fraud@champion")
    with pytest.raises(NotFound, match=r"'frau'.*no artifact has that id or that name"):
        fraud.resolve("frau")
    with pytest.raises(NotFound, match="none is named 'frau'"):
        fraud.resolve("frau:latest")
    for unlikely in (":", "fraud:", ":v1", "@", "a:b:c:d:e:f:g", "fraud:latest:latest"):
        with pytest.raises(NotFound):
            fraud.resolve(unlikely)


@pytest.mark.parametrize("reference", ["", "a\0b", "x" * 1025, "half \ud83d", 5, None])
def test_what_cannot_be_a_reference(backend: CatalogBackend, reference: str) -> None:
    with pytest.raises(InvalidInput):
        backend.resolve(reference)


def test_a_catalog_takes_references_wherever_it_takes_an_id(fraud: ArtifactCatalog) -> None:
    found = fraud.get("fraud:v1")
    assert found is not None
    assert found == fraud.get("m1")
    assert fraud.get("fraud:v9") is None
    assert fraud.tag("fraud:latest", stage="production").artifact_id == "m3"
    assert fraud.untag("fraud", "stage").tags == {}
    assert fraud.unset("fraud", metadata=["x"], fields=["uri"]).artifact_id == "m3"
    with pytest.warns(RegistrationWarning, match="'extra' is not the id"):
        assert fraud.add_parents("fraud:v1", "extra").parent_ids == ["raw", "extra"]
    assert fraud.remove_parents("fraud:v1", "extra").parent_ids == ["raw"]
    fraud.delete("fraud")
    assert fraud.resolve("fraud") == "m2"
    with pytest.raises(NotFound, match="no version '9'"):
        fraud.tag("fraud:9", x=1)


def test_questions_about_lineage_take_references(fraud: ArtifactCatalog) -> None:
    fraud.register("report", "Report", artifact_id="r", parent_ids=["m3"])
    assert fraud.upstream("fraud:v1").root.artifact_id == "m1"
    assert ids(fraud.upstream("fraud").nodes) == ["raw", "lake"]
    assert fraud.downstream("fraud:latest").root.artifact_id == "m3"
    assert fraud.get_lineage("report")["artifact"]["artifact_id"] == "r"
    assert fraud.get_lineage("fraud:9") == {"artifact_id": "fraud:9", "error": "not found"}
    impact = fraud.impact("raw", copies=True, without=["fraud"])
    assert ids(impact.lineage.nodes) == ["m1", "m2"]
    assert impact.lineage.root.artifact_id == "raw"
    assert ids(fraud.impact("fraud").lineage.nodes) == ["r"]
    paths = fraud.paths("raw", "report")
    assert [ids(path) for path in paths.paths] == [["raw", "m3", "r"]]
    difference = fraud.diff("fraud:1", "report")
    assert (difference.left.artifact_id, difference.right.artifact_id) == ("m1", "r")
    lost = fraud.what_if("report", ["fraud:latest"])
    assert ids(lost.without) == ["m3"]
    assert ids(lost.lost.cards) == ["raw", "lake"]
    with pytest.raises(NotFound, match="no version '9'"):
        fraud.what_if("report", ["fraud:9"])
    with pytest.raises(NotFound, match="no version '9'"):
        fraud.upstream("fraud:9")
    with pytest.raises(NotFound, match="no version '9'"):
        fraud.upstream("report", without=["fraud:9"])


def test_every_answer_takes_references(fraud: ArtifactCatalog) -> None:
    fraud.backend.register(artifact("r", "m3", at=4, name="report"))
    by_reference = every_answer(fraud, "report", "fraud:latest")
    assert [(name, answer.to_dict()) for name, answer in by_reference] == [
        (name, answer.to_dict()) for name, answer in every_answer(fraud, "r", "m3")
    ]


def test_parents_are_ids_and_never_names(fraud: ArtifactCatalog) -> None:
    fraud.backend.register(artifact("c", "fraud", name="child"))
    assert [(card.artifact_id, card.state) for card in fraud.upstream("c").nodes] == [("fraud", "unregistered")]
    with pytest.warns(ReferenceWarning):
        assert fraud.resolve("fraud") == "m3"
    assert fraud.backend.add_parents("m1", "report").parent_ids == ["raw", "report"]


def test_pages_of_a_lineage_are_those_of_one_artifact(fraud: ArtifactCatalog) -> None:
    """A newer artifact of the name does not change what the answer goes on with."""
    first = fraud.upstream("fraud", limit=1)
    fraud.register("fraud", "Model", artifact_id="m4", created_at="2030-01-01T00:00:00Z")
    again = fraud.backend.lineage(first.root.artifact_id, "upstream", limit=1, cursor=first.cursor)
    assert (first.root.artifact_id, ids(again.nodes)) == ("m3", ["lake"])


def test_the_id_of_a_deleted_artifact_is_not_read_as_a_name(backend: CatalogBackend) -> None:
    backend.register_many([artifact("raw", at=0), artifact("i", at=1, name="raw"), artifact("m", "i", at=2)])
    backend.delete("raw")
    catalog = ArtifactCatalog(backend)
    attempts: list[Callable[[], object]] = [
        lambda: catalog.resolve("raw"),
        lambda: catalog.upstream("raw"),
        lambda: catalog.upstream("m", without=["raw"]),
        lambda: catalog.tag("raw", x=1),
        lambda: catalog.delete("raw"),
        lambda: catalog.set_alias("raw", "champion", "raw"),
        lambda: catalog.register("child", "T", parents=["raw"]),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound, match=r"'raw' not found: it was deleted.*; 'raw:latest' is the"):
            attempt()
    assert catalog.get("raw") is None
    assert catalog.resolve("raw:latest") == "i"
    assert backend.undelete("raw").artifact_id == catalog.resolve("raw") == "raw"
    backend.delete("raw")
    backend.purge("raw")
    with pytest.raises(NotFound, match="it was deleted"):
        catalog.upstream("raw")


def test_an_id_that_nobody_names_any_more_is_read_as_a_name(backend: CatalogBackend) -> None:
    backend.register_many([artifact("i", at=1, name="raw"), artifact("m", "raw", at=2)])
    backend.remove_parents("m", "raw")
    assert backend.resolve("raw") == "i"


def test_entries_as_parents_are_ids_and_never_names(backend: CatalogBackend) -> None:
    backend.register_many([artifact("x", "raw", at=0), artifact("i", at=1, name="raw")])
    catalog = ArtifactCatalog(backend)
    stub = catalog.get_lineage("x")["parents"][0]
    with pytest.warns(ReferenceWarning), pytest.warns(RegistrationWarning):
        catalog.register("both", "T", artifact_id="both", parents=[stub, "raw"])
    assert backend.get_many(["both"])[0].parent_ids == ["raw", "i"]  # type: ignore[union-attr]
