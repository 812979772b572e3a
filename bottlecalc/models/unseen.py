"""What the dispatcher cannot see of what a model calls, seen before it.

A complex convolution is three real ones by then; what leaves for NumPy, and what torch computes by
another library on the spot, never comes there.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from bottlecalc.models import products
from bottlecalc.models.overrides import Way, Ways
from bottlecalc.models.running import Calls

CONVOLUTIONS = frozenset(
    (
        *(torch.conv1d, torch.conv2d, torch.conv3d),
        *(torch.conv_transpose1d, torch.conv_transpose2d, torch.conv_transpose3d),
    )
)
LEAVING: dict[Any, str] = {
    Tensor.numpy: "NumPy",
    Tensor.__array__: "NumPy",
    Tensor.__dlpack__: "another library by DLPack",
}
"""Methods that give a tensor's values away, and to whom."""

LINEAR = frozenset(
    getattr(torch, f"fbgemm_linear_{kind}")
    for kind in (
        *("fp16_weight", "fp16_weight_fp32_activation"),
        *("int8_weight", "int8_weight_fp32_activation"),
    )
    if hasattr(torch, f"fbgemm_linear_{kind}")
)
"""Linear layers that are no operators of the dispatcher's."""

ONE = "a complex convolution, which torch makes three real ones of, is counted as one"
GRADIENTS = "gradients of a complex convolution, where they are taken, are of three real ones"


def ways(calls: Calls) -> Ways:
    """Functions of torch's that are called as they are, and noted."""

    def leave(library: str) -> Way:
        def way(func: Any, args: Any, kwargs: Any) -> Any:
            calls.say(left(library))
            return func(*args, **kwargs)

        return way

    def convolve(func: Any, args: Any, kwargs: Any) -> Any:
        if any(map(_is_complex, (*args, *kwargs.values()))):
            return _complex(calls, func, args, kwargs)
        return func(*args, **kwargs)

    def count(func: Any, args: Any, kwargs: Any) -> Any:
        out = func(*args, **kwargs)
        calls.add(products.linear(args[0], out_val=out), (out,))
        return out

    leaving = {func: leave(library) for func, library in LEAVING.items()}
    return {**leaving, **dict.fromkeys(CONVOLUTIONS, convolve), **dict.fromkeys(LINEAR, count)}


def _complex(calls: Calls, func: Any, args: Any, kwargs: Any) -> Tensor:
    """One convolution, however many real ones it is made of."""
    with calls.apart() as made:
        out: Tensor = func(*args, **kwargs)
    parts = made.outputs.total() // (out.numel() or 1)
    calls.join(made, max(parts, 1))
    if parts > 1:
        calls.say(ONE)
    if out.requires_grad:
        calls.say(GRADIENTS)
    return out


def left(library: str) -> str:
    """A sentence: what is computed there is not seen."""
    return f"tensors are given to {library}: what is computed there is not counted"


def _is_complex(given: object) -> bool:
    return isinstance(given, Tensor) and given.is_complex()
