"""Operators that work element by element: activations, arithmetic, comparison, in place or not."""

from __future__ import annotations

from numbers import Real
from typing import Any

import torch
from torch import Tensor

from bottlecalc.models.meta.tensors import (
    FLOATS,
    INTEGERS,
    LOGICAL,
    broadcast,
    contiguous,
    elementwise,
    require,
)

LARGEST = 2**31
"""Numbers beyond this may not fit the dtype of the tensor beside them."""

Operand = Any
"""A tensor or a number."""


def activation(x: Tensor, *numbers: Real) -> Tensor:
    """Of one tensor of floats, with numbers that do not change what comes out."""
    require(x.dtype in FLOATS, all(map(_is_number, numbers)))
    return elementwise(x.dtype, x)


def activation_(x: Tensor, *numbers: Real) -> Tensor:
    require(x.dtype in FLOATS, all(map(_is_number, numbers)))
    return _written(x)


def gelu(x: Tensor, *, approximate: str = "none") -> Tensor:
    require(approximate in ("none", "tanh"))
    return activation(x)


def sign(x: Tensor) -> Tensor:
    """Negated or without its sign, a whole number stays one."""
    require(x.dtype in FLOATS | INTEGERS)
    return elementwise(x.dtype, x)


def clamp(x: Tensor, *bounds: Real | None) -> Tensor:
    """Between a lower and an upper one, either of which may lack."""
    given = [bound for bound in bounds if bound is not None]
    require(len(given) > 0)
    return activation(x, *given)


def clamp_(x: Tensor, *bounds: Real | None) -> Tensor:
    given = [bound for bound in bounds if bound is not None]
    require(len(given) > 0)
    return activation_(x, *given)


def arithmetic(a: Operand, b: Operand, *, alpha: float = 1) -> Tensor:
    """``+``, ``×``, maximum: the dtype is that of both together."""
    dtype = _together(a, b)
    require(_is_number(alpha), alpha == 1 or dtype in FLOATS)
    tensors = _tensors(a, b)
    alike = alpha == 1 and all(one.dtype is dtype for one in tensors)
    return elementwise(dtype, *tensors, mixed=alike)


def difference(a: Operand, b: Operand, *, alpha: float = 1) -> Tensor:
    require(not any(_dtype(one) is torch.bool for one in (a, b)))
    return arithmetic(a, b, alpha=alpha)


def reverse(a: Tensor, b: Operand, alpha: float = 1) -> Tensor:
    """The second less the first."""
    require(alpha == 1, not any(_dtype(one) is torch.bool for one in (a, b)))
    return contiguous(_together(a, b), *_tensors(a, b))


def quotient(a: Operand, b: Operand) -> Tensor:
    dtype = _together(a, b)
    tensors = _tensors(a, b)
    alike = all(one.dtype is dtype for one in tensors)
    return elementwise(
        dtype if dtype in FLOATS else torch.get_default_dtype(), *tensors, mixed=alike
    )


def power(a: Operand, b: Operand) -> Tensor:
    dtype = _together(a, b)
    require(dtype in FLOATS)
    return elementwise(dtype, *_tensors(a, b))


def same_dtype(x: Tensor, *others: Operand, value: float = 1) -> Tensor:
    """Of tensors of one dtype of floats: a product that is added, a mixture of two."""
    tensors = _tensors(x, *others)
    require(x.dtype in FLOATS, all(one.dtype is x.dtype for one in tensors))
    return contiguous(x.dtype, *tensors)


def arithmetic_(a: Tensor, b: Operand, *, alpha: float = 1) -> Tensor:
    dtype = _together(a, b)
    require(_is_number(alpha), alpha == 1 or dtype in FLOATS)
    return _written(a, dtype, *_tensors(b))


def difference_(a: Tensor, b: Operand, *, alpha: float = 1) -> Tensor:
    require(not any(_dtype(one) is torch.bool for one in (a, b)))
    return arithmetic_(a, b, alpha=alpha)


def quotient_(a: Tensor, b: Operand) -> Tensor:
    require(a.dtype in FLOATS)
    return arithmetic_(a, b)


def prelu(x: Tensor, weight: Tensor) -> Tensor:
    require(x.dtype in FLOATS, weight.dtype is x.dtype)
    return contiguous(x.dtype, x, weight)


def same_dtype_(x: Tensor, *others: Operand, value: float = 1) -> Tensor:
    tensors = _tensors(*others)
    require(x.dtype in FLOATS, all(one.dtype is x.dtype for one in tensors))
    return _written(x, x.dtype, *tensors)


def comparison(a: Operand, b: Operand) -> Tensor:
    _together(a, b)
    return elementwise(torch.bool, *_tensors(a, b))


def logical(a: Tensor, b: Tensor) -> Tensor:
    return contiguous(torch.bool, a, b)


def logical_not(x: Tensor) -> Tensor:
    return elementwise(torch.bool, x)


def bitwise(a: Operand, b: Operand) -> Tensor:
    dtype = _together(a, b)
    require(dtype in LOGICAL, all(_dtype(one) in LOGICAL for one in (a, b)))
    return elementwise(dtype, *_tensors(a, b))


