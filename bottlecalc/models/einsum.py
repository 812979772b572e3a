"""A sum of products by an equation: what torch multiplies for it, and what numpy estimates.

Source: ``sumproduct_pair`` of ``aten/src/ATen/native/Linear.cpp``; ``numpy.einsum_path``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from torch import Tensor

from bottlecalc.layers.products import Einsum

DIGITS = 4
"""To which ``numpy.einsum_path`` writes its estimate."""


def einsum(_name: str, out: Tensor, args: Any, _kwargs: Any) -> Einsum | None:
    """Of one operand no MACs, of two those of every index; of more it is not known in which order.

    Indices that one operand alone has are summed before anything is multiplied.
    """
    equation, *operands = args
    if not isinstance(equation, str):
        return None
    listed = bool(operands) and isinstance(operands[0], (list, tuple))
    operands = list(operands[0]) if listed else operands
    left, kept = _sides(equation.replace(" ", ""))
    sizes = [_sizes(one, tensor) for one, tensor in zip(left.split(","), operands, strict=True)]
    together = {index: size for one in sizes for index, size in one.items()}
    shared = {i for i in together if len(sizes) == 2 and all(i in one for one in sizes)}
    remaining = {i for i in together if i in shared or _is_kept(i, kept)}
    contracted = {i for i in shared if not _is_kept(i, kept)}
    products = _product(together, remaining) if len(sizes) == 2 else 0
    return Einsum(
        contracted=products // max(out.numel(), 1) if contracted else 0,
        products=products,
        spanned=_product(together, together),
        estimate=_estimate(together, kept, len(sizes)) if len(sizes) < 3 else 0,
        equation=_named(equation.replace(" ", "")),
        listed=listed,
        operands=len(sizes),
    )


def _sides(equation: str) -> tuple[str, str]:
    """What goes in, and what comes out: without an arrow every index that stands there once."""
    left, arrow, right = equation.partition("->")
    if arrow:
        return left, right
    once = (one for one in left if left.count(one) == 1 and one.isalpha())
    return left, "." * ("..." in left) + "".join(sorted(once))


def _sizes(subscripts: str, tensor: Tensor) -> Mapping[str, int]:
    """By index; of what ``...`` stands for by its distance from the right."""
    head, _, tail = subscripts.partition("...")
    between = tensor.dim() - len(head) - len(tail)
    names = [*head, *(str(i) for i in range(between, 0, -1)), *tail]
    return dict(zip(names, tensor.shape, strict=True))


def _named(equation: str) -> str:
    """By the same letters where only these differ."""
    letters = list(dict.fromkeys(one for one in equation if one.isalpha()))
    return equation.translate({ord(one): ord("a") + i for i, one in enumerate(letters)})


def _is_kept(index: str, kept: str) -> bool:
    return "." in kept if index.isdigit() else index in kept


def _product(sizes: Mapping[str, int], indices: Iterable[str]) -> int:
    return prod(sizes[index] for index in indices)


def _estimate(sizes: Mapping[str, int], kept: str, operands: int) -> int:
    """One for every element of the widest product, and one more where something is summed."""
    is_summed = not all(_is_kept(index, kept) for index in sizes)
    exact = prod(sizes.values()) * (max(1, operands - 1) + is_summed) + 1
    return int(float(f"{exact:.{DIGITS - 1}e}"))
