"""Products: of matrices, convolutions, and what is looked up in a table."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bottlecalc.models.meta.tensors import FLOATS, INTEGERS, broadcast, made, require

AS_IT_LIES = tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 13)
"""Whether a convolution on the meta device puts out a contiguous tensor, however its input lies."""


def mm(a: Tensor, b: Tensor) -> Tensor:
    require(a.dim() == b.dim() == 2, a.dtype in FLOATS, a.dtype is b.dtype)
    require(a.shape[1] == b.shape[0])
    return made((a.shape[0], b.shape[1]), a.dtype)


def addmm(bias: Tensor, a: Tensor, b: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    out = mm(a, b)
    return _added(bias, out)


def bmm(a: Tensor, b: Tensor) -> Tensor:
    require(a.dim() == b.dim() == 3, a.dtype in FLOATS, a.dtype is b.dtype)
    require(a.shape[0] == b.shape[0], a.shape[2] == b.shape[1])
    return made((*a.shape[:2], b.shape[2]), a.dtype)


def baddbmm(bias: Tensor, a: Tensor, b: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    return _added(bias, bmm(a, b))


def mv(matrix: Tensor, vector: Tensor) -> Tensor:
    require(matrix.dim() == 2, vector.dim() == 1, matrix.dtype in FLOATS)
    require(matrix.shape[1] == vector.shape[0], matrix.dtype is vector.dtype)
    return made(matrix.shape[:1], matrix.dtype)


def _added(bias: Tensor, out: Tensor) -> Tensor:
    require(bias.dtype is out.dtype, broadcast(bias.shape, out.shape) == tuple(out.shape))
    return out


def convolution(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    transposed: bool,
    output_padding: Sequence[int],
    groups: int,
) -> Tensor:
    require(AS_IT_LIES or (x.is_contiguous() and weight.is_contiguous()))
    axes = x.dim() - 2
    require(1 <= axes <= 3, weight.dim() == x.dim(), groups > 0, x.dtype in FLOATS)
    require(all(len(each) == axes for each in (stride, padding, dilation, output_padding)))
    inner, outer = weight.shape[1] * groups, weight.shape[0]
    require(outer % groups == 0, x.shape[1] == (outer if transposed else inner))
    channels = inner if transposed else outer
    require(x.dtype is weight.dtype)
    require(bias is None or (bias.dtype is x.dtype and tuple(bias.shape) == (channels,)))
    require(min(stride) > 0, min(dilation) > 0, min(padding) >= 0, min(output_padding) >= 0)
    require(transposed or not any(output_padding))
    sides = zip(
        x.shape[2:], weight.shape[2:], stride, padding, dilation, output_padding, strict=True
    )
    side = _enlarged if transposed else _reduced
    spatial = [side(*each) for each in sides]
    require(min(spatial) > 0)
    return made((x.shape[0], channels, *spatial), x.dtype)


def _reduced(side: int, kernel: int, stride: int, padding: int, dilation: int, _: int) -> int:
    free = side + 2 * padding - dilation * (kernel - 1) - 1
    require(free >= 0)
    return free // stride + 1


def _enlarged(side: int, kernel: int, stride: int, padding: int, dilation: int, more: int) -> int:
    require(more < stride or more < dilation)
    return (side - 1) * stride - 2 * padding + dilation * (kernel - 1) + more + 1


def embedding(
    table: Tensor,
    index: Tensor,
    padding: int = -1,
    scaled: bool = False,
    sparse: bool = False,
) -> Tensor:
    require(table.dim() == 2, index.dtype in INTEGERS, table.dtype in FLOATS)
    require(index.is_contiguous())
    return made((*index.shape, table.shape[1]), table.dtype)


RULES = {
    "mm.default": mm,
    "addmm.default": addmm,
    "bmm.default": bmm,
    "baddbmm.default": baddbmm,
    "mv.default": mv,
    "convolution.default": convolution,
    "embedding.default": embedding,
}
