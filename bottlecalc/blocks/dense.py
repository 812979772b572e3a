"""The layer of a densely connected network, whose output is its input and something new.

Source: Huang et al., Densely Connected Convolutional Networks, arXiv:1608.06993, section 3.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.spec import Block, Rule
from bottlecalc.errors import key


@dataclass(frozen=True)
class Dense(Block):
    """BN, ReLU, 1×1, BN, ReLU, 3×3, and what comes of it beside the input: a layer of DenseNet.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output: those of the input and ``growth`` more.
        growth: channels that the 3×3 adds [at least 1].
        bn_size: width of the 1×1, times ``growth`` [at least 1].

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.

    Source: Huang et al., Densely Connected Convolutional Networks, arXiv:1608.06993, section 3,
    DenseNet-B; the keys are torchvision's.
    """

    family = "dense"

    out_channels: int | None = None
    _: KW_ONLY
    growth: int = 32
    bn_size: int = 4

    RULES = (
        Rule(
            "out",
            lambda block: (
                block.out_channels is not None
                and block.out_channels != block.in_channels + block.growth
            ),
            lambda block: (
                f"{key('out')} = {block.out_channels} is not {block.in_channels} +"
                f" {block.growth} in {block}, whose output is its input and growth more;"
                f" leave {key('out')} out"
            ),
            "out is in + growth",
        ),
    )
