"""Policy files: their meaning, and the errors about those that are wrong: the line, the key, and what to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog_graph.errors import InvalidPolicy
from catalog_graph.policy import load_policy, read_policy
from catalog_graph.promotion.policy_files import MAX_BYTES
from catalog_graph.query.language import parse_all

WHOLE = """
policy: models that go to production
alias: champion
max_artifacts: 1000
rules:
  - rule: metric
    name: good enough
    why: the bank asks for it
    tag: f1
    min: 0.9
  - {rule: fresh, max_age: 90d, of: sources}
  - rule: fresh
    created_after: 2026-01-31
  - rule: types
    required: [Dataset, yes, 1.10.0]
"""


def test_a_whole_policy() -> None:
    policy = read_policy(WHOLE)
    assert (policy.policy, policy.alias, policy.max_artifacts) == ("models that go to production", "champion", 1000)
    assert policy.to_dict()["rules"] == [
        {"rule": "metric", "name": "good enough", "why": "the bank asks for it", "tag": "f1", "min": 0.9},
        {"rule": "fresh", "max_age": "90d", "of": "sources"},
        {"rule": "fresh", "created_after": "2026-01-31"},
        {"rule": "types", "required": ["Dataset", "yes", "1.10.0"]},
    ]
    assert read_policy(policy.to_dict()) == policy
    assert read_policy(policy) is policy


def test_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(f"\ufeff{WHOLE}", encoding="utf-8")
    assert load_policy(path) == read_policy(WHOLE)
    path.write_text("rules:\n  - rule: registerd\n", encoding="utf-8")
    with pytest.raises(InvalidPolicy, match=r"policy\.yaml', line 2|policy\.yaml, line 2"):
        load_policy(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidPolicy, match="UTF-8"):
        load_policy(path)
    path.write_text("#" * (MAX_BYTES + 1), encoding="utf-8")
    with pytest.raises(InvalidPolicy, match="longer"):
        load_policy(path)
    with pytest.raises(InvalidPolicy, match="No such file"):
        load_policy(tmp_path / "none.yaml")


def rule(text: str) -> str:
    return f"rules:\n  - rule: {text}\n"


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("", 1, None, "is empty"),
        ("rules: [", 1, None, "not valid YAML"),
        ("a: b: c", 1, None, "not valid YAML"),
        ("just text", 1, "", "the policy must be an object with keys, not 'just text'"),
        ("rules: []", 1, "rules", "must have at least 1 item, not 0"),
        ("policy: x", 1, "rules", "is required"),
        ("rules:\n  - query: x", 2, "rules[0]", "write rule: and one of matches"),
        (rule("metrics"), 2, "rules[0]", "did you mean metric?"),
        (rule("zzz"), 2, "rules[0]", "the unknown rule 'zzz'; the rules are matches, metric"),
        (rule("metric\n    tag: f1\n    mim: 1"), 4, "rules[0].mim", "is not known here; did you mean min?"),
        (rule("registered\n    zzz: 1"), 3, "rules[0].zzz", "the keys are name, why, rule"),
        ("rulez: []", 1, "rulez", "did you mean rules?"),
        (rule("metric\n    tag: f1"), 2, "rules[0]", "give min, max or both"),
        (rule("metric\n    min: 1"), 2, "rules[0]", "give either tag or metadata"),
        (rule("metric\n    tag: f1\n    min: 2\n    max: 1"), 2, "rules[0]", "min 2 is above max 1"),
        (rule("metric\n    tag: f1\n    min: high"), 4, "rules[0].min", "must be a number, not 'high'"),
        (rule("metric\n    tag: f1\n    min: .nan"), 4, "rules[0].min", "must be a number, not '.nan'"),
        (
            rule("metric\n    tag: f1\n    min: 1\n    when_missing: no"), 5, "rules[0].when_missing",
            "must be 'pass', 'fail' or 'undecided', not 'no'",
        ),
        (rule("metric\n    tag: f1\n    tag: f2\n    min: 1"), 4, "tag", "the key tag is repeated"),
        (rule("forbid\n    query: (a"), 3, "rules[0].query", "column 3"),
        (rule("forbid\n    query: ''"), 3, "rules[0].query", "is empty"),
        (rule("forbid"), 2, "rules[0].query", "is required"),
        (rule("fresh\n    max_age: soon"), 3, "rules[0].max_age", "neither a date such as 2026-01-31 nor an age"),
        (rule("fresh"), 2, "rules[0]", "give either max_age (such as 90d)"),
        (rule("types\n    required: []"), 3, "rules[0].required", "must have at least 1 item, not 0"),
        (rule("types\n    required: [A, 3]"), 3, "rules[0].required[1]", "must be text, not 3"),
        (rule("types\n    required: ['']"), 3, "rules[0].required[0]", "must have at least 1 character"),
        (rule("approved\n    tag: a\n    by: []"), 4, "rules[0].by", "must have at least 1 item, not 0"),
        (rule("approved\n    tag: a\n    of: sources\n    by: []"), 5, "rules[0].by", "at least 1 item, not 0"),
        (rule("approved\n    tag: a\n    by: [ann, '']"), 4, "rules[0].by[1]", "must have at least 1 character"),
        (rule("no_worse\n    tag: f1\n    margin: -1"), 4, "rules[0].margin", "must be at least 0, not -1"),
        (rule("no_worse\n    tag: f1\n    margin: 1\n    margin_percent: 1"), 2, "rules[0]", "not both"),
        (rule("lineage_change"), 2, "rules[0]", "give max_added"),
        (rule("lineage_change\n    max_added: true"), 3, "rules[0].max_added", "must be a whole number, not true"),
        (rule("approved\n    tag: a\n    of: ancestors"), 2, "rules[0]", "give by"),
        (rule("approved\n    tag: a\n    by: [x]\n    at_least: 2"), 2, "rules[0]", "cannot be met"),
        (rule("approved\n    tag: a\n    where: x"), 2, "rules[0]", "add of: ancestors or of: sources"),
        ("alias: v3\n" + rule("registered"), 1, "alias", "would be read as a version"),
        ("max_artifacts: 0\n" + rule("registered"), 1, "max_artifacts", "must be at least 1, not 0"),
        ("rules: &a [*a]", 1, None, "nested more than 20 levels deep"),
        ("? [a]\n: 1", 1, None, "a key must be text"),
    ],
)  # fmt: skip
def test_an_error_names_its_place(text: str, line: int, key: str | None, message: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read_policy(text, "policy.yaml")
    assert message in caught.value.message
    assert caught.value.details["line"] == line
    assert caught.value.details.get("key") == key
    assert f"policy.yaml, line {line}" in caught.value.message or "is empty" in caught.value.message
    assert "nput should" not in caught.value.message


def test_a_policy_that_repeats_itself_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(InvalidPolicy, match="more than 10,000 values"):
        read_policy("\n".join(lines))


def test_too_many_rules() -> None:
    with pytest.raises(InvalidPolicy, match="rules must have at most 100 items, not 101"):
        read_policy({"rules": [{"rule": "registered"}] * 101})


@pytest.mark.parametrize("policy", [{"rules": [{"rule": "registered", "x": 1}]}, {"rules": 5}, {"rules": [5]}, {}])
def test_objects_have_keys_and_no_lines(policy: dict[str, Any]) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read_policy(policy)
    assert "line" not in caught.value.details
    assert caught.value.details["key"].startswith("rules")


@pytest.mark.parametrize("sign", [1, -1])
def test_an_error_about_a_huge_number_does_not_write_it(sign: int) -> None:
    with pytest.raises(InvalidPolicy, match=r"max_artifacts must be at .*, not a whole number of more than 18 digits"):
        read_policy({"max_artifacts": sign * 10**5000, "rules": [{"rule": "registered"}]})


@pytest.mark.parametrize("sign", [*'\\ "():<>*-', "\\\\", "é", "a:b", "-x", "NOT", "OR"])
def test_names_of_people_and_tags_are_taken_as_they_are(sign: str) -> None:
    policy = read_policy({"rules": [{"rule": "approved", "tag": sign, "by": [sign, "ann"], "of": "ancestors"}]})
    [conjunction] = parse_all(policy.ancestry_queries()[0]).any_of
    assert len(conjunction.lacks) == 2
