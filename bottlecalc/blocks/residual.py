"""Residual blocks: one 3×3, two 3×3, and the bottleneck.

Source: He et al., Deep Residual Learning, arXiv:1512.03385, figure 5.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from bottlecalc.blocks.rules import has_middle
from bottlecalc.blocks.spec import Block, BlockError, Rule
from bottlecalc.errors import key
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


def _leaves_nothing(block: Any) -> Any:
    return False if block.se is None else block.out_channels // block.se < 1


@dataclass(frozen=True)
class ResNet(Residual):
    """What the blocks of ResNet may have in common.

    Args:
        se: squeeze and excitation before the addition, squeezed to ``out // se`` channels [at least
            1]; none when None.
        avg: halve height and width on the shortcut by 2×2 average pooling, where the stride is 2,
            and not by the projection's stride.
    """

    _: KW_ONLY
    se: int | None = None
    avg: bool = False

    RULES = (
        *Residual.RULES,
        Rule(
            "se",
            _leaves_nothing,
            lambda block: (
                f"{key('out')} = {block.out_channels} // {block.se} = 0 channels are left by se ="
                f" {block.se} in {block}; give an se of at most {key('out')}"
            ),
            "se is at most out",
        ),
        Rule(
            "avg",
            lambda block: block.avg & (block.stride > 2),
            lambda block: (
                f"avg pools 2×2 and would pass over pixels at stride = {block.stride} in {block};"
                " give stride 1 or 2, or leave avg out"
            ),
            "avg goes with strides 1 and 2 alone",
        ),
        Rule(
            "avg",
            lambda block: block.avg & block.downsample,
            lambda block: (
                f"avg and downsample both pool the shortcut of {block}; leave one of the two out"
            ),
            "avg and downsample exclude each other",
        ),
    )

    CHEAPER_BY: ClassVar[tuple[str, ...]] = ("se",)
    REFINEMENTS: ClassVar[tuple[str, ...]] = ("se", "avg")


@dataclass(frozen=True)
class Plain(Residual):
    """One 3×3 convolution with a shortcut: the block that a bottleneck replaces.

    Source: the 3×3 and the shortcut of He et al., arXiv:1512.03385; one by itself is the baseline
    of this comparison, and in no paper.
    """

    family = "plain"


@dataclass(frozen=True)
class Basic(ResNet):
    """Two 3×3 convolutions with a shortcut: the block of ResNet-18 and ResNet-34.

    Source: He et al., arXiv:1512.03385, figure 5, left; se from Hu et al., Squeeze-and-Excitation
    Networks, arXiv:1709.01507; avg from He et al., Bag of Tricks, arXiv:1812.01187, figure 2.
    """

    family = "basic"


def said_of_middle(mid_channels: int | None, mid: int | None) -> int | None:
    """A middle's width, which may be told by either name.

    Raises:
        BlockError: it is told by both.
    """
    if mid is not None and mid_channels is not None:
        raise BlockError(
            f"{key('mid')} = {quoted(mid_channels)} and mid = {quoted(mid)} are both given,"
            " and are the same thing; give one of them"
        )
    return mid_channels if mid is None else mid


def _width(block: Any) -> Any:
    return block.out_channels // 4 if block.mid_channels is None else block.mid_channels


@dataclass(frozen=True)
class Bottleneck(ResNet):
    """1×1, 3×3, 1×1 with a shortcut: narrow in the middle.

    Args:
        mid_channels: width of the 3×3 [at least 1]; a quarter of the output's when None.
        groups: of the 3×3; must divide its width.
        v1: the stride is the first 1×1's, as in the paper, and not the 3×3's.
        mid: ``mid_channels`` in short.

    Source: He et al., arXiv:1512.03385, figure 5, right; se and avg as of basic; groups from Xie
    et al., Aggregated Residual Transformations, arXiv:1611.05431.
    """

    family = "bottleneck"

    mid_channels: int | None = None
    groups: int = 1
    v1: bool = False

    CHEAPER_BY = ("groups", "se")
    REFINEMENTS = ("se", "avg", "v1")

    def __init__(
        self, in_channels: int, out_channels: int, *,
        stride: int = 1, dilation: int = 1, downsample: bool = False, upsample: bool = False,
        se: int | None = None, avg: bool = False,
        mid_channels: int | None = None, groups: int = 1, v1: bool = False, mid: int | None = None,
    ) -> None:  # fmt: skip
        object.__setattr__(self, "mid_channels", said_of_middle(mid_channels, mid))
        object.__setattr__(self, "groups", groups)
        object.__setattr__(self, "v1", v1)
        super().__init__(
            in_channels, out_channels, stride=stride, dilation=dilation,
            downsample=downsample, upsample=upsample, se=se, avg=avg,
        )  # fmt: skip

    RULES = (
        *ResNet.RULES,
        has_middle("out"),
        Rule(
            "groups",
            lambda block: _width(block) % block.groups != 0,
            lambda block: (
                f"groups = {block.groups} does not divide {key('mid')} = {_width(block)} in"
                f" {block}; give groups that divide {key('mid')}, or another {key('mid')}"
            ),
            "groups divides mid",
        ),
    )
