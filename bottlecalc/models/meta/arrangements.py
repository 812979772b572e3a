"""Elements put together, repeated, moved or picked: nothing is computed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor

from bottlecalc.models.meta.tensors import (
    INTEGERS,
    axis_of,
    broadcast,
    elementwise,
    made,
    require,
)


def cat(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    first, *others = tensors
    require(first.dim() > 0, any(one.is_contiguous() for one in tensors))
    require(all(_suggests_contiguous(one) for one in tensors))
    axis = axis_of(first, axis)
    rests = {(*one.shape[:axis], 0, *one.shape[axis + 1 :]) for one in tensors}
    require(len(rests) == 1, all(one.dim() == first.dim() for one in others))
    shape = list(first.shape)
    shape[axis] = sum(one.shape[axis] for one in tensors)
    return made(shape, reduce(torch.promote_types, (one.dtype for one in tensors)))


def stack(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    first = tensors[0]
    require(all(_suggests_contiguous(one) for one in tensors))
    require(len({one.shape for one in tensors}) == 1, -first.dim() - 1 <= axis <= first.dim())
    shape = list(first.shape)
    shape.insert(axis % (first.dim() + 1), len(tensors))
    return made(shape, reduce(torch.promote_types, (one.dtype for one in tensors)))


def triangle(x: Tensor, diagonal: int = 0) -> Tensor:
    require(x.dim() >= 2, x.is_contiguous())
    return made(x.shape, x.dtype)


def repeat(x: Tensor, times: Sequence[int]) -> Tensor:
    missing = len(times) - x.dim()
    require(missing >= 0, all(one > 0 for one in times))
    sides = [1] * missing + list(x.shape)
    return made([side * time for side, time in zip(sides, times, strict=True)], x.dtype)


def roll(x: Tensor, shifts: Sequence[int], axes: Sequence[int] = ()) -> Tensor:
    require(len(shifts) == len(axes) > 0, x.is_contiguous())
    for axis in axes:
        axis_of(x, axis)
    return made(x.shape, x.dtype)


def flip(x: Tensor, axes: Sequence[int]) -> Tensor:
    require(len({axis_of(x, axis) for axis in axes}) == len(axes), x.is_contiguous())
    return elementwise(x.dtype, x)


def gather(x: Tensor, axis: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    axis = axis_of(x, axis)
    require(index.dtype is torch.int64, index.dim() == x.dim())
    sides = zip(index.shape, x.shape, strict=True)
    require(all(few <= many for at, (few, many) in enumerate(sides) if at != axis))
    return made(index.shape, x.dtype)


def pick(x: Tensor, indices: Sequence[Tensor | None]) -> Tensor:
    """By whole numbers along the first axes."""
    given = [one for one in indices if one is not None]
    require(0 < len(given) == len(indices) <= x.dim(), x.is_contiguous())
    require(all(one.dtype in INTEGERS and one.is_contiguous() for one in given))
    require(all(one.dim() > 0 for one in given))
    shape = broadcast(*(one.shape for one in given))
    return made((*shape, *x.shape[len(given) :]), x.dtype)


def shuffle(x: Tensor, factor: int) -> Tensor:
    """Channels become pixels."""
    require(x.dim() >= 3, factor > 0, x.shape[-3] % factor**2 == 0, _suggests_contiguous(x))
    *batch, channels, height, width = x.shape
    return made((*batch, channels // factor**2, height * factor, width * factor), x.dtype)


def _suggests_contiguous(x: Tensor) -> bool:
    """Not laid out with the channels last, nor in a way that is both."""
    if x.dim() == 4:
        return not x.is_contiguous(memory_format=torch.channels_last)
    return x.dim() != 5 or not x.is_contiguous(memory_format=torch.channels_last_3d)


RULES = {
    "cat.default": cat,
    "stack.default": stack,
    "tril.default": triangle,
    "triu.default": triangle,
    "repeat.default": repeat,
    "roll.default": roll,
    "flip.default": flip,
    "gather.default": gather,
    "index.Tensor": pick,
    "pixel_shuffle.default": shuffle,
}
