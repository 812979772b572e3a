"""torch's formulas of operators that multiply, as every release has them.

Source: ``torch.utils.flop_counter``. Its ``flop_registry`` is public since torch 2.2; 2.1 has
``flop_mapping``, whose formulas take shapes in place of tensors. Since 2.4 what comes out is
``out_val``, before it was ``out``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch.utils import flop_counter

Formula = Callable[..., int]
"""FLOPs of an operator, from what goes in and, as ``out_val``, what comes out."""


def registry() -> dict[Any, Formula]:
    """The formulas that torch knows now, those that somebody registered included."""
    if not hasattr(flop_counter, "flop_registry"):
        known: dict[Any, Formula] = vars(flop_counter)["flop_mapping"]
        return {operator: _of_tensors(formula) for operator, formula in known.items()}
    if RELEASE >= (2, 4):
        return {_packet(one): formula for one, formula in flop_counter.flop_registry.items()}
    return {operator: _of_out(each) for operator, each in flop_counter.flop_registry.items()}


RELEASE = tuple(int(number) for number in torch.__version__.split(".")[:2])


def _packet(operator: Any) -> Any:
    """All forms of an operator; torch 2.4 registers a custom one's formula for one of them."""
    is_form = isinstance(operator, torch._ops.OpOverload)
    return operator.overloadpacket if is_form else operator


def is_torchs(formula: Formula | None) -> bool:
    """Whether a formula is torch's own, and not one that somebody registered."""
    return getattr(formula, "__module__", "") == flop_counter.__name__


def _of_out(formula: Formula) -> Formula:
    @wraps(formula)
    def flops(*args: Any, out_val: Any = None, **kwargs: Any) -> int:
        return formula(*args, out=out_val, **kwargs)

    return flops


def _of_tensors(formula: Formula) -> Formula:
    @wraps(formula)
    def flops(*args: Any, out_val: Any = None, **kwargs: Any) -> int:
        shapes = {name: _shapes(one) for name, one in kwargs.items()}
        return formula(*map(_shapes, args), out_shape=_shapes(out_val), **shapes)

    return flops


def _shapes(given: Any) -> Any:
    if isinstance(given, torch.Tensor):
        return given.shape
    if type(given) in (list, tuple):
        return type(given)(map(_shapes, given))
    return given
