"""Content hashes of torch tensors, where torch is installed: the tests' own environment does not ask for it."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from catalog_graph import InvalidInput, content_hash
from catalog_graph.hashing.digest import LIBRARIES


def test_every_library_has_its_reader() -> None:
    assert all(find_spec(f"catalog_graph.hashing.{reader}") for reader in LIBRARIES.values())


if find_spec("torch"):
    import torch

    KINDS = [
        "float16",
        "bfloat16",
        "float32",
        "float64",
        "int8",
        "uint8",
        "int64",
        "bool",
        "complex64",
        "float8_e4m3fn",
    ]

    @pytest.mark.parametrize("kind", KINDS)
    def test_values_of_each_dtype(kind: str) -> None:
        one, other = (torch.tensor(values).to(getattr(torch, kind)) for values in ([1, 0, 1], [1, 1, 0]))
        assert content_hash(one) == content_hash(one.clone()) != content_hash(other)
        assert content_hash(one[0]) == content_hash(torch.tensor(1).to(one.dtype)) != content_hash(one[:1])

    def test_layout_and_device_do_not_count_shape_and_dtype_do() -> None:
        tensor = torch.arange(12.0).reshape(3, 4)
        assert content_hash(tensor.t().contiguous().t()) == content_hash(tensor) != content_hash(tensor.t())
        assert content_hash(torch.ones(2, requires_grad=True)) == content_hash(torch.ones(2))
        assert content_hash(torch.ones(2).double()) != content_hash(torch.ones(2))
        wide = torch.ones(2, 3).expand(5, 2, 3)
        assert content_hash(wide) == content_hash(wide.contiguous())
        turned = torch.randn(3, dtype=torch.complex64)
        assert content_hash(turned.conj()) == content_hash(turned.conj().resolve_conj()) != content_hash(turned)

    def test_every_nan_is_the_same() -> None:
        assert content_hash(torch.tensor([float("nan")])) == content_hash(-torch.tensor([float("nan")]))

    def test_a_state_dict() -> None:
        network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
        before = content_hash(network.state_dict())
        assert content_hash({name: tensor.clone() for name, tensor in network.state_dict().items()}) == before
        with torch.no_grad():
            network[0].weight[0, 0] += 1e-3
        assert content_hash(network.state_dict()) != before
        parts = {"dtype": torch.float32, "device": torch.device("cpu"), "shape": torch.Size([1])}
        assert content_hash({**parts, "n": 1}) != content_hash({**parts, "n": 2})

    def test_what_has_no_values_to_read_is_refused() -> None:
        with pytest.raises(InvalidInput, match=r"Linear cannot be hashed by content; pass its state_dict\(\)"):
            content_hash(torch.nn.Linear(1, 1))
        with pytest.raises(InvalidInput, match="Tensor cannot be hashed by content; NotImplementedError"):
            content_hash(torch.ones(2, device="meta"))
