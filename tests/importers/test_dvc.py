"""DVC: a real repository, reproduced twice."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from catalog_graph import ArtifactCatalog, InvalidInput
from catalog_graph.integrations.dvc import Repository
from tests.support.environments import python_of

pytestmark = pytest.mark.slow
FILES = {
    "params.yaml": "train: {lr: 0.1, seed: 7}\n",
    "raw.csv": "1\n2\n",
    "prepare.py": "from pathlib import Path\nPath('data').mkdir(exist_ok=True)\n"
    "for n in range(2): Path(f'data/{n}.csv').write_text(Path('raw.csv').read_text())\n",
    "train.py": "import json, sys, yaml\nfrom pathlib import Path\n"
    "lr = yaml.safe_load(open('params.yaml'))['train']['lr']\n"
    "Path(f'model-{sys.argv[1]}.bin').write_text(f'{lr} {sys.argv[1]}')\n"
    "Path(f'scores-{sys.argv[1]}.json').write_text(json.dumps({'eval': {'auc': 0.9 + lr / 10}, 'name': 'x'}))\n",
    "dvc.yaml": """
stages:
  prepare:
    cmd: PYTHON prepare.py
    deps: [prepare.py, raw.csv]
    outs: [data]
  train:
    foreach: [a, b]
    do:
      cmd: PYTHON train.py ${item}
      deps: [train.py, data]
      params: [train.lr]
      outs: ["model-${item}.bin"]
      metrics:
        - scores-${item}.json: {cache: false}
artifacts:
  detector: {path: model-a.bin, type: model, desc: Finds fraud., labels: [fraud]}
