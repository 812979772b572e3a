"""What the dispatcher cannot see of what a model calls: two functions of torch's, seen before it.

A complex convolution is three real ones by then, and what leaves for NumPy never comes there.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

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

GRADIENTS = "gradients of a complex convolution, where they are taken, are of three real ones"


class Unseen(TorchFunctionMode):
    """Notes both while it lasts."""

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
        return func(*args, **kwargs)

    def _complex(self, func: Any, args: Any, kwargs: Any) -> Tensor:
        """One convolution, however many real ones it is made of."""
        with self.calls.apart() as made:
            out: Tensor = func(*args, **kwargs)
        parts = made.outputs.total() // (out.numel() or 1)
        self.calls.join(made, max(parts, 1))
        if out.requires_grad:
            self.calls.say(GRADIENTS)
        return out


def left(library: str) -> str:
    """A sentence: what is computed there is not seen."""
    return f"tensors are given to {library}: what is computed there is not counted"


def _is_complex(given: object) -> bool:
    return isinstance(given, Tensor) and given.is_complex()
