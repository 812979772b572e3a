"""The block of RegNet: a bottleneck that is no narrower in the middle, in groups of one width.

Source: Radosavovic et al., Designing Network Design Spaces, arXiv:2003.13678, figure 4.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.spec import Block, Rule
from bottlecalc.errors import key


@dataclass(frozen=True)
class RegNet(Block):
    """1×1, 3×3 in groups, 1×1, all as wide as the output, with a shortcut: the block of RegNet.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output, and of all between [at least 1].
        stride: of the 3×3 and of the projection [at least 1].
        group_width: channels of each group of the 3×3; must divide those of the output.
        se: squeeze and excitation after the 3×3, as in RegNetY, squeezed to a quarter of the
            input's channels, a half rounded to the even number.

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.

    Source: Radosavovic et al., Designing Network Design Spaces, arXiv:2003.13678, figure 4, at the
    bottleneck ratio 1 of all published models; where the squeeze takes its channels from, and how
    they are rounded, as in the authors' pycls, torchvision and timm.
    """

    family = "regnet"
    ALIASES = {"width": "group_width"}  # noqa: RUF012

    out_channels: int
    _: KW_ONLY
    stride: int = 1
    group_width: int
    se: bool = False

    RULES = (
        Rule(
            "group_width",
            lambda block: block.out_channels % block.group_width != 0,
            lambda block: (
                f"group_width = {block.group_width} does not divide {key('out')} ="
                f" {block.out_channels} in {block}; give a group_width that divides {key('out')},"
                f" or another {key('out')}"
            ),
            "group_width divides out",
        ),
        Rule(
            "se",
            lambda block: block.se & (block.in_channels < 3),
            lambda block: (
                f"a quarter of {key('in')} = {block.in_channels} rounds to 0 in {block};"
                f" give {key('in')} of at least 3, or leave se out"
            ),
            "se takes at least 3 channels of the input",
        ),
    )
