"""Attention of packed sequences of several lengths, ``torch.nn.attention.varlen_attn``.

Only CUDA has a kernel for it. What it costs is known from the lengths, which are values.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

NAME = "torch_attn::_varlen_attn"


class LengthsError(NotImplementedError):
    """Lengths on the meta device, which nobody knows."""

    def __init__(self) -> None:
        super().__init__("attention of several lengths is counted by them, which have to be there")


def output(func: Any, args: Any, kwargs: Any) -> Any:
    """What it puts out: torch's own where that has a kernel, and zeros on the CPU.

    Raises:
        LengthsError: they are on the meta device.
    """
    query: Tensor = args[0]
    if query.is_meta:
        raise LengthsError
    if query.is_cuda:
        return func(*args, **kwargs)
    length, heads = query.shape[:2]
    return torch.zeros_like(query), query.new_zeros(heads, length), query.new_zeros(2)


def attention(
    query: Tensor, key: Tensor, value: Tensor, ends: Tensor, key_ends: Tensor | None,
    max_q: int, max_k: int, *more: Any, **_: object,
) -> int | None:  # fmt: skip
    """Every query of a sequence with every key of it, whatever a mask leaves out [FLOPs].

    Args:
        query: (all queries, heads, features).
        key: (all keys, heads, features).
        value: likewise.
        ends: where the sequences of queries end, behind a 0.
        key_ends: those of keys; as the queries' where there are none.
        max_q: the longest sequence, of queries.
        max_k: the longest, of keys.
        more: is_causal, scale, window_size, enable_gqa, seqused_k, block_table, …
    """
    if any(isinstance(one, Tensor) for one in more):  # keys in pages, or fewer than there are
        return None
    lengths = ends.diff()
    pairs = lengths * (lengths if key_ends is None else key_ends.diff())
    return 2 * int(pairs.sum()) * query.shape[1] * (key.shape[-1] + value.shape[-1])