def bitwise_not(x: Tensor) -> Tensor:
    require(x.dtype in LOGICAL)
    return elementwise(x.dtype, x)


def where(condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    require(condition.dtype is torch.bool)
    return elementwise(_together(a, b), condition, a, b)


def masked_fill(x: Tensor, mask: Tensor, value: Operand) -> Tensor:
    _check_fill(x, mask, value)
    return contiguous(x.dtype, x, mask)


def masked_fill_(x: Tensor, mask: Tensor, value: Operand) -> Tensor:
    _check_fill(x, mask, value)
    return _written(x, x.dtype, mask)


def _check_fill(x: Tensor, mask: Tensor, value: Operand) -> None:
    require(mask.dtype is torch.bool, x.dtype in FLOATS)
    require(not value.dim() if isinstance(value, Tensor) else _is_number(value))


def _written(x: Tensor, dtype: torch.dtype | None = None, *others: Tensor) -> Tensor:
    """What is written in place: itself, where it can hold what comes out."""
    require(dtype is None or torch.can_cast(dtype, x.dtype))
    require(broadcast(x.shape, *(one.shape for one in others)) == tuple(x.shape))
    steps = zip(x.shape, x.stride(), strict=True)
    require(all(step or side == 1 for side, step in steps))
    return x


def _together(a: Operand, b: Operand) -> torch.dtype:
    require(isinstance(a, Tensor) or _is_number(a), isinstance(b, Tensor) or _is_number(b))
    return torch.result_type(a, b)


def _tensors(*operands: Operand) -> list[Tensor]:
    found = [one for one in operands if isinstance(one, Tensor)]
    require(all(_is_number(one) for one in operands if not isinstance(one, Tensor)))
    return found


def _is_number(value: object) -> bool:
    """A number that every dtype here holds; an integer would be refused where it does not fit."""
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < LARGEST)


def _dtype(operand: Operand) -> torch.dtype:
    if isinstance(operand, Tensor):
        return operand.dtype
    require(_is_number(operand))
    return torch.result_type(operand, operand)


UNARY = (
    *("relu", "silu", "sigmoid", "tanh", "hardswish", "hardsigmoid", "hardtanh", "leaky_relu"),
    *("elu", "mish", "exp", "log", "sqrt", "rsqrt", "erf", "sin", "cos"),
    *("reciprocal", "floor", "ceil", "round", "erfinv", "log1p", "expm1", "log2"),
)
ARITHMETIC = ("add", "mul")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")

RULES = {
    **{f"{name}.default": activation for name in (*UNARY, "softplus", "threshold")},
    **{f"{name}_.default": activation_ for name in (*UNARY, "threshold")},
    "gelu.default": gelu,
    **{f"{name}.default": sign for name in ("neg", "abs")},
    **{f"{name}_.default": activation_ for name in ("neg", "abs")},
    "clamp.default": clamp,
    "clamp_.default": clamp_,
    **{f"{name}.default": clamp for name in ("clamp_min", "clamp_max")},
    **{f"{name}_.default": clamp_ for name in ("clamp_min", "clamp_max")},
    **{f"{name}.{kind}": arithmetic for name in ARITHMETIC for kind in ("Tensor", "Scalar")},
    **{f"{name}_.{kind}": arithmetic_ for name in ARITHMETIC for kind in ("Tensor", "Scalar")},
    **{f"{name}.default": arithmetic for name in ("maximum", "minimum")},
    **{f"sub.{kind}": difference for kind in ("Tensor", "Scalar")},
    **{f"rsub.{kind}": reverse for kind in ("Tensor", "Scalar")},
    **{f"sub_.{kind}": difference_ for kind in ("Tensor", "Scalar")},
    **{f"div.{kind}": quotient for kind in ("Tensor", "Scalar")},
    **{f"div_.{kind}": quotient_ for kind in ("Tensor", "Scalar")},
    **{f"pow.{kind}": power for kind in ("Tensor_Scalar", "Tensor_Tensor", "Scalar")},
    "addcmul.default": same_dtype,
    "addcdiv.default": same_dtype,
    **{f"lerp.{kind}": same_dtype for kind in ("Tensor", "Scalar")},
    "_prelu_kernel.default": prelu,
    "addcmul_.default": same_dtype_,
    **{f"{name}.{kind}": comparison for name in COMPARISONS for kind in ("Tensor", "Scalar")},
    **{f"logical_{name}.default": logical for name in ("and", "or", "xor")},
    "logical_not.default": logical_not,
    **{
        f"bitwise_{name}.{kind}": bitwise
        for name in ("and", "or", "xor") for kind in ("Tensor", "Scalar")
    },
    "bitwise_not.default": bitwise_not,
    "isnan.default": logical_not,
    "where.self": where,
    **{f"masked_fill.{kind}": masked_fill for kind in ("Tensor", "Scalar")},
    **{f"masked_fill_.{kind}": masked_fill_ for kind in ("Tensor", "Scalar")},
}  # fmt: skip
