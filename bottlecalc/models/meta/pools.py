"""Pooling and interpolation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from bottlecalc.models.meta.tensors import FLOATS, made, require


def max_pool(axes: int) -> Callable[..., tuple[Tensor, Tensor]]:
    def rule(
        x: Tensor,
        kernel: Sequence[int],
        stride: Sequence[int] = (),
        padding: Sequence[int] = (0,),
        dilation: Sequence[int] = (1,),
        ceil: bool = False,
    ) -> tuple[Tensor, Tensor]:
        shape = _pooled(x, axes, kernel, stride, padding, dilation, ceil)
        return made(shape, x.dtype), made(shape, torch.int64)

    return rule


def average_pool(axes: int) -> Callable[..., Tensor]:
    def rule(
        x: Tensor,
        kernel: Sequence[int],
        stride: Sequence[int] = (),
        padding: Sequence[int] = (0,),
        ceil: bool = False,
        count_padding: bool = True,
        divisor: int | None = None,
    ) -> Tensor:
        require(divisor != 0, axes == 2 or min(x.shape[-3:]) >= max(kernel))
        return made(_pooled(x, axes, kernel, stride, padding, (1,), ceil), x.dtype)

    return rule


def adaptive_average_pool(axes: int) -> Callable[..., Tensor]:
    def rule(x: Tensor, sides: Sequence[int]) -> Tensor:
        return made(_adapted(x, axes, sides), x.dtype)

    return rule


def adaptive_max_pool(axes: int) -> Callable[..., tuple[Tensor, Tensor]]:
    def rule(x: Tensor, sides: Sequence[int]) -> tuple[Tensor, Tensor]:
        shape = _adapted(x, axes, sides)
        return made(shape, x.dtype), made(shape, torch.int64)

    return rule


def interpolation(axes: int) -> Callable[..., Tensor]:
    def rule(x: Tensor, sides: Sequence[int], *_: float | bool | None) -> Tensor:
        _check_lies(x, axes, batch=True)
        require(len(sides) == axes, min(sides) > 0)
        return made((*x.shape[:2], *sides), x.dtype)

    return rule


def _check_lies(x: Tensor, axes: int, batch: bool = False) -> None:
    """Contiguous, and not the other way too, as one channel or one pixel is."""
    require(x.dtype in FLOATS, x.dim() == axes + 2 or (x.dim() == axes + 1 and not batch))
    require(x.is_contiguous())
    if x.dim() == 4:
        require(not x.is_contiguous(memory_format=torch.channels_last))
    if x.dim() == 5:
        require(not x.is_contiguous(memory_format=torch.channels_last_3d))


def _adapted(x: Tensor, axes: int, sides: Sequence[int]) -> tuple[int, ...]:
    _check_lies(x, axes)
    require(len(sides) == axes, min(sides) > 0)
    return (*x.shape[:-axes], *sides)


def _pooled(
    x: Tensor,
    axes: int,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil: bool,
) -> tuple[int, ...]:
    _check_lies(x, axes)
    kernels, strides, paddings, dilations = (
        _each(one, axes) for one in (kernel, stride or kernel, padding, dilation)
    )
    sides = zip(x.shape[-axes:], kernels, strides, paddings, dilations, strict=True)
    return (*x.shape[:-axes], *(_side(*five, ceil) for five in sides))


def _each(given: Sequence[int], axes: int) -> Sequence[int]:
    require(len(given) in (1, axes))
    return given if len(given) == axes else [*given] * axes


def _side(side: int, kernel: int, stride: int, padding: int, dilation: int, ceil: bool) -> int:
    require(kernel > 0, stride > 0, dilation > 0, 0 <= padding <= kernel // 2)
    free = side + 2 * padding - dilation * (kernel - 1) - 1
    require(free >= 0)
    places = (free + (stride - 1 if ceil else 0)) // stride + 1
    if ceil and (places - 1) * stride >= side + padding:  # a window has to begin inside
        places -= 1
    return places


RULES = {
    "max_pool2d_with_indices.default": max_pool(2),
    "max_pool3d_with_indices.default": max_pool(3),
    "avg_pool2d.default": average_pool(2),
    "avg_pool3d.default": average_pool(3),
    "_adaptive_avg_pool2d.default": adaptive_average_pool(2),
    "_adaptive_avg_pool3d.default": adaptive_average_pool(3),
    "adaptive_max_pool2d.default": adaptive_max_pool(2),
    "adaptive_max_pool3d.default": adaptive_max_pool(3),
    "upsample_linear1d.default": interpolation(1),
    "upsample_bilinear2d.default": interpolation(2),
    "upsample_bicubic2d.default": interpolation(2),
    "upsample_trilinear3d.default": interpolation(3),
    "upsample_nearest1d.default": interpolation(1),
    "upsample_nearest2d.default": interpolation(2),
    "upsample_nearest3d.default": interpolation(3),
    "_upsample_nearest_exact2d.default": interpolation(2),
}
