"""Tensors that have no values: which are plain, how they broadcast, how they lie in memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, zip_longest
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter

FLOATS = frozenset((torch.float32, torch.float64, torch.float16, torch.bfloat16))
INTEGERS = frozenset((torch.int64, torch.int32))
LOGICAL = INTEGERS | {torch.bool}
DTYPES = FLOATS | LOGICAL
Shape = tuple[int, ...]


class UnsureError(Exception):
    """A rule does not say what comes out; torch's kernel does, or raises."""


def require(*conditions: bool) -> None:
    """Leave it to torch unless all hold.

    Raises:
        UnsureError: one does not.
    """
    if not all(conditions):
        raise UnsureError


def is_plain(tensor: Tensor) -> bool:
    """Whether it is a dense tensor on the meta device, of no subclass, with elements."""
    return (
        type(tensor) in (Tensor, Parameter)
        and tensor.is_meta
        and tensor.layout is torch.strided
        and tensor.dtype in DTYPES
        and not tensor.is_nested
        and tensor.numel() > 0
    )


def made(shape: Sequence[int], dtype: torch.dtype, strides: Sequence[int] | None = None) -> Tensor:
    """A tensor without values; contiguous unless strides are given."""
    if strides is None:
        return torch.empty(shape, dtype=dtype, device="meta")
    return torch.empty_strided(shape, strides, dtype=dtype, device="meta")


def broadcast(*shapes: Sequence[int]) -> Shape:
    """The shape of all together.

    Raises:
        UnsureError: they do not broadcast.
    """
    sides = []
    for axis in zip_longest(*map(reversed, shapes), fillvalue=1):
        side = max(axis)
        require(all(one in (1, side) for one in axis))
        sides.append(side)
    return tuple(reversed(sides))


def elementwise(dtype: torch.dtype, *tensors: Tensor, mixed: bool = False) -> Tensor:
    """What an operator that works element by element puts out: it lies as its operands do.

    Args:
        dtype: of what comes out.
        tensors: what the operator is given.
        mixed: whether one that is repeated along axes may stand beside one that is transposed:
            operators that torch makes of several others lay the first out anew.

    Raises:
        UnsureError: they do not broadcast, or lie in ways of which each suggests another.
    """
    shape = broadcast(*(tensor.shape for tensor in tensors))
    if all(_descends(tensor) for tensor in tensors):
        _check_shape_of_one(shape, tensors, mixed)
        return made(shape, dtype)
    first, *others = [tensor for tensor in tensors if tuple(tensor.shape) == shape] or tensors
    require(all(_steps(one) == _steps(first) for one in others))
    small = [tensor for tensor in tensors if tuple(tensor.shape) != shape]
    require(not small or (mixed and all(len(_steps(one)) < 2 for one in small)))
    return made(shape, dtype, _packed(first))


def contiguous(dtype: torch.dtype, *tensors: Tensor) -> Tensor:
    """What an operator that torch makes of several others puts out, if all lies in order.

    Raises:
        UnsureError: something does not, be it only an axis of one element.
    """
    for tensor in tensors:
        require(tensor.is_contiguous())
        require(all(outer >= inner for outer, inner in pairwise(tensor.stride())))
    shape = broadcast(*(tensor.shape for tensor in tensors))
    _check_shape_of_one(shape, tensors)
    return made(shape, dtype)


def _check_shape_of_one(shape: Shape, tensors: Sequence[Tensor], mixed: bool = False) -> None:
    """Where all are repeated, an axis of one element may change the order of the others."""
    require(mixed or 1 not in shape or any(tuple(one.shape) == shape for one in tensors))


def _steps(tensor: Tensor) -> list[tuple[int, int]]:
    """Side and stride of every axis along which there are several elements."""
    sides = zip(tensor.shape, tensor.stride(), strict=True)
    return [(side, step) for side, step in sides if side > 1]


def _descends(tensor: Tensor) -> bool:
    """Whether its axes lie in their order, from the outermost to the innermost."""
    steps = [step for _, step in _steps(tensor)]
    return all(steps) and all(outer > inner for outer, inner in pairwise(steps))


def _packed(tensor: Tensor) -> Shape:
    """Strides without gaps, the axes lying as the tensor's do.

    Raises:
        UnsureError: two axes do not tell which is outside the other.
    """
    steps = [step for _, step in _steps(tensor)]
    require(len({*steps}) == len(steps), all(steps))
    strides, next_step = [1] * tensor.dim(), 1
    for axis in sorted(range(tensor.dim()), key=tensor.stride):
        strides[axis] = next_step
        next_step *= tensor.shape[axis]
    return tuple(strides)


def axis_of(tensor: Tensor, axis: Any) -> int:
    """A dimension counted from the front.

    Raises:
        UnsureError: there is no such dimension.
    """
    require(isinstance(axis, int), -tensor.dim() <= axis < tensor.dim())
    return int(axis) % tensor.dim()
