"""The block of ConvNeXt.

Source: Liu et al., A ConvNet for the 2020s, arXiv:2201.03545, figure 4.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.rules import SAME_WIDTH, odd
from bottlecalc.blocks.spec import Block


@dataclass(frozen=True)
class ConvNeXt(Block):
    """Depthwise 7×7, layer norm, and two linear layers with a GELU, added to the input.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output, the same; so many when None.
        kernel: height and width of the depthwise convolution's window, odd [pixels].
        expand: how many times wider than the input the middle is [at least 1].

    Raises:
        BlockError: a value is of the wrong type or out of range.

    Source: Liu et al., A ConvNet for the 2020s, arXiv:2201.03545, figure 4; its 1×1 convolutions
    are linear layers on channels that come last, and there is a layer scale, as in its code and
    torchvision's.
    """

    family = "convnext"

    out_channels: int | None = None
    _: KW_ONLY
    kernel: int = 7
    expand: int = 4

    RULES = (odd("kernel"), SAME_WIDTH)
