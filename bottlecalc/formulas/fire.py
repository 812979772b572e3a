"""The block of SqueezeNet.

Source: Iandola et al., SqueezeNet, arXiv:1602.07360, figure 1. The layers' names are torchvision's.
"""

from __future__ import annotations

from bottlecalc.blocks.fire import Fire
from bottlecalc.formulas.formula import Formula, Layers
from bottlecalc.formulas.vocabulary import concat, conv, relu
from bottlecalc.layers.ops import Shape


def fire(block: Fire, x: Shape, case: str) -> Layers:
    """1×1, ReLU; 1×1, ReLU and 3×3, ReLU; both together."""
    half = block.out_channels // 2
    squeeze = conv("squeeze", x, squeezed(block), 1, bias=True)
    ones = conv("expand1x1", squeeze.output, half, 1, bias=True, branch="aside")
    threes = conv("expand3x3", squeeze.output, half, 3, bias=True)
    return (
        *(squeeze, relu("squeeze_activation", squeeze.output)),
        *(ones, relu("expand1x1_activation", ones.output, branch="aside")),
        *(threes, relu("expand3x3_activation", threes.output)),
        concat("concat", ones.output, block.out_channels, branch="after"),
    )


def squeezed(block: Fire) -> int:
    """The width of what is squeezed [channels]."""
    return block.out_channels // 8 if block.squeeze is None else block.squeeze


FIRE = Formula(
    layers=fire, follows={"squeeze": squeezed}, forks={"expand1x1": "squeeze_activation"}
)
