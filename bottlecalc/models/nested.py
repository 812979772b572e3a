"""Attention of nested tensors, sequence by sequence: torch has no kernel for all of it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from bottlecalc.models.overrides import Ways


def ways() -> Ways:
    """Attention goes its way where it is of sequences of several lengths.

    torch 2.1 has no such sequences in one tensor.
    """
    if not hasattr(torch, "jagged"):
        return {}

    def attend(func: Any, args: Any, kwargs: Any) -> Any:
        return (ragged_attention if is_ragged(args) else func)(*args, **kwargs)

    return {scaled_dot_product_attention: attend}


def is_ragged(args: Any) -> bool:
    """Whether attention is of sequences of several lengths, (batch, heads, *, features)."""
    return (
        len(args) == 3
        and all(isinstance(x, Tensor) and x.layout is torch.jagged and x.dim() == 4 for x in args)
        and not args[0].is_meta
    )


def ragged_attention(query: Tensor, key: Tensor, value: Tensor, **options: Any) -> Tensor:
    """The same as torch's; every sequence's products are as large as the sequence."""
    like: Any = query.transpose(1, 2)
    sequences = zip(*(x.transpose(1, 2).unbind() for x in (query, key, value)), strict=True)
    values = torch.cat([_attention(each, options) for each in sequences])
    ragged: Any = torch.nested.nested_tensor_from_jagged(values, like.offsets())
    return ragged.transpose(1, 2)  # type: ignore[no-any-return]


def _attention(sequence: Any, options: Any) -> Tensor:
    """Of one sequence, each tensor (length, heads, features)."""
    parts = (x.transpose(0, 1).unsqueeze(0) for x in sequence)
    return scaled_dot_product_attention(*parts, **options)[0].transpose(0, 1)
