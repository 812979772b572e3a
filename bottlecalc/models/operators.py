"""What operators of torch cost: formulas of those that multiply.

Source: ``torch.utils.flop_counter``, whose public ``flop_registry`` has 2 for every MAC of a
convolution, matrix product or attention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import flop_registry

Formula = Callable[..., int]
"""FLOPs of an operator, from what goes in and, as ``out_val``, what comes out."""

PRODUCTS = frozenset(
    (
        *("mm", "addmm", "bmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot"),
        *("linear", "convolution", "attention", "rnn", "cdist"),
    )
)
"""Words in the names of operators that multiply: one without a formula is not passed over."""

aten = torch.ops.aten


def formulas() -> dict[Any, Formula]:
    """What torch's own registry knows, and what it lacks.

    Products with a vector, in place and of batches summed, and attention fused on the CPU.
    """
    return {
        **dict.fromkeys((aten.mv, aten.dot, aten.vdot), _vector_flops),
        **dict.fromkeys((aten.addmv, aten.addmv_), _addmv_flops),
        aten._trilinear: _trilinear_flops,
        aten._scaled_dot_product_flash_attention_for_cpu: flop_registry[
            aten._scaled_dot_product_flash_attention
        ],
        aten._int_mm: flop_registry[aten.mm],
        aten.addmm_: flop_registry[aten.addmm],
        **dict.fromkeys((aten.baddbmm_, aten.addbmm, aten.addbmm_), flop_registry[aten.baddbmm]),
        **flop_registry,
        aten.convolution_backward: _convolution_backward_flops,
    }


def _vector_flops(*tensors: Tensor, **_: object) -> int:
    """Of a matrix, or a vector, times a vector: every element of the first is used once."""
    return 2 * tensors[0].numel()


def _addmv_flops(_: Tensor, matrix: Tensor, vector: Tensor, **__: object) -> int:
    return _vector_flops(matrix, vector)


def _trilinear_flops(_: Tensor, weight: Tensor, *__: object, out_val: Tensor, **___: object) -> int:
    """Of ``nn.Bilinear``: every output element uses every weight of its matrix once."""
    return 2 * out_val.numel() * (weight.numel() // weight.shape[0])


def _convolution_backward_flops(
    grad: Any, x: Any, weight: Any, *settings: Any, output_mask: Any = None, **others: Any
) -> int:
    """torch's own formula has the weights' gradient ``groups`` times too high (pytorch #183405)."""
    mask = settings[-1] if output_mask is None else output_mask
    transposed = others.get("transposed", settings[4:5] == (True,))
    return sum(convolution_gradients(grad, x, weight, bool(transposed), mask))


def convolution_gradients(
    grad: Tensor, x: Tensor, weight: Tensor, transposed: bool, mask: Sequence[bool]
) -> tuple[int, int]:
    """FLOPs of the gradient of what goes in, and of the weights', of a convolution.

    Each is what the convolution itself costs: every weight once at every position, of the output
    or, transposed, of the input.

    Args:
        grad: of the output, (batch, channels, …).
        x: what went in, (batch, channels, …).
        weight: of the convolution.
        transposed: whether it is.
        mask: whether each of the two is worked out, and the biases' gradient.
    """
    at = x if transposed else grad
    whole = 2 * at.shape[0] * prod(at.shape[2:]) * weight.numel()
    return whole * mask[0], whole * mask[1]


def may_multiply(operator: str) -> bool:
    library, _, name = operator.partition(".")
    return library not in ("aten", "prim", "prims") or not PRODUCTS.isdisjoint(name.split("_"))
