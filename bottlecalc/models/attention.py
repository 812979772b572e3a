"""Attention that is fused: what its products put out and nobody sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

FUSED = frozenset(
    getattr(torch.ops.aten, name)
    for name in (
        "_scaled_dot_product_flash_attention",
        "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_efficient_attention",
        "_scaled_dot_product_cudnn_attention",
    )
    if hasattr(torch.ops.aten, name)
)


def scores(operator: Any, arguments: Sequence[Any]) -> int:
    """Every query times every key, which fused attention does not put out [elements]."""
    if operator not in FUSED:
        return 0
    query, key = arguments[:2]
    return int(query.numel() // query.shape[-1] * key.shape[-2])
