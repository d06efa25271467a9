"""Lineage as text: it is restored exactly, and cards that cannot be restored are not written as text."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import LocalCatalogBackend, RemoteCatalogBackend
from catalog_graph.cards import Columns
from catalog_graph.lineage import Lineage
from tests.client.drawn import card, fraud_detector, lineage
from tests.client.test_exports import lineages
from tests.local.file import entry
from tests.server.running import running


@given(lineages())
def test_nothing_is_lost(drawn: Lineage) -> None:
    body = drawn.to_packed()
    if body is None:
        assert any("\x1f" in c.name for c in drawn.nodes)
    else:
        assert Lineage.from_packed(body) == drawn


@pytest.mark.parametrize("name", ["two\nlines", "\x1e", "日本語", '"\\"', "😀"])
def test_names_of_any_kind(name: str) -> None:
    drawn = lineage([card("a", depth=0), card("b", name=name, version=None), card("c")], [("a", "b"), ("b", "c")])
    assert Lineage.from_packed(drawn.to_packed() or b"") == drawn


@pytest.mark.parametrize("fields", [{"name": "a\x1fb"}, {"version": ""}, {"created_at": "\x1f"}])
def test_what_could_be_read_otherwise_is_not_packed(fields: dict[str, str]) -> None:
    assert lineage([card("a", depth=0), card("b", **fields)], [("a", "b")]).to_packed() is None


def test_what_is_no_packed_lineage_is_refused() -> None:
    body = fraud_detector().to_packed() or b""
    parts = (body[:40], body[: body.index(b"\n") + 20], body + b"\x1f", body[: body.index(b"\n")])
    for part in (*parts, b"", b"[]\n", b'{"columns": {}}\n', b'{"columns": {"depth": []}}\nx'):
        with pytest.raises(ValueError, match=r"does not have|subsection|JSON|EOF|does not describe a lineage"):
            Lineage.from_packed(part)


@given(text=st.sampled_from(["", "b\x1fn\x1fT\x1f\x1f\x1fdeleted", "b\x1fn\x1fT\x1f1\x1fx\x1fregistered"]))
def test_columns_from_a_text_are_columns(text: str) -> None:
    def packed() -> Columns:
        return Columns.from_text(text, [1] if text else [], {"b": ("champion",)} if text else {})

    plain = Columns.of(packed().cards())
    assert packed() == plain == copy.deepcopy(packed()) == pickle.loads(pickle.dumps(packed()))
    assert (len(packed()), packed().text(), packed().cards(), repr(packed())) == (
        len(plain),
        plain.text(),
        plain.cards(),
        repr(plain),
    )
    changed = packed()
    changed.extend(Columns(["z"], ["z"], ["T"], [None], [""], [2], ["registered"]))
    assert changed.text() == (f"{text}\x1f" if text else "") + "z\x1fz\x1fT\x1f\x1f\x1fregistered"
    with pytest.raises(AttributeError, match="colour"):
        _ = changed.colour  # type: ignore[attr-defined]


@given(fields=st.lists(st.sampled_from(["", "a", "b" * 9_999]), min_size=1, max_size=300))
def test_a_long_text_is_split_between_cards(fields: list[str]) -> None:
    ids = [f"{number}{field}" for number, field in enumerate(fields)]
    text = "\x1f".join(f"{i}\x1f{field}\x1fT\x1f\x1f\x1f{field}" for i, field in zip(ids, fields, strict=True))
    columns = Columns.from_text(text, [1] * len(ids), {})
    assert (columns.artifact_id, columns.name, columns.state) == (ids, fields, fields)
    columns.free()
    assert columns == Columns()


def test_a_name_with_a_separator_comes_through_the_service(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    theirs = FlowymlBackend(str(path))
    theirs.register(entry("a", name="one\x1ftwo"))
    theirs.register(entry("b", "a"))
    with LocalCatalogBackend(path) as kept, running(kept) as url, RemoteCatalogBackend(url) as remote:
        assert [c.name for c in remote.upstream("b").nodes] == ["one\x1ftwo"]
        assert remote.upstream("b") == kept.upstream("b")
