"""Digests of torch tensors: dtype, shape and values, on whatever device."""

from __future__ import annotations

import sys
from typing import Any

from catalog_graph.hashing.digest import not_hashable
from catalog_graph.hashing.framed import Framed


def digest_of(value: Any) -> bytes:
    """Return the digest of a dense tensor; device and gradient do not count."""
    torch: Any = sys.modules["torch"]
    if isinstance(value, torch.dtype | torch.device):
        return Framed("torch", str(value)).digest()
    if not isinstance(value, torch.Tensor) or value.layout != torch.strided or value.is_quantized:
        raise not_hashable(value)
    tensor = value.detach().cpu().resolve_conj().resolve_neg().contiguous()
    framed = Framed("tensor", str(tensor.dtype), "x".join(map(str, tensor.shape)))
    framed.raw(_with_one_nan(torch, tensor).reshape(-1).view(torch.uint8).numpy())
    return framed.digest()


def _with_one_nan(torch: Any, tensor: Any) -> Any:
    if tensor.is_complex():
        return _with_one_nan(torch, torch.view_as_real(tensor))
    if tensor.dtype not in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        return tensor
    return tensor.masked_fill(tensor.isnan(), float("nan"))
