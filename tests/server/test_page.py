"""The page for people: served at `/` with a strict policy for its content; where it is not built, `/` says how."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import httpx
import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.server.open_paths import PAGE_FILES, PAGE_PATHS
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire


def test_the_root_is_a_page_of_this_host_alone(wire: Wire) -> None:
    page = wire("GET", "root:/")
    text = page.body.decode()
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"(src|href)=\"(https?:)?//", text)
    assert "<h1>catalog_graph is running</h1>" in text if not PAGE_FILES else 'id="app"' in text


def test_nothing_else_is_run_or_loaded(wire: Wire) -> None:
    policy = wire("GET", "root:/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not any(word in policy for word in ("unsafe-inline", "unsafe-eval", "*", "http:"))


def test_each_file_of_the_page_is_served(wire: Wire) -> None:
    for path in PAGE_PATHS:
        answer = wire("GET", f"root:{path}")
        assert (answer.status, answer.headers["x-content-type-options"]) == (200, "nosniff")
        kept = answer.headers["cache-control"]
        assert kept == "no-cache" if path == "/" else "max-age" in kept


def test_a_picture_over_http(wire: Wire) -> None:
    raw = wire.register(name="raw", artifact_type="Dataset")
    model = wire.register(name="model", artifact_type="Model", parent_ids=[raw])
    picture = wire("GET", f"/artifacts/{model}/picture?up=1&down=0&boxes=5&path_to=nothing").ok()
    assert {box["card"]["artifact_id"] for box in picture["boxes"]} == {raw, model}
    assert picture["curves"][0]["child"] == model
    for wrong, field in (
        ("up=x", "up"),
        ("down=99", "down"),
        ("open=[1]", "open"),
        ("boxes=0", "limit"),
        ("where=(", ""),
    ):
        refused = wire("GET", f"/artifacts/{model}/picture?{wrong}")
        assert refused.status == 422
        assert not field or refused.json["field"] in (field, "boxes")


def test_how_much_lies_on_either_side_over_http(wire: Wire) -> None:
    raw = wire.register(name="raw", artifact_type="Dataset", source_pipeline="load")
    model = wire.register(name="model", artifact_type="Model", parent_ids=[raw])
    extent = wire("GET", f"/artifacts/{model}/extent").ok()
    assert extent["upstream"] == {
        "total": 1,
        "by_type": {"Dataset": 1},
        "by_pipeline": {"load": 1},
        "by_depth": {"1": 1},
        "gone": {},
    }
    assert extent["downstream"]["total"] == 0
    assert wire("GET", "/artifacts/nothing/extent").status == 404


def test_policies_by_name(backend: CatalogBackend, tmp_path: Path) -> None:
    (tmp_path / "fraud.yaml").write_text("rules:\n  - rule: registered\n", encoding="utf-8")
    (tmp_path / "broken.yml").write_bytes(b"\xff\xfe")
    (tmp_path / "notes.txt").write_text("no policy", encoding="utf-8")
    backend.register(CatalogEntry(artifact_id="model", name="model", artifact_type="Model"))
    with running(backend, ServerSettings(policies=tmp_path)) as endpoint:
        [policy] = httpx.get(f"{endpoint}/policies").json()["items"]
        assert policy == {"name": "fraud", "text": "rules:\n  - rule: registered\n"}
        report = httpx.post(f"{endpoint}/artifacts/model/check-promotion", json={"policy": policy["text"]}).json()
        assert (report["outcome"], len(report["results"])) == ("pass", 1)
        wrong = httpx.post(f"{endpoint}/artifacts/model/check-promotion", json={"policy": "rules: ["})
        assert (wrong.status_code, "line 1" in wrong.json()["detail"]) == (422, True)
    with running(backend) as endpoint:
        assert httpx.get(f"{endpoint}/policies").json() == {"items": []}
    with running(backend, ServerSettings(policies=tmp_path / "nowhere")) as endpoint:
        refused = httpx.get(f"{endpoint}/policies")
        assert "CATALOG_GRAPH_POLICIES" in refused.json()["detail"]


PATHS = ("root:/", "root:/docs", "root:/openapi.json", "root:/none", "root:/metrics", "/artifacts")


@pytest.mark.parametrize("path", PATHS)
def test_every_response_says_what_a_browser_may_do(wire: Wire, path: str) -> None:
    headers = wire("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert ("script-src" in policy) is (path in ("root:/", "root:/docs"))


def test_the_documentation_runs_its_own_scripts_alone(wire: Wire) -> None:
    page = wire("GET", "root:/docs")
    policy = page.headers["content-security-policy"]
    [script] = re.findall(r"<script>(.*?)</script>", page.body.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "http" not in policy
