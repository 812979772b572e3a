"""Normalisations, softmax and what is reduced along axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from bottlecalc.models.meta.tensors import FLOATS, LOGICAL, axis_of, elementwise, made, require

NARROW = (torch.float16, torch.bfloat16)
"""What is summed up in float32."""


def batch_norm(
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    mean: Tensor | None,
    variance: Tensor | None,
    *rest: Any,
) -> tuple[Tensor, Tensor, Tensor]:
    """By running statistics: what comes out, and the mean and deviation of each channel."""
    training = rest[0] if len(rest) == 3 else False
    require(x.dim() >= 2, x.dtype in FLOATS)
    require(training or (mean is not None and variance is not None))
    given = [one for one in (weight, bias, mean, variance) if one is not None]
    require(all(one.dtype is x.dtype and one.shape == x.shape[1:2] for one in given))
    if training:
        require(x.numel() > x.shape[1])
    each = x.shape[1:2], _summed(x.dtype)
    return elementwise(x.dtype, x), made(*each), made(*each)


def layer_norm(
    x: Tensor, shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    axes = x.dim() - len(shape)
    require(len(shape) > 0, axes >= 0, x.dtype in FLOATS)
    require(tuple(x.shape[axes:]) == tuple(shape))
    for one in (weight, bias):
        require(one is None or (one.dtype is x.dtype and tuple(one.shape) == tuple(shape)))
    each = (*x.shape[:axes], *(1 for _ in shape)), _summed(x.dtype)
    return made(x.shape, x.dtype), made(*each), made(*each)


def group_norm(
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    batch: int,
    channels: int,
    inner: int,
    groups: int,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    require(x.dim() >= 2, x.dtype in FLOATS, groups > 0, channels % groups == 0)
    require(tuple(x.shape[:2]) == (batch, channels), x.is_contiguous())
    require(x.numel() == batch * channels * inner)
    for one in (weight, bias):
        require(one is None or (one.dtype is x.dtype and tuple(one.shape) == (channels,)))
    each = (batch, groups), x.dtype
    return made(x.shape, x.dtype), made(*each), made(*each)


def softmax(x: Tensor, axis: int, to_float: bool) -> Tensor:
    require(x.dtype in FLOATS, not to_float, x.dim() > 0)
    axis_of(x, axis)
    return made(x.shape, x.dtype)


def safe_softmax(x: Tensor, axis: int, dtype: torch.dtype | None = None) -> Tensor:
    """Of attention: where a row is masked whole, it is 0."""
    require(dtype is None or dtype is x.dtype)
    return softmax(x, axis, False)


def mean(
    x: Tensor,
    axes: Sequence[int] | None = None,
    keep: bool = False,
    *,
    dtype: torch.dtype | None = None,
) -> Tensor:
    require(x.dtype in FLOATS, dtype is None or dtype in FLOATS)
    return _reduced(x, axes, keep, dtype or x.dtype)


def total(
    x: Tensor,
    axes: Sequence[int] | None = None,
    keep: bool = False,
    *,
    dtype: torch.dtype | None = None,
) -> Tensor:
    require(dtype is None or dtype in FLOATS)
    return _reduced(x, axes, keep, dtype or (torch.int64 if x.dtype in LOGICAL else x.dtype))


def largest(x: Tensor, axes: Sequence[int] = (), keep: bool = False) -> Tensor:
    require(x.dtype in FLOATS)
    return _reduced(x, axes, keep, x.dtype)


def exponents(x: Tensor, axes: Sequence[int], keep: bool = False) -> Tensor:
    require(len(axes) > 0)
    return largest(x, axes, keep)


def whole(x: Tensor) -> Tensor:
    require(x.dtype in FLOATS)
    return made((), x.dtype)


def place(x: Tensor, axis: int | None = None, keep: bool = False) -> Tensor:
    require(x.dtype in FLOATS, axis is not None)
    return _reduced(x, [axis_of(x, axis)], keep, torch.int64)


def some(x: Tensor, axis: int, keep: bool = False) -> Tensor:
    return _reduced(x, [axis], keep, torch.bool)


def deviation(
    x: Tensor,
    axes: Sequence[int] | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
) -> Tensor:
    require(x.dtype in FLOATS)
    return _reduced(x, axes, keepdim, x.dtype)


def deviation_and_mean(
    x: Tensor,
    axes: Sequence[int] | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
) -> tuple[Tensor, Tensor]:
    one, other = (deviation(x, axes, correction=correction, keepdim=keepdim) for _ in range(2))
    return one, other


def vector_norm(
    x: Tensor,
    order: float = 2,
    axes: Sequence[int] | None = None,
    keep: bool = False,
    *,
    dtype: torch.dtype | None = None,
) -> Tensor:
    require(x.dtype in FLOATS, dtype is None, order > 0)
    return _reduced(x, axes, keep, x.dtype)


def cumulated(x: Tensor, axis: int, *, dtype: torch.dtype | None = None) -> Tensor:
    require(x.dim() > 0, dtype is None or dtype is x.dtype or dtype is torch.int64)
    axis_of(x, axis)
    return made(x.shape, dtype or (torch.int64 if x.dtype in LOGICAL else x.dtype))


def _reduced(x: Tensor, axes: Sequence[int] | None, keep: bool, dtype: torch.dtype) -> Tensor:
    gone = [axis_of(x, axis) for axis in axes or ()]
    require(x.dim() > 0, len({*gone}) == len(gone))
    gone = gone or list(range(x.dim()))
    if keep:
        return made([1 if axis in gone else side for axis, side in enumerate(x.shape)], dtype)
    return made([side for axis, side in enumerate(x.shape) if axis not in gone], dtype)


def _summed(dtype: torch.dtype) -> torch.dtype:
    return torch.float32 if dtype in NARROW else dtype


RULES = {
    "native_batch_norm.default": batch_norm,
    "_native_batch_norm_legit_no_training.default": batch_norm,
    "native_layer_norm.default": layer_norm,
    "native_group_norm.default": group_norm,
    "_softmax.default": softmax,
    "_log_softmax.default": softmax,
    "_safe_softmax.default": safe_softmax,
    "mean.dim": mean,
    "mean.default": mean,
    "sum.dim_IntList": total,
    "sum.default": total,
    "amax.default": largest,
    "amin.default": largest,
    "max.default": whole,
    "min.default": whole,
    "argmax.default": place,
    "argmin.default": place,
    "any.dim": some,
    "all.dim": some,
    "var.correction": deviation,
    "std.correction": deviation,
    "var_mean.correction": deviation_and_mean,
    "linalg_vector_norm.default": vector_norm,
    "logsumexp.default": exponents,
    "cumsum.default": cumulated,
}
