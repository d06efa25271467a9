"""The loader of `cypher/`: what a file declares is what it uses, and what a call passes."""

import re
from pathlib import Path

import pytest

from catalog_graph.backends import neo4j as package
from catalog_graph.backends.neo4j.store import queries
from catalog_graph.backends.neo4j.store.queries import (
    QueryError,
    folder,
    fragment,
    fragments,
    names,
    parsed,
    query,
    source,
)

GOOD = "// Finds by id.\n// parameters: id, limit\nMATCH (a {id: $id}) RETURN a LIMIT $limit"
BOUNDED = "// Walks.\n// parameters: id\n// literals: reach\nMATCH ({id: $id})-[*1..$reach]->(n) RETURN n"


def test_every_query_is_well_formed_and_says_what_it_is_for() -> None:
    for name in names():
        assert re.fullmatch(r"[A-Z].*\.", query(name).purpose), name
        assert query(name).text, name


def test_every_query_is_used_and_every_used_one_is_there() -> None:
    code = "".join(path.read_text() for path in Path(package.__file__).parent.rglob("*.py"))
    used = set(re.findall(r'"((?:aliases|artifacts|changes|copies|lineage|openlineage|seals|search|store)/\w+)"', code))
    walks = {"lineage/upstream", "lineage/downstream"}
    parts = {
        f"{walk}{kind}" for walk in (*walks, "lineage/impact", "lineage/ancestry") for kind in ("_where", "_as_of")
    }
    assert used | walks | parts | set(names("schema")) == set(names())


def test_every_fragment_is_a_part_of_several_queries() -> None:
    files = [*names(), *(f"fragments/{name}" for name in fragments())]
    for name in fragments():
        assert re.fullmatch(r"[A-Z].*\.", fragment(name).purpose), name
        assert sum(source(file).count(f"// include: {name}\n") for file in files) > 1, name


@pytest.mark.parametrize("kind", ["", "_where", "_as_of"])
def test_upstream_and_downstream_differ_in_their_arrow_alone(kind: str) -> None:
    down, up = (source(f"lineage/{direction}{kind}") for direction in ("downstream", "upstream"))
    arrow = re.compile(r"<-(\[:[A-Z_|]+\*1\.\.\$reach\])-\(n\)")
    mirrored = arrow.sub(r"-\1->(n)", down).replace("what was made from an artifact", "what an artifact was made from")
    assert mirrored.replace("`downstream", "`upstream").replace("endNode", "startNode") == up
    assert "what an artifact was made from" in up.splitlines()[0]
    assert arrow.search(down)


@pytest.mark.parametrize("kind", ["", "_where", "_as_of"])
def test_the_counts_of_both_directions_differ_in_their_arrow_alone(kind: str) -> None:
    down, up = (source(f"lineage/{counts}{kind}") for counts in ("impact", "ancestry"))
    mirrored = re.sub(r"<-(\[:[A-Z_|]+\*1\.\.\])-\(n\)", r"-\1->(n)", down)
    mirrored = mirrored.replace("endNode", "startNode").replace(
        "what was made from an artifact", "what an artifact was made from"
    )
    assert mirrored.replace("`downstream", "`upstream").replace("`impact`", "`ancestry`") == up
    assert mirrored != down


def test_the_query_language_stands_in_one_file() -> None:
    predicate = re.compile(r"\bc\.(?:has|lacks|parts|ranges|equals|differs|created)")
    files = [*names(), *(f"fragments/{name}" for name in fragments())]
    assert [name for name in files if predicate.search(source(name))] == ["fragments/holds"]


def test_a_large_query_says_why() -> None:
    large = [name for name in names() if len(query(name).parameters) > 10 or len(source(name).splitlines()) > 60]
    assert [name for name in large if not re.search(r"^// size: .*\.$", source(name), re.MULTILINE)] == []


def test_no_query_is_written_in_python() -> None:
    code = "".join(path.read_text() for path in Path(package.__file__).parent.rglob("*.py"))
    assert not re.findall(r"\b(?:MATCH|MERGE|UNWIND|CREATE|RETURN|YIELD)\b *[({\[$a-z]", code)


def test_all_parameters_are_one_map() -> None:
    request = parsed("x", GOOD).bound({"id": "a", "limit": 3})
    assert request == ("MATCH (a {id: $values.id}) RETURN a LIMIT $values.limit", {"values": {"id": "a", "limit": 3}})
    quoted = parsed("x", "// Find.\n// parameters: id\nMATCH (a {id: $id}) RETURN '$id', a.`$id`")
    assert quoted.bound({"id": "$id"})[0] == "MATCH (a {id: $values.id}) RETURN '$id', a.`$id`"
    assert parsed("x", "// Count.\n// parameters: none\nRETURN 1").bound({}) == ("RETURN 1", {})


def test_parameters_are_written_without_their_values() -> None:
    # The driver writes them for its log; a batch takes as long to write as to send.
    assert repr(parsed("x", GOOD).bound({"id": "secret", "limit": 3})[1]) == "{'values': <id, limit>}"


@pytest.mark.parametrize("values", [{}, {"id": "a"}, {"id": "a", "limit": 3, "more": 1}, {"id": "a", "Limit": 3}])
def test_a_call_passes_what_is_declared_and_nothing_else(values: dict[str, object]) -> None:
    with pytest.raises(QueryError, match=r"x: .*(id|limit|more)"):
        parsed("x", GOOD).bound(values)