""",
}


def dvc(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder / ".site")}
    subprocess.run(
        [str(python_of("importers").with_name("dvc")), *arguments, "--quiet"], cwd=folder, env=environment, check=True
    )


@pytest.mark.timeout(300)
def test_a_real_repository(tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text.lstrip().replace("PYTHON", str(python_of("importers"))))
    dvc(folder, "init", "--no-scm")
    dvc(folder, "add", "raw.csv")
    dvc(folder, "repro", "train@a", "prepare")
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    first = catalog.import_from(Repository(folder, "shop"))
    assert (first.new, first.left_out) == (6, 0)
    model = catalog.get("model-a.bin")
    assert model is not None
    assert model.id.startswith("dvc:shop:model-a.bin@")
    assert (model.artifact_type, model.tags) == ("Model", {"fraud": True})
    assert (model.source_step, model.source_pipeline) == ("train@a", "shop")
    assert model.metadata["params"] == {"train.lr": 0.1}
    assert model.metadata["description"] == "Finds fraud."
    assert [e.name for e in catalog.search("metrics.eval.auc>=0.9 type:Metrics")] == ["scores-a.json"]
    assert [e.name for e in catalog.search("metrics.eval.auc>=0.9 type:Model params.train.lr:0.1")] == ["model-a.bin"]
    upstream = {card.name: card.artifact_type for card in catalog.upstream("model-a.bin").nodes}
    assert upstream == {"train.py": "Code", "data": "Dataset", "prepare.py": "Code", "raw.csv": "Dataset"}
    assert catalog.import_from(Repository(folder, "shop")).known == 6

    (folder / "params.yaml").write_text("train: {lr: 0.2, seed: 7}\n")
    dvc(folder, "repro")
    second = catalog.import_from(Repository(folder, "shop"))
    assert (second.new, second.known) == (4, 4)  # both models and their scores are new
    assert len(catalog.versions("model-a.bin").items) == 2
    (folder / "scores-a.json").write_text("{}")
    assert "not as dvc.lock has it" in catalog.import_from(Repository(folder, "shop")).reasons[0]
    with pytest.raises(InvalidInput, match="has no dvc"):
        Repository(tmp_path / "nothing")


@pytest.mark.timeout(300)
def test_what_a_later_stage_reads_stays_what_its_own_stage_made(tmp_path: Path) -> None:
    copy = "from pathlib import Path; import sys; Path(sys.argv[2]).write_text(Path(sys.argv[1]).read_text())"
    (tmp_path / "copy.py").write_text(copy)
    (tmp_path / "raw.csv").write_text("1")
    stages = {"a_train": ("raw.csv", "model.bin"), "b_score": ("model.bin", "scores.csv")}
    described = "artifacts: {m: {path: model.bin, type: model, labels: [prod]}}\nstages:\n" + "".join(
        f"  {name}: {{cmd: {python_of('importers')} copy.py {source} {target}, deps: [{source}], outs: [{target}]}}\n"
        for name, (source, target) in stages.items()
    )
    (tmp_path / "dvc.yaml").write_text(described)
    dvc(tmp_path, "init", "--no-scm")
    dvc(tmp_path, "add", "raw.csv")
    (tmp_path / "raw.csv.dvc").write_text((tmp_path / "raw.csv.dvc").read_text() + "meta: {owner: Ana}\n")
    dvc(tmp_path, "repro")
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    assert catalog.import_from(Repository(tmp_path, "shop")).new == 3

    def facts(name: str) -> tuple[str, str, dict[str, Any]]:
        entry = catalog.get(name)
        assert entry is not None
        return entry.artifact_type, entry.source_step, entry.metadata["dvc"]

    kind, step, details = facts("model.bin")
    assert (kind, step, "copy.py" in details["cmd"]) == ("Model", "a_train", True)
    assert facts("raw.csv")[2]["meta"] == {"owner": "Ana"}
    again = catalog.import_from(Repository(tmp_path, "shop"))
    assert (again.new, again.changed, again.known) == (0, 0, 3)

    # The model is made anew, and not scored yet: the lock has the new one, and the old one as what was read.
    (tmp_path / "raw.csv").write_text("2")
    dvc(tmp_path, "add", "raw.csv")
    dvc(tmp_path, "repro", "a_train")
    later = catalog.import_from(Repository(tmp_path, "shop"))
    assert (later.new, later.changed, later.known) == (2, 0, 2)
    assert [entry.metadata["dvc"].get("cmd") for entry in catalog.search("name:model.bin type:Model")] == [
        details["cmd"]
    ] * 2


@pytest.mark.timeout(300)
def test_the_folder_of_a_stage_is_that_of_its_item(tmp_path: Path) -> None:
    text = """
vars: [{place: v}]
stages:
  listed: {foreach: [a, d], do: {wdir: "${item}", cmd: cp ../raw.csv o.csv, deps: [../raw.csv], outs: [o.csv]}}
  named:
    foreach: {k: {dir: b}}
    do: {wdir: "${key}/${item.dir}", cmd: cp ../../raw.csv o.csv, deps: [../../raw.csv], outs: [o.csv]}
  crossed:
    matrix: {x: [c], y: [1, true]}
    wdir: ${item.x}/${ item.y }
    cmd: cp ../../raw.csv o.csv
    deps: [../../raw.csv]
    outs: [o.csv]
  elsewhere: {wdir: "${place}", cmd: cp ../raw.csv o.csv, deps: [../raw.csv], outs: [o.csv]}
"""
    (tmp_path / "dvc.yaml").write_text(text)
    (tmp_path / "raw.csv").write_text("1")
    folders = ["a", "d", "k/b", "c/1", "c/true", "v"]
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    dvc(tmp_path, "init", "--no-scm")
    dvc(tmp_path, "repro")
    assert all((tmp_path / folder / "o.csv").exists() for folder in folders)
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    result = catalog.import_from(Repository(tmp_path, "shop"))
    assert result.reasons == ["stage elsewhere of dvc.yaml: its wdir, ${place}, cannot be resolved"]
    assert {card.name for card in catalog.downstream("raw.csv").nodes} == {f"{folder}/o.csv" for folder in folders[:-1]}
