"""The block of SqueezeNet.

Source: Iandola et al., SqueezeNet, arXiv:1602.07360, figure 1.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.rules import even
from bottlecalc.blocks.spec import Block, Rule
from bottlecalc.errors import remedy


@dataclass(frozen=True)
class Fire(Block):
    """A 1×1 that squeezes, then a 1×1 and a 3×3 beside each other: the block of SqueezeNet.

    Each convolution has a bias and a ReLU, and there is no batch norm.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output, half of each of the two that expand [at least 2].
        squeeze: channels in between [at least 1]; an eighth of the output's when None.

    Raises:
        BlockError: a value is of the wrong type or out of range.

    Source: Iandola et al., SqueezeNet, arXiv:1602.07360, figure 1 and table 1; an eighth is its
    squeeze ratio of 0.125.
    """

    family = "fire"

    out_channels: int
    _: KW_ONLY
    squeeze: int | None = None

    RULES = (
        even("out", "each of the two that expand gives half of it"),
        Rule(
            "squeeze",
            lambda block: block.out_channels < 8 if block.squeeze is None else False,
            lambda block: (
                f"squeeze = {block.out_channels} // 8 = 0 in {block};"
                f" give the width of the middle: {remedy('squeeze')}"
            ),
            "squeeze is at least 1, so that it must be given where out < 8",
        ),
    )
