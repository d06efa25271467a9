"""`catalog.track`: what a step reads and writes, in threads, within other steps, and when it fails."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog, DuplicateContentWarning, InvalidInput, NotFound, RegistrationWarning, Step


@pytest.fixture(params=["local_backend", "remote_backend"])
def catalog(request: pytest.FixtureRequest) -> ArtifactCatalog:
    return ArtifactCatalog(request.getfixturevalue(request.param))


@pytest.fixture
def local(tmp_path: Path) -> ArtifactCatalog:
    return ArtifactCatalog(db_path=tmp_path / "catalog.db")


def test_what_is_written_derives_from_what_was_read_before(catalog: ArtifactCatalog) -> None:
    catalog.register("raw", "Dataset")
    catalog.register("labels", "Dataset")
    with catalog.track("train", pipeline="fraud") as step:
        raw = step.reads("raw")
        sample = step.writes("sample", "Dataset", data=[1, 2])
        labels = step.reads("labels:v1")
        model = step.writes("model", "Model", tags={"f1": 0.9}, metadata={"metrics": {"auc": 0.8}})
        report = step.writes("report", "Report", parents=[model])
        running = catalog.get(model.artifact_id, exact=True)
        assert running is not None
        assert running.metadata["step"]["status"] == "running"
    assert sample.parent_ids == [raw.artifact_id]
    assert sorted(model.parent_ids) == sorted([raw.artifact_id, labels.artifact_id])
    assert (report.parent_ids, model.version, sample.content_hash != "") == ([model.artifact_id], "1", True)
    for written in (sample, model, report):
        entry = catalog.get(written.artifact_id, exact=True)
        assert entry is not None
        account = entry.metadata["step"]
        assert (entry.source_step, entry.source_pipeline, entry.source_run_id) == ("train", "fraud", step.run_id)
        assert (account["status"], account["within"]) == ("completed", "")
        assert account["started_at"] <= account["ended_at"]
        assert account["duration_seconds"] >= 0
        assert account["environment"]["packages"]["pytest"] == pytest.__version__
    assert catalog.get("model").metadata["metrics"] == {"auc": 0.8}  # type: ignore[union-attr]


def test_a_step_that_fails_marks_what_it_wrote(catalog: ArtifactCatalog) -> None:
    @catalog.track("train")
    def train(step: Step) -> float:
        step.writes("model", "Model")
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        train()
    model = catalog.get("model")
    assert model is not None
    account = model.metadata["step"]
    assert (account["status"], account["error"]) == ("failed", "ZeroDivisionError: division by zero")
    assert catalog.list_artifacts(artifact_type="FailedStep") == []


def test_a_step_that_fails_before_it_writes_is_an_artifact(catalog: ArtifactCatalog) -> None:
    raw = catalog.register("raw", "Dataset")

    @catalog.track("train", pipeline="fraud", run_id="7")
    def train(step: Step) -> None:
        step.reads(raw)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train()
    [failed] = catalog.list_artifacts(artifact_type="FailedStep")
    assert (failed.name, failed.parent_ids, failed.source_run_id) == ("train", [raw], "7")
    assert failed.metadata["step"]["error"] == "KeyboardInterrupt"
    assert [card.name for card in catalog.impact(raw).lineage.nodes] == ["train"]


def test_an_orderly_exit_is_no_failure(local: ArtifactCatalog) -> None:
    @local.track("train")
    def train(step: Step) -> None:
        step.writes("model", "Model")
        sys.exit(0)

    with pytest.raises(SystemExit):
        train()
    assert local.get("model").metadata["step"]["status"] == "completed"  # type: ignore[union-attr]


def test_steps_within_steps(local: ArtifactCatalog) -> None:
    with local.track("outer", pipeline="fraud") as outer:
        with local.track("inner") as inner:
            part = inner.writes("part", "Dataset")
        with local.track("other", pipeline="churn", run_id="own") as other:
            other.writes("else", "Dataset")
        outer.reads(part)
        whole = outer.writes("whole", "Dataset")
    assert (inner.pipeline, inner.run_id, inner.within) == ("fraud", outer.run_id, "outer")
    assert (other.pipeline, other.run_id, other.within) == ("churn", "own", "outer")
    assert whole.parent_ids == [part.artifact_id]
    with local.track("next") as following:
        assert (following.within, following.pipeline) == ("", "")
    assert following.run_id != outer.run_id


def test_a_step_is_written_from_many_threads(catalog: ArtifactCatalog) -> None:
    catalog.register("raw", "Dataset")
    with catalog.track("train") as step, ThreadPoolExecutor(8) as pool:
        step.reads("raw")
        list(pool.map(lambda n: step.writes(f"part_{n}", "Dataset"), range(24)))
    parts = [entry for entry in catalog.list_artifacts(limit=100) if entry.name.startswith("part_")]
    assert len(parts) == 24
    assert {entry.metadata["step"]["status"] for entry in parts} == {"completed"}
    assert all(len(entry.parent_ids) == 1 for entry in parts)


def test_a_decorator_gives_each_call_a_step(local: ArtifactCatalog) -> None:
    steps = []

    @local.track(pipeline="fraud")
    def train(rate: float, step: Step) -> str:
        steps.append(step)
        return step.writes("model", "Model", tags={"rate": rate}).artifact_id

    @local.track("evaluate")
    async def evaluate(step: Step) -> str:
        await asyncio.sleep(0)
        return step.writes("report", "Report").artifact_id

    assert train(0.1) != train(rate=0.2)
    assert [(step.name, step.pipeline) for step in steps] == [("train", "fraud")] * 2
    assert len({step.run_id for step in steps}) == 2
    report = local.get(asyncio.run(evaluate()))
    assert report is not None
    assert (report.source_step, report.metadata["step"]["status"]) == ("evaluate", "completed")


def test_what_cannot_be_tracked_is_refused(local: ArtifactCatalog) -> None:
    def without() -> None: ...
    def items(step: Step):  # type: ignore[no-untyped-def]
        yield step

    for message, act in (
        ("no parameter `step`", lambda: local.track()(without)),
        ("items is a generator", lambda: local.track()(items)),
        ("step must name the step", lambda: local.track().__enter__()),
    ):
        with pytest.raises(InvalidInput, match=message):
            act()
    tracking = local.track("train")
    with tracking as step, pytest.raises(InvalidInput, match="is open"), tracking:
        pass
    with pytest.raises(InvalidInput, match="the key 'step'"):
        step.writes("model", "Model", metadata={"step": 1})
    with pytest.raises(NotFound):
        step.reads("nothing")


def test_warnings_name_the_line_of_the_caller(local: ArtifactCatalog) -> None:
    with warnings.catch_warnings(record=True) as told, local.track("train") as step:
        warnings.simplefilter("always")
        local.register("a", "Dataset", data=[1])
        local.register("b", "Dataset", data=[1])
        step.writes("c", "Dataset", data=[1])
    assert [(each.category, each.filename) for each in told] == [(DuplicateContentWarning, __file__)] * 2


def test_a_catalog_that_is_gone_hides_no_error(local: ArtifactCatalog) -> None:
    def train() -> float:
        with local.track("train") as step:
            step.writes("model", "Model")
            Path(local.backend.db_path).write_bytes(b"no database" * 1_000)  # type: ignore[attr-defined]
            return 1 / 0

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(ZeroDivisionError):
            train()
    [warning] = [each for each in told if each.category is RegistrationWarning]
    assert str(warning.message).startswith("the failure of the step 'train' is not recorded: ")
    assert warning.filename == __file__


def test_the_commit_of_the_code(local: ArtifactCatalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*arguments: str) -> str:
        own = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        return subprocess.run(["git", *own, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    def account() -> dict[str, object]:
        with local.track("train") as step:
            artifact_id = step.writes("model", "Model").artifact_id
        entry = local.get(artifact_id)
        assert entry is not None
        return dict(entry.metadata["step"])

    (folder := tmp_path / "code").mkdir()
    monkeypatch.chdir(folder)
    assert "commit" not in account()
    git("init")
    (folder / "train.py").write_text("x = 1\n")
    git("add", ".")
    git("commit", "-m", "first")
    assert (account()["commit"], account()["dirty"]) == (git("rev-parse", "HEAD"), False)
    (folder / "train.py").write_text("x = 2\n")
    assert account()["dirty"] is True
