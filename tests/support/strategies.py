"""Small worlds for property-based tests: few ids, names and values, so that what is drawn meets again."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from catalog_graph.artifact import CatalogEntry
from tests.support.entries import instant

IDS = ["a", "b", "c/d", "é", "\uffee", "\U0001f600", "lineage"]
NAMES = ["fraud", "Fraud_Model", "churnModel", "FRAUD model v2", "50%_off", "日本語"]
TYPES = ["Model", "Dataset", "model"]
PIPELINES = ["", "fraud", "daily churn"]
STEPS = ["", "train", "TrainModel"]
HASHES = ["", "h1", "h2"]
VERSIONS = [None, None, None, "3", "v5", "beta"]
KEYS = ["stage", "team", "f1", "my key", "name", "a:b", ""]
SCALARS: list[Any] = [
    "production",
    "Production",
    "fraud ops",
    "0.9",
    "a:b",
    "",
    1,
    1.0,
    True,
    False,
    None,
    0,
    -2.5,
    0.95,
]
VALUES: list[Any] = [*SCALARS, ["production", 1, ["x"]], [], {"x": 1}, {}, 2**53 + 1]

METADATA: list[dict[str, Any]] = [
    {},
    {},
    {"m": [1.5, None], "stage": "Production"},
    {"n": "é", "f1": 0.95, "o": {"stage": "fraud ops", "f1": "0.9"}},
    {"f1": [1, "production"], "o": {}, "o.f1": 0, "stage": None},
]

ids = st.sampled_from(IDS)
aliases = st.sampled_from(["champion", "shadow"])
tags = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=3)
ways = st.sampled_from(["warn", "warn", "reuse", "error"])
limits = st.sampled_from([1, 2, 3, 5, 100])


@st.composite
def entries(draw: st.DrawFn, artifact_ids: st.SearchStrategy[str] = ids) -> CatalogEntry:
    """Draw an entry with its own `created_at`, so that two catalogs store the same."""
    return CatalogEntry(
        artifact_id=draw(artifact_ids),
        name=draw(st.sampled_from(NAMES)),
        artifact_type=draw(st.sampled_from(TYPES)),
        content_hash=draw(st.sampled_from(HASHES)),
        source_step=draw(st.sampled_from(STEPS)),
        source_run_id=draw(st.sampled_from(["", "run-1", "Run-1"])),
        source_pipeline=draw(st.sampled_from(PIPELINES)),
        parent_ids=draw(st.lists(ids, max_size=3)),
        tags=draw(tags),
        metadata=draw(st.sampled_from(METADATA)),
        uri=draw(st.sampled_from(["", "s3://b/k"])),
        created_at=instant(draw(st.integers(0, 6)) * 40_000),
        version=draw(st.sampled_from(VERSIONS)),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(value: Any) -> str:
    return value if isinstance(value, str) else {True: "true", False: "false", None: "null"}.get(value, str(value))


_words = st.sampled_from(
    ["fraud", "FRAUD", "frau", "aud", "model", "Fraud_Model", "churn", "v2", "ops", "production", "train", "50%", "_",
     "日本", "1", "true", "x", "data", "-", "frau*", "m*", "T*",
     r"50\%*", r"a\=b", '"fraud model"', '"model v2"', "zzz", "daily"]
)  # fmt: skip
_keys = st.sampled_from(["stage", "STAGE", "team", "f1", r"my\ key", "tag.name", "tag.stage", r"a\:b", "missing"])
_pairs = st.builds(
    lambda key, value: f"{key}:{_quoted(_text(value))}", _keys, st.sampled_from([s for s in SCALARS if s != ""])
)
_there = st.builds(
    "{}:*".format, st.one_of(_keys, st.sampled_from(["pipeline", "step", "hash", "run", "uri", "version", "alias"]))
)
_equal_numbers = st.builds(
    "{}{}{}".format,
    st.sampled_from(["f1", "stage", '"f1"', "-team", "tag.name"]),
    st.sampled_from([":", "=", "!="]),
    st.sampled_from(["1.0", "01", "1e0", ".9", "0.90", "95e-2", "-2.50", "0.0", "9007199254740993.0", "1"]),
)
_fields = st.sampled_from(
    ["type:Model", "type:MODEL", "pipeline:fraud", 'pipeline:"daily churn"', "step:train", "name:fraud", "version:3",
     'name:"Fraud_Model"', "run:Run-1", "run:run-1", "hash:h1", "id:a", "id:A", "id:é", "state:registered", "uri:s3://b/k",
     "alias:champion", "type=Model", "type!=Model", "name:Fraud_*", "type:m*", "run:run*", "run:Run*",
     "uri:s3://b/*",
     "hash:h*", "id:c/*", "alias:ch*", "state:reg*", "stage:prod*", "stage=production", "team!=production",
     r"my\ key:p*"]
)  # fmt: skip
_numbers = st.builds(
    "{}{}{}".format,
    st.sampled_from(["f1", "stage", "team", "version", "tag.name"]),
    st.sampled_from([">=", "<=", ">", "<"]),
    st.sampled_from(["0", "1", "0.9", "-2.5", "0.95", "3", "9007199254740993"]),
)
_instants = st.sampled_from(
    ["created>2026-01-01", "created<=2026-01-02", "created:2026-01-02", "created<2026", "created>=2026-01-02T09:00:00Z"]
)
_metadata = st.builds(
    "{}metadata.{}{}".format,
    st.sampled_from(["", "-"]),
    st.sampled_from(["f1", "o.f1", "stage", "O.Stage", "n", "missing"]),
    st.sampled_from([":*", ":prod*", ':"fraud ops"', ":0.90", "=1.0", "!=1", ">=0.9", "<1", ":é", ":null", ":{}"]),
)
_atoms = st.one_of(_words, _pairs, _there, _fields, _numbers, _equal_numbers, _instants)
queries = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " OR ".join(parts) + ")"),
        inner.map(lambda q: f"NOT ({q})"),
        _atoms.map(lambda q: f"-{q}"),
    ),
    max_leaves=5,
)
"""Texts of the query language that can be read."""
metadata_queries = st.builds(
    lambda atom, inner, negated: f"{atom} {'-' if negated else ''}({inner})",
    st.sampled_from(["fraud", "model", "type:Model", "type:m*", "stage:*", "f1>=0", "created>2025", "name:*"]),
    st.recursive(
        st.one_of(_metadata, _metadata, _atoms),
        lambda inner: (
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " OR ".join(parts) + ")")
            | st.lists(inner, min_size=2, max_size=3).map(" ".join)
        ),
        max_leaves=4,
    ),
    st.booleans(),
)
"""Texts that compare metadata beside a condition that an index has."""

filters = st.fixed_dictionaries(
    {},
    optional={
        "artifact_type": st.sampled_from([*TYPES, "none"]),
        "source_pipeline": st.sampled_from(PIPELINES),
        "source_step": st.sampled_from(STEPS),
        "tags": tags,
    },
)
"""Filters of a list."""
