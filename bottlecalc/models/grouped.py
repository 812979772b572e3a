"""Grouped products on the meta device, where torch's own kernel takes bfloat16 alone.

On the CPU it takes any float, so that a mixture of experts in float32 would
have to be run for real.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

OPERATOR = getattr(torch.ops.aten, "_grouped_mm", None)
"""torch 2.8 and later have it."""


def takes(func: Any, args: Any) -> bool:
    """Whether it is a grouped product on the meta device that torch would refuse."""
    return (
        func.overloadpacket is OPERATOR
        and args[0].is_meta
        and args[0].dtype == args[1].dtype != torch.bfloat16
        and args[0].is_floating_point()
    )


def output(a: Tensor, b: Tensor, offs: Tensor | None = None, *_: Any, **__: Any) -> Tensor:
    """What comes out of it; where both are 2-D a matrix for each of the groups.

    Raises:
        RuntimeError: they do not fit.
    """
    if a.shape[-1] != b.shape[-2]:
        raise RuntimeError(f"contraction dimension of mat_a {a.shape} and mat_b {b.shape} differs")
    groups = a.shape[:1] if a.dim() == 3 or offs is None else offs.shape
    return a.new_empty((*(groups if a.dim() == b.dim() else ()), a.shape[-2], b.shape[-1]))
