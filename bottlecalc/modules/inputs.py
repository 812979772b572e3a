"""What a block's module refuses to take."""

from __future__ import annotations

import torch
from torch import Tensor

from bottlecalc.blocks.spec import BlockError
from bottlecalc.text.shapes import shape


def check_channels(x: Tensor, channels: int) -> None:
    """Refuse an input of another shape than a block takes; a trace cannot branch, and does not.

    Raises:
        BlockError: it is of another.
    """
    traced = torch.jit.is_tracing()  # type: ignore[attr-defined,no-untyped-call]
    if not traced and (x.dim() != 4 or x.shape[1] != channels):
        raise BlockError(
            f"the input is {shape(x.shape)}, and this block takes batch ×"
            f" {channels} channels × height × width; give it so many"
        )


def check_even(x: Tensor) -> None:
    """Refuse an input that cannot be halved.

    Raises:
        BlockError: its height or its width is odd.
    """
    height, width = x.shape[-2:]
    if height % 2 or width % 2:
        raise BlockError(
            f"size {height}x{width} is odd, and this block halves it; give an even height and width"
        )
