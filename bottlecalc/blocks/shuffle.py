"""The unit of ShuffleNetV2, which splits its channels and shuffles them again.

Source: Ma et al., ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design,
arXiv:1807.11164, figure 3.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.rules import even
from bottlecalc.blocks.spec import Block, Rule
from bottlecalc.errors import key


@dataclass(frozen=True)
class Shuffle(Block):
    """1×1, depthwise 3×3, 1×1 on half of the channels, beside the other half, and a shuffle.

    With a stride both branches have the whole input, and the other one is a depthwise 3×3 and a
    1×1.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output, even; as many as the input's where stride is 1.
        stride: of the depthwise 3×3 of each branch [at least 1].

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.

    Source: Ma et al., arXiv:1807.11164, figure 3 (c) and (d); as torchvision's shufflenetv2.
    """

    family = "shuffle"

    out_channels: int
    _: KW_ONLY
    stride: int = 1

    RULES = (
        even("out", "each of its two branches has half of it"),
        Rule(
            "out",
            lambda block: (block.stride == 1) & (block.in_channels != block.out_channels),
            lambda block: (
                f"{key('out')} = {block.out_channels} is not {key('in')} = {block.in_channels} in"
                f" {block}, which passes half of its input on; give the same of both, or a stride"
            ),
            "out is in where stride is 1",
        ),
    )
