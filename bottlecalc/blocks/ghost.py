"""The Ghost module of GhostNet.

Source: Han et al., GhostNet, arXiv:1911.11907, figure 1, b, and section 3.1.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.rules import odd
from bottlecalc.blocks.spec import Block, Rule


@dataclass(frozen=True)
class Ghost(Block):
    """A few maps by 1×1, the others of these by cheap depthwise 3×3: the Ghost module.

    Where ``ratio`` does not divide the output's channels, the first are rounded up, and of the
    cheap ones the last are left out: they are worked out, counted, and not put out.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output [at least 1].
        stride: of the first convolution [at least 1].
        ratio: how many times more maps are put out than the first convolution makes [at least 2].
        kernel: height and width of the first convolution's window, odd [pixels].
        dw: height and width of the cheap convolution's window, odd [pixels].

    Raises:
        BlockError: a value is of the wrong type or out of range.

    Source: Han et al., GhostNet, arXiv:1911.11907, figure 1, b, and section 3.1; batch norm, ReLU
    and rounding as in its code and timm's.
    """

    family = "ghost"

    out_channels: int
    _: KW_ONLY
    stride: int = 1
    ratio: int = 2
    kernel: int = 1
    dw: int = 3

    RULES = (
        odd("kernel"),
        odd("dw"),
        Rule(
            "ratio",
            lambda block: block.ratio < 2,
            lambda block: (
                f"ratio = {block.ratio} in {block} leaves no maps to the cheap convolution;"
                " give at least 2"
            ),
            "ratio is at least 2",
        ),
    )
    CHEAPER_BY = ("stride",)
