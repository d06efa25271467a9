"""Hugging Face cards: what they name, what they are called, and heads that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog, InvalidInput
from catalog_graph.integrations.hugging_face import Cards

CARD = """\
---
base_model: acme/encoder
base_model_relation: finetune
datasets: [squad, acme/claims]
license: apache-2.0
tags: [fraud]
model-index:
- name: acme/detector
  results:
  - task: {type: text-classification}
    dataset: {type: acme/claims, name: Claims, split: test}
    metrics: [{type: f1, value: 0.91}, {type: accuracy, value: "0.95"}]
---
# A detector
"""


@pytest.fixture
def catalog(tmp_path: Path) -> ArtifactCatalog:
    return ArtifactCatalog(db_path=tmp_path / "catalog.db")


def card(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(text, encoding="utf-8")
    return folder


def test_a_card_names_what_the_model_was_made_from(catalog: ArtifactCatalog, tmp_path: Path) -> None:
    folder = card(tmp_path / "detector", CARD)
    base = card(
        tmp_path / "models--acme--encoder" / "snapshots" / "abc", "---\nlicense: mit\nbase_model: acme/encoder\n---\n"
    )
    result = catalog.import_from(Cards([folder, base]))
    assert (result.new, result.left_out) == (4, 1)
    [detector] = catalog.search("metrics.f1>=0.9 license:apache-2.0 base_model_relation:finetune fraud:true")
    assert (detector.id, detector.name, detector.artifact_type) == ("hf:acme/detector", "acme/detector", "Model")
    assert detector.parent_ids == ["hf:acme/encoder", "hf:datasets/squad", "hf:datasets/acme/claims"]
    assert detector.uri == "https://huggingface.co/acme/detector"
    assert detector.metadata["metrics"] == {"accuracy": 0.95, "f1": 0.91}
    assert detector.metadata["hugging_face"]["results"][0]["split"] == "test"
    encoder = catalog.get("acme/encoder")
    assert encoder is not None
    assert (encoder.tags, encoder.metadata["hugging_face"]["revision"]) == ({"license": "mit"}, "abc")
    assert result.reasons[0].endswith("the card names itself")
    assert catalog.import_from(Cards([folder / "README.md"])).known == 4


def test_cards_of_data_sets_and_names(catalog: ArtifactCatalog, tmp_path: Path) -> None:
    dataset = card(tmp_path / "claims", "---\ntask_categories: [other]\nsource_datasets: [original, acme/raw]\n---\n")
    catalog.import_from(Cards([dataset], name="acme/claims"))
    claims = catalog.get("acme/claims")
    assert claims is not None
    assert (claims.artifact_type, claims.parent_ids) == ("Dataset", ["hf:datasets/acme/raw"])
    with pytest.raises(InvalidInput, match="is for one card, but there are 2"):
        Cards([dataset, dataset], name="n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("# No head", "no YAML head"), ("---\na: [\n---\n", "not valid"), ("---\n# nothing\n---\n", "head is empty")],
)
def test_a_card_without_a_head_is_left_out(catalog: ArtifactCatalog, tmp_path: Path, text: str, reason: str) -> None:
    result = catalog.import_from(Cards([card(tmp_path / "m", text)]))
    assert result.registered == 0
    assert reason in result.reasons[0]


def test_what_is_empty_or_strange_in_a_card_is_not_taken(catalog: ArtifactCatalog, tmp_path: Path) -> None:
    head = """\
base_model: ""
datasets: [null, "", acme/claims, {x: 1}]
tags: [null, "", fraud, {y: 2}]
model-index:
- 7
- name:
  results:
  - 5
  - {dataset: foo, task: bar, metrics: [{type: acc, value: 0.5}, 6, {value: 1}]}
"""
    result = catalog.import_from(Cards([card(tmp_path / "detector", f"---\n{head}---\n")]))
    entries = {entry.id: entry for entry in catalog.list_artifacts()}
    assert set(entries) == {"hf:detector", "hf:datasets/acme/claims"}
    detector = entries["hf:detector"]
    assert (detector.parent_ids, detector.tags) == (["hf:datasets/acme/claims"], {"fraud": True})
    assert detector.metadata["metrics"] == {"acc": 0.5}
    strange = [
        "model-index 7",
        "results 5",
        "task bar",
        "dataset foo",
        "metrics 6",
        "metrics {'value': 1}",
        "datasets {'x': 1}",
        "tags {'y': 2}",
    ]
    assert [reason.partition(" in ")[0] for reason in result.reasons] == strange
