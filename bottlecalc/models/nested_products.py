"""Products of nested tensors of the strided layout: what each of their tensors costs, together.

Such a tensor has no shape, so that no formula that asks for one takes it. What is jagged is made of
ordinary tensors, and is counted as these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from bottlecalc.models.products import Formula, matrices

aten = torch.ops.aten
WHOLE = frozenset((aten.linear, aten.matmul))
"""Operators that are made of others, but have kernels of their own for nested tensors."""


def is_nested(given: object) -> bool:
    """Whether this is a nested tensor that has no shape."""
    return isinstance(given, Tensor) and given.is_nested and given.layout is torch.strided


def is_whole(func: Any, args: Iterable[object]) -> bool:
    """Whether torch has a kernel for an operator on nested tensors, and none for its parts."""
    return func.overloadpacket in WHOLE and any(map(is_nested, args))


def linear(x: Tensor, weight: Tensor, *_: object, **__: object) -> int:
    """Of all rows with one matrix."""
    return 2 * x.numel() * weight.shape[0]


def pairs(a: Tensor, b: Tensor, *_: object, **__: object) -> int:
    """Of two nested tensors, one by one."""
    return sum(matrices(*pair) for pair in zip(a.unbind(), b.unbind(), strict=True))


NESTED: dict[Any, Callable[..., int]] = {
    aten.linear: linear,
    aten.matmul: pairs,
    aten.bmm: pairs,
}
"""By operator: of the others nothing is known where an operand is nested."""


def guarded(packet: Any, plain: Formula | None) -> Formula:
    """A formula that is one of nested tensors where an operand is; None where there is none."""
    nested = NESTED.get(packet)

    def formula(*args: Any, **kwargs: Any) -> int | None:
        if not any(map(is_nested, args)):
            return None if plain is None else plain(*args, **kwargs)
        return None if nested is None else nested(*args)

    return formula
