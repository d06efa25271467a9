"""The format of seals: the test vectors of the documentation, canonical JSON, keys, and files that were altered."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib import dsse

from catalog_graph import verify_seal
from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.seals import parts, spool
from catalog_graph.seals.arriving import ArrivingEnvelope
from catalog_graph.seals.canonical import canonical
from catalog_graph.seals.card import SealCard
from catalog_graph.seals.envelope import Envelope, envelope_of, read_envelope
from catalog_graph.seals.keys import public_key, signer
from catalog_graph.seals.parts import joined, parts_of
from catalog_graph.seals.records import Node, Roots, node_of
from catalog_graph.seals.spool import PAYLOAD_TYPE, Spool
from catalog_graph.seals.statement import Approval, read_statement, write_statement, written_statement
from tests.support.seals import OTHER_PUBLIC, PRIVATE, PUBLIC, signed_text, vector

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "seals.md"
AT = "2026-11-30T12:00:00.000000+00:00"


def vector_of_the_page() -> dict[str, Any]:
    [block] = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    values: dict[str, Any] = json.loads(block)
    return values


def sealed() -> Envelope:
    entries = {entry.artifact_id: entry for entry in vector()}
    nodes = [node_of(entries[i], entries[i].parent_ids) for i in ("fx", "raw", "features", "model")]
    return signed_text(written_statement(nodes, Approval("ann", AT)))


def test_a_text_that_ends_as_a_record_begins() -> None:
    """A statement is read in pieces, which end between two records."""
    entries = [
        CatalogEntry(artifact_id=f"a{n}", name="n", artifact_type="Dataset", uri=f"s3://{n}/}},{{")
        for n in range(1_000)
    ]
    written = written_statement([node_of(entry, []) for entry in entries], Approval("ann", AT))
    assert read_statement(written).artifacts == len(entries)


def test_the_vectors_of_the_documentation() -> None:
    page = vector_of_the_page()
    entries = {item["artifact_id"]: CatalogEntry(**item) for item in page["artifacts"]}
    assert list(entries.values()) == vector()
    nodes = [node_of(entries[i], entries[i].parent_ids) for i in page["order"]]
    assert page["record_of_features"].encode() == canonical(nodes[2].record)
    assert hashlib.sha256(page["claims_of_fx"].encode()).hexdigest() == page["claims"]["fx"]
    assert {node.record["artifact_id"]: node.claims.hex() for node in nodes} == page["claims"]
    # As the page describes the roots, without the code of this project.
    roots: dict[str, bytes] = {}
    for node in nodes:
        own = rfc8785.dumps(dict(node.record))
        joined = own + b"".join(roots[parent] for parent in node.record["parents"])
        roots[node.record["artifact_id"]] = hashlib.sha256(joined).digest()
    assert {i: root.hex() for i, root in roots.items()} == {i: pair[0] for i, pair in page["roots"].items()}
    computed = Roots()
    for node in nodes:
        computed.add(node.record, canonical(node.record), node.claims)
    assert {i: list(computed.of(i)) for i in page["order"]} == page["roots"]
    text = written_statement(nodes, Approval(page["sealed_by"], page["sealed_at"]))
    assert text == rfc8785.dumps(json.loads(text))
    assert hashlib.sha256(text).hexdigest() == page["statement_sha256"]
    seal = signed_text(text, page["private_key"])
    assert (seal.signatures[0].sig, seal.digest) == (page["signature"], page["digest"])
    assert verify_seal(seal.text, page["public_key"]).holds
    assert (page["private_key"], page["public_key"]) == (PRIVATE, PUBLIC)


def test_a_statement_is_written_as_its_nodes_come() -> None:
    """Nothing stays in memory for each artifact: neither its record nor its roots."""

    def nodes(count: int) -> Iterator[Node]:
        for number in range(count):
            entry = CatalogEntry(f"a{number}", "n" * 2000, "Dataset")
            yield node_of(entry, [f"a{number - 1}"] if number else [])

    def peak(count: int) -> int:
        with Path(os.devnull).open("wb") as file:
            tracemalloc.start()
            statement = write_statement(file, nodes(count), Approval("ann", AT))
            _, highest = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert statement.artifacts == count
        return highest

    first = peak(3000)
    assert peak(9000) - first < 6000 * 5


def test_the_message_of_a_file_is_that_of_securesystemslib() -> None:
    for text in (b"", b"{}", b"x" * 100_000):
        with Spool() as file:
            file.write(text)
            message, payload = file.message()
        assert (bytes(message), bytes(payload)) == (dsse.Envelope(text, PAYLOAD_TYPE, {}).pae(), text)


def test_a_seal_that_could_not_be_read_again_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "_MAX_PAYLOAD", 10)
    with pytest.raises(LimitExceeded):
        signed_text(b"x" * 11)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_canonical_json_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_any_altered_byte_of_a_statement_is_found() -> None:
    seal = sealed()
    assert verify_seal(seal.text, PUBLIC).holds
    for position in range(0, len(seal.payload), 7):
        altered = bytearray(seal.payload)
        altered[position] ^= 1
        assert not verify_seal(Envelope(bytes(altered), seal.signatures).text, PUBLIC).holds


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: p.update(root="0" * 64), "its artifacts give"),
        (lambda p: p.update(claims_root="0" * 64), "its artifacts give"),
        (lambda p: p["ancestry"].reverse(), "not sorted ids of artifacts before it"),
        (lambda p: p["ancestry"][2].update(name="other"), "its artifacts give"),
        (lambda p: p["ancestry"][2]["parents"].pop(), "its artifacts give"),
        (lambda p: p["ancestry"][0].pop("uri"), "other fields"),
        (lambda p: p["ancestry"][0].update(uri=3), "not a text"),
        (lambda p: p["claims"].pop(), "4 artifacts and 3 digests"),
        (lambda p: p["claims"].__setitem__(0, "x"), "64 hexadecimal digits"),
        (lambda p: p.update(ancestry=[], claims=[]), "0 artifacts"),
        (lambda p: p.pop("sealed_by"), "sealed_by of the seal is not a text"),
        (lambda p: p.update(sealed_at="yesterday"), "not an instant"),
    ],
)
def test_a_signed_statement_that_contradicts_itself_does_not_hold(change: Any, reason: str) -> None:
    statement = json.loads(bytes(sealed().payload))
    change(statement["predicate"])
    seal = signed_text(canonical(statement))
    answer = verify_seal(seal.text, PUBLIC)
    assert (answer.outcome, [check.name for check in answer.checks]) == ("fail", ["signature", "statement"])
    assert reason in answer.checks[-1].reason
    with pytest.raises(InvalidInput):
        read_statement(seal.payload)


def test_files_that_are_no_seals(tmp_path: Path) -> None:
    frame = json.loads(sealed().text)
    files = {
        "missing": None,
        "no JSON": b"seal",
        "no payload": b"[]",
        "another type": json.dumps({**frame, "payloadType": "text/plain"}).encode(),
        "no signature": json.dumps({**frame, "signatures": []}).encode(),
        "no base64": json.dumps({**frame, "payload": "*"}).encode(),
        "short signature": json.dumps({**frame, "signatures": [{"keyid": "", "sig": "AAAA"}]}).encode(),
    }
    for name, content in files.items():
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InvalidInput):
            read_envelope(path)
    other = signed_text(canonical({"_type": "https://in-toto.io/Statement/v1", "predicateType": "x"}))
    assert "no seal of a lineage" in verify_seal(other.text, PUBLIC).checks[-1].reason


@pytest.mark.parametrize("size", [1, 5, 64, 10_000])
def test_an_envelope_is_read_in_pieces_however_it_is_written(size: int) -> None:
    seal = sealed()
    frame = json.loads(seal.text)
    backwards = dict(reversed(frame.items()))
    slashes = frame["payload"][:-8] + "\\/" + frame["payload"][-7:]
    texts = [
        seal.text,
        json.dumps(backwards, indent=4).encode(),
        seal.text.replace(b'"payload":', b'"payload"' + b" " * 99 + b":"),
        seal.text.replace(b"=", b"\\u003d"),
        json.dumps({"policy": {'a "payload":"': 1, "by": '\\"payload":"x"'}, **frame}).encode(),
    ]
    for text in texts:
        assert in_pieces(text, size) == seal
    for payload in (slashes, "QQ==" * 9, "QQ==QQ", "Q", "*" * 40, frame["payload"][:-1]):
        text = seal.text.replace(frame["payload"].encode(), payload.encode())
        with pytest.raises(InvalidInput, match="not base64") if payload is not slashes else nullcontext():
            assert in_pieces(text, size).payload != seal.payload
    for text in (seal.text[:-9], seal.text[:40], b'{"payload":"QQ=='):
        with pytest.raises(InvalidInput, match="not JSON"):
            in_pieces(text, size)


def in_pieces(text: bytes, size: int) -> Envelope:
    arriving = ArrivingEnvelope()
    for start in range(0, len(text), size):
        arriving.write(text[start : start + size])
    return envelope_of(arriving)


def test_a_signature_is_tried_with_each_key_whatever_its_id() -> None:
    seal = sealed()
    frame = json.loads(seal.text)
    frame["signatures"] = [{"sig": base64.b64encode(bytes(64)).decode()}, {"sig": seal.signatures[0].sig}]
    answer = verify_seal(json.dumps(frame).encode(), [OTHER_PUBLIC, PUBLIC])
    assert (answer.holds, answer.keyid) == (True, seal.signatures[0].keyid)


def test_each_wrong_key_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    encrypted = signer(PRIVATE)._private_key.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(b"x"))
    (tmp_path / "noise").write_bytes(b"\xff" * 9)
    (tmp_path / "long").write_bytes(b"x" * 20_000)
    plain = key.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()
    wrong = [
        (tmp_path / "none.pem", "cannot be read"),
        (tmp_path / "noise", "not a key in PEM"),
        (tmp_path / "long", "not a key in PEM"),
        ("env:NO_SUCH_VARIABLE", "is not set"),
        (PUBLIC, "holds a public key"),
        (encrypted.decode(), "is encrypted"),
        (plain, "of the kind RSA"),
        (PRIVATE.replace("MC4C", "AAAA"), "is not a private key in PEM"),
    ]
    for source, reason in wrong:
        with pytest.raises(InvalidInput, match=reason) as error:
            signer(source, "sign")
        assert error.value.message.startswith("sign ")
        assert "MC4CAQAw" not in error.value.message
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    for source, reason in [(PRIVATE, "holds a private key"), (public, "of the kind RSA")]:
        with pytest.raises(InvalidInput, match=reason):
            public_key(source)
    monkeypatch.setenv("SEAL_KEY", PRIVATE)
    assert verify_seal(signed_text(bytes(sealed().payload), "env:SEAL_KEY").text, PUBLIC).holds


def test_a_seal_is_kept_in_parts_of_a_megabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = sealed()
    card = SealCard.of(envelope, read_statement(envelope.payload))
    [whole] = parts_of(envelope, card)
    for size in (len(whole.body), len(whole.body) - 1, 100, 1):
        monkeypatch.setattr(parts, "PART_BYTES", size)
        several = parts_of(envelope, card)
        assert [(part.part, part.parts) for part in several] == [(n, len(several)) for n in range(len(several))]
        assert len(several) == -(-len(whole.body) // size)
        assert joined(several).text == envelope.text
