"""A card that huggingface_hub wrote."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.integrations.hugging_face import Cards
from tests.support.environments import python_of

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).with_name("programs") / "card.py"


def test_a_card_that_the_hubs_library_wrote(tmp_path: Path) -> None:
    subprocess.run([str(python_of("importers")), str(PROGRAM), str(tmp_path)], check=True)
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    catalog.import_from(Cards([tmp_path]))
    [detector] = catalog.search("metrics.f1>=0.9 license:apache-2.0 base_model_relation:finetune fraud:true")
    assert (detector.name, detector.artifact_type) == ("acme/detector", "Model")
    assert detector.parent_ids == ["hf:acme/encoder", "hf:datasets/acme/claims"]
