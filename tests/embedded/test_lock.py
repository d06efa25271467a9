"""The lock: its content, the absence of host names, and strict parsing."""

from __future__ import annotations

from importlib.resources import files

import pytest

from catalog_graph.embedded.lock import format_lock, load_lock, parse_lock
from catalog_graph.embedded.releases import RELEASES, Release

DIGEST = "0" * 64


@pytest.fixture(params=RELEASES, ids=lambda release: release.version)
def release(request: pytest.FixtureRequest) -> Release:
    return request.param  # type: ignore[no-any-return]


def test_the_shipped_lock_holds_neo4j_and_nothing_odd(release: Release) -> None:
    lock = load_lock(release)
    names = {jar.coordinates for jar in lock.jars}
    assert f"org.neo4j:neo4j:{release.version}" in names
    assert f"org.neo4j.app:neo4j-server:{release.version}" in names
    assert 100_000_000 < lock.size < 300_000_000
    assert all(jar.size > 0 for jar in lock.jars)


def test_the_shipped_lock_names_no_host(release: Release) -> None:
    text = files("catalog_graph.embedded").joinpath(release.lock_name).read_text()
    assert "://" not in text
    assert all(len(line.split()) == 3 for line in text.splitlines() if not line.startswith("#"))


def test_the_shipped_lock_is_in_its_own_format(release: Release) -> None:
    text = files("catalog_graph.embedded").joinpath(release.lock_name).read_text()
    assert format_lock(reversed(parse_lock(text).jars), release) == text


def test_a_classifier_goes_into_the_name() -> None:
    jar = parse_lock(f"a.b:c:1:linux 5 {DIGEST}\n").jars[0]
    assert (jar.file_name, jar.coordinates, jar.size) == ("c-1-linux.jar", "a.b:c:1:linux", 5)


@pytest.mark.parametrize(
    "line",
    [
        f"a.b:c 5 {DIGEST}",
        f"a.b:../c:1 5 {DIGEST}",
        f"a.b:c:1 five {DIGEST}",
        "a.b:c:1 5 abc",
        f"a.b:c:1 5 {DIGEST} more",
        f"a.b:c:1 5 {DIGEST}\na.x:c:1 5 {DIGEST}",
    ],
    ids=["no version", "a path", "no size", "no digest", "too much", "one name twice"],
)
def test_a_malformed_lock_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="lock"):
        parse_lock(line)
