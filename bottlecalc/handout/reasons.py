"""The figures behind *why*: what a bottleneck gives and costs beside its weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.arguments import SIDE
from bottlecalc.blocks.residual import Basic, Bottleneck
from bottlecalc.blocks.spec import Block
from bottlecalc.handout.lesson import Lesson
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.receptive import square

CLASSICAL = 64
"""Channels of the pair that He et al. draw: two 3×3, and a bottleneck as wide in its middle."""
WIDER = 4
"""Times as wide the classical bottleneck is at its ends."""
EXPANSION = 6
"""Of MobileNetV2's middle (Sandler et al. 2018, arXiv:1801.04381, table 2)."""
STRIDE = 2
"""Of a projection that halves height and width."""
SMALL_SIDES = (3, 4, 5)
"""At which a shortcut halved twice is 1×1, and added to every position without a word."""


class Published(NamedTuple):
    """A network's errors as its authors report them.

    Attributes:
        network: its name.
        family: of its blocks.
        depth: layers with weights along the main path.
        features: channels of its last feature map.
        gmacs: as the authors give them ("FLOPs") [10⁹ MACs].
        top1: error on ImageNet's validation images [%].
        top5: the same among five guesses [%].
    """

    network: str
    family: str
    depth: int
    features: int
    gmacs: str
    top1: str
    top5: str


PUBLISHED = (
    Published("ResNet-34", "basic", 34, 512, "3.6", "24.52", "7.46"),
    Published("ResNet-50", "bottleneck", 50, 2048, "3.8", "22.85", "6.71"),
)
"""He et al. 2015, arXiv:1512.03385: table 1 (depth, features, FLOPs) and table 3 (errors of ten
crops, both with projections where the shape changes, so "ResNet-34 B"). The authors' repository,
github.com/KaimingHe/deep-residual-networks, repeats those of ResNet-50."""


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """What is counted for the reasons.

    Attributes:
        lesson: whose reasons they are.
    """

    lesson: Lesson

    @property
    def equal_cost(self) -> tuple[Count, Count]:
        """Two 3×3, and a bottleneck four times as wide that costs no more."""
        ends = WIDER * CLASSICAL
        return _count(Basic(CLASSICAL, CLASSICAL)), _count(Bottleneck(ends, ends))

    @property
    def fields(self) -> tuple[str, str, str]:
        """What an element of the output depends on: of one 3×3, of two, and of the bottleneck."""
        lesson = self.lesson
        plain, basic, bottleneck = (
            square(one.receptive_field) for one in (lesson.plain, lesson.basic, lesson.bottleneck)
        )
        return plain, basic, bottleneck

    @property
    def wide(self) -> tuple[Layer, Layer]:
        """The 3×3 of a middle six times as wide as the input, full and depthwise."""
        mid = EXPANSION * self.lesson.block.in_channels
        ends = (self.lesson.block.in_channels, self.lesson.block.out_channels)
        return _spatial(Bottleneck(*ends, mid=mid)), _spatial(
            Bottleneck(*ends, mid=mid, groups=mid)
        )

    @property
    def spatial(self) -> Layer:
        """The bottleneck's 3×3."""
        return _named(self.lesson.bottleneck, "conv2")

    @property
    def upsampling(self) -> Layer:
        """The transposed convolution of the same bottleneck where it doubles height and width."""
        block = replace(self.lesson.block, downsample=False, stride=1, upsample=True)
        return _named(_count(block), "upsample")

    @property
    def saved(self) -> int:
        """What the bottleneck's main path has less than one 3×3 [parameters]."""
        return self.lesson.plain.params.main - self.lesson.bottleneck.params.main

    @property
    def quarter(self) -> int:
        """The usual middle, a quarter of the output; 0 where that is no whole number."""
        quarter, rest = divmod(self.lesson.block.out_channels, WIDER)
        return 0 if rest else quarter

    @property
    def stride(self) -> int:
        """Of the bottleneck's projection, or of one as it might be."""
        return max(self.lesson.block.stride, STRIDE)

    @property
    def positions(self) -> int:
        """Of which such a projection reads one."""
        return self.stride**2


@dataclass(frozen=True, kw_only=True)
class FirstBlock:
    """The block as first described, where it fails.

    Attributes:
        side: of the input [pixels].
    """

    side: int = SIDE

    @property
    def main(self) -> int:
        """Of the main path when it downsamples [pixels]."""
        return self.side // STRIDE

    @property
    def shortcut(self) -> int:
        """Of what is pooled and then projected with a stride as well [pixels]."""
        return self.side // STRIDE // STRIDE


def _count(block: Block) -> Count:
    return closed_form.count(block, (SIDE, SIDE), 1)


def _spatial(block: Bottleneck) -> Layer:
    return _named(_count(block), "conv2")


def _named(count: Count, name: str) -> Layer:
    return next(layer for layer in count.layers if layer.name == name)