def test_an_unknown_query() -> None:
    with pytest.raises(QueryError, match="'artifacts/nothing'"):
        query("artifacts/nothing")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "first line"),
        ("MATCH (n) RETURN n", "first line"),
        ("// Without a full stop\n// parameters: none\nRETURN 1", "first line"),
        ("// Finds.\nRETURN 1", "no line `// parameters"),
        ("// Finds.\n// parameters: none\nRETURN $id", "id used and not declared"),
        ("// Finds.\n// parameters: id, limit\nRETURN $id", "limit used and not declared, or declared and not used"),
        ("// Finds.\n// parameters: id\n// parameters: id\nRETURN $id", "more than once"),
        ("// Finds.\n// parameters: id\nRETURN '$id'", "id"),
        ("// Finds.\n// parameters: id\nRETURN 1 // $id", "line of its own"),
        (
            "// Finds.\n// parameters: none\n// literals: type\nMATCH ()-[:$type]->() RETURN 1",
            "only be the upper bound",
        ),
        (
            "// Finds.\n// parameters: none\n// literals: id\nMATCH ({id: $id})-[*..$id]->() RETURN 1",
            "only be the upper",
        ),
    ],
)
def test_a_file_that_breaks_the_rules(source: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parsed("x", source)


def test_a_literal_is_a_whole_number_or_no_bound() -> None:
    walk = parsed("x", BOUNDED)
    assert walk.bound({"id": "a", "reach": 12})[0] == "MATCH ({id: $values.id})-[*1..12]->(n) RETURN n"
    assert walk.bound({"id": "a", "reach": None}) == (
        "MATCH ({id: $values.id})-[*1..]->(n) RETURN n",
        {"values": {"id": "a"}},
    )


@pytest.mark.parametrize("reach", [0, -1, True, 1.0, "1", "1]->() DETACH DELETE (n)//"])
def test_nothing_else_becomes_a_literal(reach: object) -> None:
    with pytest.raises(QueryError, match="reach"):
        parsed("x", BOUNDED).bound({"id": "a", "reach": reach})


PART = "// Tell.\n// parameters: id\na.artifact_id = $id\n  AND a.seq > 0"


def test_a_fragment_stands_where_it_is_included() -> None:
    whole = "// Find.\n// parameters: id\nMATCH (a)\nWHERE\n  // include: part\nRETURN a"
    part = parsed("fragments/part", PART)
    assert parsed("x", whole, {"part": part}.__getitem__).bound({"id": "$id"}) == (
        "MATCH (a)\nWHERE\n  a.artifact_id = $values.id\n    AND a.seq > 0\nRETURN a",
        {"values": {"id": "$id"}},
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("// Find.\n// parameters: none\n// include: nothing", "there is no query 'fragments/nothing'"),
        ("// Find.\n// parameters: none\n// include: matches", "x: any_of used and not declared"),
        ("// Find.\n// parameters: any_of, id\n// include: matches", "x: id used and not declared, or declared"),
        ("// Find.\n// parameters: any_of\n// include: matches, fields", "on a line of its own"),
        ("// Find.\n// parameters: any_of\n// include matches", "on a line of its own"),
        ("// Find.\n// parameters: any_of\n//include: matches", "on a line of its own"),
    ],
)
def test_an_include_that_breaks_the_rules(source: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parsed("x", source)


def test_a_fragment_that_breaks_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "folder", lambda: tmp_path)
    files = {
        "one": "// Tell.\n// parameters: none\n// include: two",
        "two": "// Tell.\n// parameters: none\n// include: one",
        "walk": BOUNDED,
        "undeclared": "// Tell.\n// parameters: none\na.artifact_id = $id",
    }
    (tmp_path / "fragments").mkdir()
    for name, text in files.items():
        (tmp_path / "fragments" / f"{name}.cypher").write_text(text)
    for name, message in {"one": "includes itself", "walk": "no literals", "undeclared": "id used and not"}.items():
        with pytest.raises(QueryError, match=f"^fragments/{name}: .*{message}"):
            fragment(name)


def test_migrations_are_numbered_and_can_run_again() -> None:
    """What a later step takes away again is no step any more."""
    steps, taken_away = names("schema"), {4}
    numbers = [n for n in range(1, len(steps) + len(taken_away) + 1) if n not in taken_away]
    assert [name.split("/")[1][:4] for name in steps] == [f"{n:03}_" for n in numbers]
    again = re.compile(
        r"(?:INDEX|CONSTRAINT) (\w+) IF (?:NOT )?EXISTS|WHERE \w+\.\w+ IS NULL"
        r"|(\w+\.\w+) IS NOT NULL\nCALL \(\w+\) \{\n  REMOVE \2"
        r"|\[(\w+):DERIVED_FROM\]->(?s:.+)\n  DELETE \3\n"
        r"|WHERE coalesce\(\w+\.revision, 0\) = row\.revision"
        r"|none\(term IN \w+\.terms WHERE term STARTS WITH '[^']+'\)\nCALL"
        r"|WHERE \w+\.state = '\w+' AND \w+\.artifact_type <> '' AND size\(labels\(\w+\)\) = 1\n"
        r"|SET (\w+\.card) = left\(\4, |\nON CREATE SET "
    )
    assert all(again.search(query(name).text) for name in steps), "a step that was begun has to be able to run again"


def test_the_queries_stand_at_the_top_of_the_repository() -> None:
    assert folder() == Path(__file__).parents[2] / "cypher"
