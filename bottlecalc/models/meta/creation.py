"""Tensors that are made anew, and those that are filled."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import torch
from torch import Tensor

from bottlecalc.models.meta.tensors import DTYPES, FLOATS, elementwise, made, require


def like(x: Tensor, *_: Any, **options: Any) -> Tensor:
    memory_format = options.pop("memory_format", None)
    dtype = _dtype(x.dtype, "meta", **options)
    if memory_format in (None, torch.preserve_format):
        return elementwise(dtype, x)
    require(memory_format is torch.contiguous_format)
    return made(x.shape, dtype)


def random_like(x: Tensor, **options: Any) -> Tensor:
    out = like(x, **options)
    require(out.dtype in FLOATS)
    return out


def random(shape: Sequence[int], **options: Any) -> Tensor:
    require(min(shape, default=1) >= 0)
    dtype = _dtype(torch.get_default_dtype(), **options)
    require(dtype in FLOATS)
    return made(shape, dtype)


def sequence(end: float, **options: Any) -> Tensor:
    return sequence_from(0, end, **options)


def sequence_from(start: float, end: float, step: float = 1, **options: Any) -> Tensor:
    given = (start, end, step)
    require(all(type(one) in (int, float) for one in given), step > 0, end >= start)
    whole = all(isinstance(one, int) for one in given)
    dtype = _dtype(torch.int64 if whole else torch.get_default_dtype(), **options)
    require(whole or dtype in FLOATS)
    number = -((start - end) // step) if whole else ceil((end - start) / step)
    return made((int(number),), dtype)


def identity(rows: int, columns: int | None = None, **options: Any) -> Tensor:
    columns = rows if columns is None else columns
    require(rows >= 0, columns >= 0)
    return made((rows, columns), _dtype(torch.get_default_dtype(), **options))


def filled(x: Tensor, *_: Any, generator: Any = None) -> Tensor:
    """With one number, or with random ones that cannot be wrong."""
    require(x.dtype in FLOATS)
    return x


def normal(x: Tensor, mean: float = 0, deviation: float = 1, *, generator: Any = None) -> Tensor:
    require(x.dtype in FLOATS, deviation >= 0)
    return x


def uniform(x: Tensor, low: float = 0, high: float = 1, *, generator: Any = None) -> Tensor:
    require(x.dtype in FLOATS, low <= high)
    return x


def dropout(x: Tensor, rate: float, training: bool | None) -> tuple[Tensor, Tensor]:
    require(x.dtype in FLOATS, bool(training), 0 < rate < 1)
    return elementwise(x.dtype, x), elementwise(torch.bool, x)


def _dtype(
    usual: torch.dtype,
    place: Any = "cpu",
    *,
    dtype: torch.dtype | None = None,
    layout: torch.layout | None = None,
    device: Any = None,
    pin_memory: bool | None = None,
) -> torch.dtype:
    """The dtype of what is made on the meta device, where it is a plain tensor.

    Raises:
        UnsureError: it is not.
    """
    where = place if device is None else torch.device(device).type
    require(where == "meta", not pin_memory, layout in (None, torch.strided))
    require((dtype or usual) in DTYPES)
    return dtype or usual


RULES = {
    **{f"{name}_like.default": like for name in ("empty", "zeros", "ones", "full")},
    **{f"{name}_like.default": random_like for name in ("rand", "randn")},
    "randn.default": random,
    "arange.default": sequence,
    "arange.start": sequence_from,
    "arange.start_step": sequence_from,
    "eye.default": identity,
    "eye.m": identity,
    "normal_.default": normal,
    "uniform_.default": uniform,
    "zero_.default": filled,
    "fill_.Scalar": filled,
    "native_dropout.default": dropout,
}
