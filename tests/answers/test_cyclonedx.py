"""CycloneDX documents of whatever a catalog may hold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_graph.artifact import CatalogEntry
from catalog_graph.cards import card_of
from catalog_graph.render.cyclonedx import Part, document
from tests.support.cyclonedx import SHA, valid

texts = st.text(max_size=12) | st.sampled_from(["MIT", "MIT OR Apache-2.0", "x://y:z", "//a", "a:b", "%", "a%20b", "#"])
urls = st.text(st.sampled_from("aA1:/?#[]@!$&%~. é\\"), max_size=12) | texts
values = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.lists(texts, max_size=2)
objects = st.dictionaries(st.sampled_from(["license", "metrics", "params", "metrics.a", "k"]), values, max_size=3)


entries = st.builds(
    CatalogEntry,
    st.text(min_size=1, max_size=5),
    texts,
    st.sampled_from(["Model", "Dataset", "", "Report"]),
    texts | st.sampled_from([SHA, f"md5:{SHA[:32]}", f"sha-512:{SHA}{SHA}", f"sha1:{SHA}"]),
    tags=objects,
    metadata=objects | st.fixed_dictionaries({"metrics": objects, "params": objects}),
    uri=urls,
    version=st.none() | texts,
    created_at=texts,
    aliases=st.lists(texts, max_size=2),
)


@settings(max_examples=15)
@given(st.lists(entries, min_size=1, max_size=8, unique_by=lambda entry: entry.artifact_id))
def test_whatever_entries_hold_is_valid(entries: list[CatalogEntry]) -> None:
    ids = [entry.artifact_id for entry in entries]
    parts = [Part(card_of(entry), entry, ids[:at]) for at, entry in enumerate(entries)]
    for spec_version in ("1.6", "1.7"):
        valid(document(parts, ids[-1:], spec_version, "", len(ids)))
