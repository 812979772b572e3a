"""What the dispatcher cannot see of what a model calls, seen before it.

A complex convolution is three real ones by then; what leaves for NumPy, and what torch computes by
another library on the spot, never comes there.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from bottlecalc.models import products
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

HIDDEN = frozenset(
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


class Unseen(TorchFunctionMode):
    """Notes that while it lasts."""

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self.calls = calls

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function of torch's as it is."""
        kwargs = kwargs or {}
        if func in LEAVING:
            self.calls.say(left(LEAVING[func]))
        if func in CONVOLUTIONS and any(map(_is_complex, (*args, *kwargs.values()))):
            return self._complex(func, args, kwargs)
        out = func(*args, **kwargs)
        if func in HIDDEN:
            self.calls.add(products.linear(args[0], out_val=out), (out,))
        return out

    def _complex(self, func: Any, args: Any, kwargs: Any) -> Tensor:
        """One convolution, however many real ones it is made of."""
        with self.calls.apart() as made:
            out: Tensor = func(*args, **kwargs)
        parts = made.outputs.total() // (out.numel() or 1)
        self.calls.join(made, max(parts, 1))
        if parts > 1:
            self.calls.say(ONE)
        if out.requires_grad:
            self.calls.say(GRADIENTS)
        return out


def left(library: str) -> str:
    """A sentence: what is computed there is not seen."""
    return f"tensors are given to {library}: what is computed there is not counted"


def _is_complex(given: object) -> bool:
    return isinstance(given, Tensor) and given.is_complex()
