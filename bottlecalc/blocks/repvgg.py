"""The block of RepVGG: three branches in training, and one 3×3 where it is deployed.

Source: Ding et al., RepVGG: Making VGG-style ConvNets Great Again, arXiv:2101.03697, section 3.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.spec import Block, Rule
from bottlecalc.errors import key


@dataclass(frozen=True)
class RepVGG(Block):
    """3×3, 1×1 and where it fits the identity, each with BN, their sum and a ReLU; or one 3×3.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output [at least 1].
        stride: of the 3×3 and of the 1×1 [at least 1].
        groups: of the 3×3 and of the 1×1; must divide the input's and the output's channels.
        deploy: all branches as the one 3×3 with a bias that they come to.

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.

    Source: Ding et al., arXiv:2101.03697, figure 2, table 2 (groups: section 3.4); the code of
    its authors, DingXiaoH/RepVGG, and timm.
    """

    family = "repvgg"

    out_channels: int
    _: KW_ONLY
    stride: int = 1
    groups: int = 1
    deploy: bool = False

    CHEAPER_BY = ("groups",)
    RULES = (
        Rule(
            "groups",
            lambda block: (
                (block.in_channels % block.groups != 0) | (block.out_channels % block.groups != 0)
            ),
            lambda block: (
                f"groups = {block.groups} does not divide both {key('in')} = {block.in_channels}"
                f" and {key('out')} = {block.out_channels} in {block};"
                " give groups that divide both"
            ),
            "groups divides in and out",
        ),
    )
