"""What operators of torch cost: formulas of those that multiply.

Source: ``torch.utils.flop_counter``, whose public ``flop_registry`` has 2 for every MAC of a
convolution, matrix product or attention.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from bottlecalc.models.registry import Formula, registry

PRODUCTS = frozenset(
    (
        *("mm", "addmm", "bmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot"),
        *("linear", "convolution", "attention", "rnn", "cdist"),
    )
)
"""Words in the names of operators that multiply: one without a formula is not passed over."""

aten = torch.ops.aten
FUSED_ON_CPU = ("_scaled_dot_product_flash_attention_for_cpu",)
"""Attention on the CPU since torch 2.3; before, it is called as elsewhere."""


def formulas() -> dict[Any, Formula]:
    """What torch's own registry knows, and what it lacks.

    Products with a vector, in place and of batches summed, and attention fused on the CPU.
    """
    known = registry()
    attention = known[aten._scaled_dot_product_flash_attention]
    return {
        **dict.fromkeys((aten.mv, aten.dot, aten.vdot), _vector_flops),
        **dict.fromkeys((aten.addmv, aten.addmv_), _addmv_flops),
        aten._trilinear: _trilinear_flops,
        **{getattr(aten, name): attention for name in FUSED_ON_CPU if hasattr(aten, name)},
        aten._int_mm: known[aten.mm],
        aten.addmm_: known[aten.addmm],
        **dict.fromkeys((aten.baddbmm_, aten.addbmm, aten.addbmm_), known[aten.baddbmm]),
        **known,
    }


def _vector_flops(*tensors: Tensor, **_: object) -> int:
    """Of a matrix, or a vector, times a vector: every element of the first is used once."""
    return 2 * tensors[0].numel()


def _addmv_flops(_: Tensor, matrix: Tensor, vector: Tensor, **__: object) -> int:
    return _vector_flops(matrix, vector)


def _trilinear_flops(_: Tensor, weight: Tensor, *__: object, out_val: Tensor, **___: object) -> int:
    """Of ``nn.Bilinear``: every output element uses every weight of its matrix once."""
    return 2 * out_val.numel() * (weight.numel() // weight.shape[0])


def may_multiply(operator: str) -> bool:
    library, _, name = operator.partition(".")
    return library not in ("aten", "prim", "prims") or not PRODUCTS.isdisjoint(name.split("_"))
