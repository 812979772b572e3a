"""Gradients that a forward pass takes itself: what they cost, and that they are on."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

Found = TypeVar("Found")

CORRECTED = (
    "torch's own formula counts the weight gradient of a grouped convolution once a group:"
    " corrected, it has as many MACs as the convolution"
)


def convolution_backward_flops(*args: Any, out_val: Any = None, **kwargs: Any) -> int:
    """Of the gradients of a convolution's input and of its weights: each as many as it has itself.

    Each multiplies every output position, or where it is transposed every input position, with
    every weight that is connected to it.
    """
    gradient, x, weight = args[:3]
    return 2 * sum(gradients(args)) * _macs(gradient, x, weight, transposed=args[7])


def gradients(args: Any) -> tuple[bool, bool]:
    """Whether ``aten::convolution_backward`` gives the gradients of the input, of the weights."""
    to_input, to_weight, *_ = args[10]
    return to_input, to_weight


def is_corrected(args: Any) -> bool:
    """Whether torch's own formula counts otherwise."""
    groups, (_, to_weight) = args[9], gradients(args)
    return bool(groups > 1 and to_weight)


def _macs(gradient: Tensor, x: Tensor, weight: Tensor, transposed: bool) -> int:
    positions = x if transposed else gradient
    return int(positions.numel() * (weight.numel() // weight.shape[0]))


def taken(run: Callable[[], Found]) -> tuple[Found, bool]:
    """What comes of a run, with gradients on where it fails for lack of them; and whether it was.

    They are not on from the start: what is computed on real tensors would be kept for them.
    """
    import torch

    try:
        return run(), False
    except Exception as error:
        if not _lacks_gradients(error):
            raise
    with torch.enable_grad():
        return run(), True


def _lacks_gradients(error: Exception) -> bool:
    """By what is said, or by the line that raised."""
    *_, last = traceback.extract_tb(error.__traceback__) or [None]
    return "grad" in f"{error}{last and last.line}"
