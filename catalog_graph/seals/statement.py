"""The statement of a seal: an in-toto Statement v1 about an artifact and its whole ancestry.

Its text is canonical JSON (RFC 8785), so that it can be written one artifact after the other: by the names of its keys,
the ancestry comes before the roots. https://github.com/in-toto/attestation/tree/main/spec/v1 has the outer fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any, Protocol

from catalog_graph.checks import checked_id, strict_json
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import normalised
from catalog_graph.seals.canonical import canonical, canonical_texts
from catalog_graph.seals.extra import required
from catalog_graph.seals.records import FIELDS, Node, Record, Roots, batches
from catalog_graph.seals.spool import CHUNK, Payload

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:catalog-graph:sealed-lineage:v1"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ANCESTRY, _BETWEEN, _CLAIMS = b'"ancestry":[', b'},{"artifact_id":', b'],"claims":['
"""The beginning of the ancestry, what is between two records, and its end.

A text in JSON cannot hold these, since it has no plain quotes; records have no objects, and begin with their id.
"""
_DAMAGED = "the statement of the seal"


@dataclass(frozen=True, slots=True)
class Approval:
    """The content of a seal beside the lineage."""

    sealed_by: str
    sealed_at: str
    alias: str | None = None
    """Alias to which the artifact is promoted with this seal."""
    policy: Mapping[str, Any] | None = None
    """Policy of the promotion, as JSON types."""
    report: Mapping[str, Any] | None = None
    """Report of that policy, as JSON types."""
    unregistered: Sequence[str] = ()
    """Sorted ids of the ancestors that are not registered, which was allowed."""


class Writer(Protocol):
    """Whatever takes the text of a statement."""

    def write(self, data: bytes, /) -> int:
        """Append bytes."""


@dataclass(frozen=True)
class Statement:
    """A statement that was written, or that was read, and is whole and consistent."""

    artifact_id: str
    root: str
    claims_root: str
    artifacts: int
    """Number of artifacts that are sealed."""
    approval: Approval
    records: dict[str, Record] = field(default_factory=dict)
    """The records by id, in the order of the seal; the artifact is last. Empty if they were not to be kept."""
    claims: dict[str, str] = field(default_factory=dict)
    """The digest of the tags and metadata of each artifact, by id; empty like `records`."""


def write_statement(file: Writer, nodes: Iterable[Node], approval: Approval) -> Statement:
    """Write the statement about an ancestry, in the order of `Ancestry.nodes`; the artifact is last.

    Roots and digests of claims are in temporary files: nothing in memory grows with the ancestry.
    """
    required("rfc8785")
    roots, count = Roots(), 0
    record: Record = {}
    file.write(
        b'{"_type":%b,"predicate":{"alias":%b,"ancestry":[' % (canonical(STATEMENT_TYPE), canonical(approval.alias))
    )
    with TemporaryFile(prefix="catalog_graph-") as claims:
        for batch in batches(nodes):
            roots.look_ahead(node.record for node in batch)
            for node in batch:
                count += 1
                record, own = node.record, canonical_texts(node.record)
                file.write(b"," + own if count > 1 else own)
                claims.write(b'%b"%b"' % (b"," if count > 1 else b"", node.claims.hex().encode()))
                roots.add(record, own, node.claims)
        lineage_root, claims_root = roots.of(record["artifact_id"])
        file.write(_CLAIMS)
        claims.seek(0)
        while text := claims.read(CHUNK):
            file.write(text)
    rest = {
        "claims_root": claims_root,
        "policy": approval.policy,
        "report": approval.report,
        "root": lineage_root,
        "sealed_at": approval.sealed_at,
        "sealed_by": approval.sealed_by,
        "unregistered": list(approval.unregistered),
    }
    outer = {"predicateType": PREDICATE_TYPE, "subject": [_subject(record, lineage_root)]}
    file.write(b"]," + canonical(rest)[1:] + b"," + canonical(outer)[1:])
    return Statement(record["artifact_id"], lineage_root, claims_root, count, approval)


def written_statement(nodes: Iterable[Node], approval: Approval) -> bytes:
    """Return the text that `write_statement` writes."""
    text = BytesIO()
    write_statement(text, nodes, approval)
    return text.getvalue()


def _subject(record: Record, root: str) -> dict[str, Any]:
    """Return the subject: its digest is the content hash, or the root if the artifact has none."""
    content_hash = record["content_hash"]
    algorithm = "sha256" if _SHA256.fullmatch(content_hash) else "contentHash" if content_hash else "lineageRoot"
    return {"digest": {algorithm: content_hash or root}, "name": record["artifact_id"]}


def read_statement(text: Payload, *, keep: bool = True) -> Statement:
    """Return the statement of a text, with its roots computed anew. Raises `InvalidInput` if anything is wrong.

    Records are read a few at a time, and their roots are in a temporary file; `keep` keeps the records in memory, where
    they take ten times their text.
    """
    start, end = _find(text, _ANCESTRY, 0) + len(_ANCESTRY), _find(text, _CLAIMS, 0)
    after = start <= end < len(text)
    tail = _find(text, b"]", end + len(_CLAIMS)) if after else 0
    frame = bytes(text[:start]) + _CLAIMS + bytes(text[tail:]) if after else bytes(text)
    statement = _object(_json(frame), _DAMAGED)
    if (kind := statement.get("predicateType")) != PREDICATE_TYPE or statement.get("_type") != STATEMENT_TYPE:
        raise InvalidInput(f"it is a statement of the type {kind!r}, not {PREDICATE_TYPE}: no seal of a lineage")
    predicate = _object(statement.get("predicate"), "predicate")
    if not after or predicate.get("ancestry") != [] or predicate.get("claims") != []:
        raise InvalidInput(f"{_DAMAGED} has no ancestry and claims, or is not canonical JSON")
    claims = chain.from_iterable(_values(text[end + len(_CLAIMS) : tail], b'","'))
    roots, records, kept = Roots(), dict[str, Record](), dict[str, str]()
    artifacts, digested, last = 0, 0, {}
    for batch in _values(text[start:end], _BETWEEN):
        for position, record in enumerate(batch, artifacts):
            _check_fields(record, position)
        digests = list(islice(claims, len(batch)))
        first, artifacts, digested = artifacts, artifacts + len(batch), digested + len(digests)
        if digested < artifacts:
            continue
        roots.look_ahead(batch)
        for position, (record, digest) in enumerate(zip(batch, digests, strict=True), first):
            _check_place(record, position, roots)
            roots.add(record, canonical_texts(record), _digest(digest, position))
            last = record
            if keep:
                records[record["artifact_id"]], kept[record["artifact_id"]] = record, digest
    digested += sum(1 for _ in claims)
    if not artifacts or artifacts != digested:
        raise InvalidInput(f"{_DAMAGED} has {artifacts:,} artifacts and {digested:,} digests of claims")
    root, claims_root = roots.of(last["artifact_id"])
    for name, computed in (("root", root), ("claims_root", claims_root)):
        if predicate.get(name) != computed:
            raise InvalidInput(
                f"{_DAMAGED} has the {name} {predicate.get(name)!r}, but its artifacts give {computed!r}"
            )
    if statement.get("subject") != [_subject(last, root)]:
        raise InvalidInput(f"{_DAMAGED} has another subject than its last artifact {last['artifact_id']!r}")
    return Statement(last["artifact_id"], root, claims_root, artifacts, _approval(predicate), records, kept)


def _approval(predicate: Mapping[str, Any]) -> Approval:
    by, at = (_text(predicate, name) for name in ("sealed_by", "sealed_at"))
    alias = predicate.get("alias")
    policy, report = (predicate.get(name) for name in ("policy", "report"))
    return Approval(
        by,
        normalised(at, "sealed_at"),
        None if alias is None else _text(predicate, "alias"),
        None if policy is None else _object(policy, "policy"),
        None if report is None else _object(report, "report"),
        [str(each) for each in _list(predicate, "unregistered")],
    )


def _values(text: Payload, between: bytes) -> Iterator[list[Any]]:
    """Yield the values of a list in batches; this is the text between its brackets, and `between` is around a comma."""
    start = 0
    while start < len(text):
        end = _find(text, between, min(start + CHUNK, len(text))) + 1
        try:
            yield json.loads(b"[%b]" % bytes(text[start:end]))
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"the ancestry of the seal is not JSON: {error}") from error
        start = end + 1


def _find(text: Payload, part: bytes, start: int) -> int:
    """Return where a part begins, at or after `start`; the length of the text if nowhere."""
    match = re.compile(re.escape(part)).search(text, start)
    return match.start() if match else len(text)


def _check_fields(record: Any, position: int) -> None:
    """Raise `InvalidInput` unless a record has its fields."""
    where = f"ancestry[{position}]"
    if sorted(_object(record, where)) != list(FIELDS):
        raise InvalidInput(f"{where} of the seal has other fields than {', '.join(FIELDS)}")
    for name in FIELDS:
        value = record[name]
        if not (isinstance(value, str) or (name == "version" and value is None) or name == "parents"):
            raise InvalidInput(f"{where}.{name} of the seal is not a text")
    if not all(isinstance(parent, str) for parent in _list(record, "parents")):
        raise InvalidInput(f"{where}.parents of the seal are not texts")


def _check_place(record: Record, position: int, roots: Roots) -> None:
    """Raise `InvalidInput` unless an artifact is new, and its parents came before it."""
    where = f"ancestry[{position}]"
    if checked_id(record["artifact_id"]) in roots:
        raise InvalidInput(f"{where} of the seal is {record['artifact_id']!r} a second time")
    parents = record["parents"]
    if not all(parent in roots for parent in parents) or parents != sorted(set(parents)):
        raise InvalidInput(f"{where}.parents of the seal are not sorted ids of artifacts before it")


def _digest(digest: Any, position: int) -> bytes:
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise InvalidInput(f"claims[{position}] of the seal is not 64 hexadecimal digits")
    return bytes.fromhex(digest)


def _json(text: bytes) -> Any:
    try:
        return strict_json(text)
    except (ValueError, json.JSONDecodeError) as error:
        raise InvalidInput(f"{_DAMAGED} is not JSON: {error}") from error


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} of the seal is not an object")
    return value


def _list(value: Mapping[str, Any], name: str) -> list[Any]:
    if not isinstance(value.get(name), list):
        raise InvalidInput(f"{name} of the seal is not a list")
    return list(value[name])


def _text(value: Mapping[str, Any], name: str) -> str:
    if not isinstance(value.get(name), str):
        raise InvalidInput(f"{name} of the seal is not a text")
    return str(value[name])
