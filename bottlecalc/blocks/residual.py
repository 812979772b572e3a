"""Residual blocks: one 3×3, two 3×3, and the bottleneck.

Source: He et al., Deep Residual Learning, arXiv:1512.03385, figure 5.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from bottlecalc.blocks.spec import Block, BlockError, Rule
from bottlecalc.errors import key, remedy
from bottlecalc.text.calls import quoted


@dataclass(frozen=True)
class Residual(Block):
    """What these families have in common.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output [at least 1].
        stride: of the first 3×3 convolution and of the projection [at least 1].
        dilation: of every 3×3 convolution, and its padding [at least 1].
        downsample: halve height and width, max pooling (with indices) on the shortcut.
        upsample: double height and width by a transposed convolution after the last ReLU.

    Raises:
        BlockError: a value is of the wrong type or out of range, or two exclude each other.
    """

    out_channels: int
    _: KW_ONLY
    stride: int = 1
    dilation: int = 1
    downsample: bool = False
    upsample: bool = False

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "downsample",
            lambda block: block.downsample & (block.stride != 1),
            lambda block: (
                f"downsample halves the size by itself and does not go with stride = {block.stride}"
                f" in {block}; leave one of the two out"
            ),
            "downsample goes with stride 1 alone",
        ),
        Rule(
            "upsample",
            lambda block: block.downsample & block.upsample,
            lambda block: (
                f"downsample and upsample exclude each other in {block}; leave one of the two out"
            ),
            "downsample and upsample exclude each other",
        ),
    )
    INPUT_RULES = (
        Rule(
            "downsample",
            lambda block, height, width: block.downsample & ((height % 2 != 0) | (width % 2 != 0)),
            lambda block, height, width: (
                f"size {height}x{width} is odd, and {block} halves it;"
                " give an even height and width"
            ),
            "downsample takes an even height and width",
        ),
    )


@dataclass(frozen=True)
class Plain(Residual):
    """One 3×3 convolution with a shortcut: the block that a bottleneck replaces.

    Source: the 3×3 and the shortcut of He et al., arXiv:1512.03385; one by itself is the baseline
    of this comparison, and in no paper.
    """

    family = "plain"


@dataclass(frozen=True)
class Basic(Residual):
    """Two 3×3 convolutions with a shortcut: the block of ResNet-18 and ResNet-34.

    Source: He et al., arXiv:1512.03385, figure 5, left.
    """

    family = "basic"


@dataclass(frozen=True)
class Bottleneck(Residual):
    """1×1, 3×3, 1×1 with a shortcut: narrow in the middle.

    Args:
        mid_channels: width of the 3×3 [at least 1]; a quarter of the output's when None.
        groups: of the 3×3; must divide its width.
        mid: ``mid_channels`` in short.

    Source: He et al., arXiv:1512.03385, figure 5, right; groups from Xie et al.,
    Aggregated Residual Transformations, arXiv:1611.05431.
    """

    family = "bottleneck"

    mid_channels: int | None = None
    groups: int = 1

    CHEAPER_BY = ("groups",)

    def __init__(
        self, in_channels: int, out_channels: int, *,
        stride: int = 1, dilation: int = 1, downsample: bool = False, upsample: bool = False,
        mid_channels: int | None = None, groups: int = 1, mid: int | None = None,
    ) -> None:  # fmt: skip
        if mid is not None and mid_channels is not None:
            raise BlockError(
                f"{key('mid')} = {quoted(mid_channels)} and mid = {quoted(mid)} are both given,"
                " and are the same thing; give one of them"
            )
        object.__setattr__(self, "mid_channels", mid_channels if mid is None else mid)
        object.__setattr__(self, "groups", groups)
        super().__init__(
            in_channels, out_channels,
            stride=stride, dilation=dilation, downsample=downsample, upsample=upsample,
        )  # fmt: skip

    @property
    def _width(self) -> int:
        return self.out_channels // 4 if self.mid_channels is None else self.mid_channels

    RULES = (
        *Residual.RULES,
        Rule(
            "mid",
            lambda block: block._width < 1,
            lambda block: (
                f"{key('mid')} = {block.out_channels} // 4 = 0 in {block};"
                f" give the width of the middle: {remedy('mid')}"
            ),
            "mid is at least 1, so that it must be given where out < 4",
        ),
        Rule(
            "groups",
            lambda block: block._width % block.groups != 0,
            lambda block: (
                f"groups = {block.groups} does not divide {key('mid')} = {block._width} in {block};"
                f" give groups that divide {key('mid')}, or another {key('mid')}"
            ),
            "groups divides mid",
        ),
    )
