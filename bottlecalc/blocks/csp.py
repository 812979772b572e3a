"""Blocks that split their channels and pass a part on: cross stage partial networks.

Source: Wang et al., CSPNet, arXiv:1911.11929; of C2f there is no paper.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.spec import Block, Rule
from bottlecalc.errors import key

MOST = 16
"""Bottlenecks in a block: a number of layers is a case of the closed form, and cases are listed."""


@dataclass(frozen=True)
class C2f(Block):
    """1×1, split in halves, bottlenecks of two 3×3, and a 1×1 on all that came about.

    Every convolution has BN and SiLU, and every bottleneck a residual connection.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output [at least 2]; half of them is the width inside.
        n: bottlenecks, one after the other [1 to 16].

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.

    Source: no paper; the code of YOLOv8, ultralytics/ultralytics, ``nn/modules/block.py``, with
    ``shortcut=True`` as in its backbone. What it is made of: Wang et al., arXiv:1911.11929.
    """

    family = "c2f"

    out_channels: int
    _: KW_ONLY
    n: int = 1

    RULES = (
        Rule(
            "out",
            lambda block: block.out_channels < 2,
            lambda block: (
                f"{key('out')} = {block.out_channels} in {block} leaves nothing for its halves;"
                " give at least 2"
            ),
            "out is at least 2",
        ),
        Rule(
            "n",
            lambda block: block.n > MOST,
            lambda block: (
                f"n = {block.n} in {block} is more bottlenecks than are counted;"
                f" give at most {MOST} (YOLOv8 has up to 6)"
            ),
            f"n is at most {MOST}",
        ),
    )
