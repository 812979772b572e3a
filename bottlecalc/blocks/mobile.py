"""Blocks of depthwise convolutions: separable, inverted residual, MBConv and its fused form.

Source: Howard et al., MobileNets, arXiv:1704.04861; Sandler et al., MobileNetV2, arXiv:1801.04381;
Tan and Le, EfficientNet, arXiv:1905.11946, and EfficientNetV2, arXiv:2104.00298.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from bottlecalc.blocks.rules import odd
from bottlecalc.blocks.spec import Block, Rule


@dataclass(frozen=True)
class Mobile(Block):
    """What these families have in common.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output [at least 1].
        stride: of the convolution that is not 1×1 [at least 1].
        kernel: height and width of that convolution's window, odd [pixels].

    Raises:
        BlockError: a value is of the wrong type or out of range.
    """

    out_channels: int
    _: KW_ONLY
    stride: int = 1
    kernel: int = 3

    RULES: ClassVar[tuple[Rule, ...]] = (odd("kernel"),)
    CHEAPER_BY: ClassVar[tuple[str, ...]] = ("stride",)


@dataclass(frozen=True)
class Separable(Mobile):
    """Depthwise 3×3, then 1×1, each with BN and ReLU: the block of MobileNet.

    Args:
        dilation: of the depthwise convolution, and its padding [at least 1].

    Source: Howard et al., MobileNets, arXiv:1704.04861, figure 3, right; dilation from Chen et
    al., DeepLabv3+, arXiv:1802.02611, figure 3.
    """

    family = "separable"

    dilation: int = 1


@dataclass(frozen=True)
class Expanding(Mobile):
    """What those have in common that widen their input first.

    Args:
        expand: how many times wider than the input the middle is; of 1 there is no widening
            convolution [at least 1].
    """

    expand: int = 6


@dataclass(frozen=True)
class InvertedResidual(Expanding):
    """1×1, depthwise 3×3, 1×1, wide in the middle: the block of MobileNetV2.

    What is put in is added where it has the output's shape; the last 1×1 has no activation.

    Source: Sandler et al., MobileNetV2, arXiv:1801.04381, figure 4, d, and table 1; without a
    first 1×1 where expand is 1 as in torchvision.
    """

    family = "inverted"


@dataclass(frozen=True)
class MBConv(Expanding):
    """An inverted residual with squeeze and excitation and SiLU: the block of EfficientNet.

    Args:
        se: how many times fewer channels than the *input* the squeeze has, which has at least one.

    Source: Tan and Le, EfficientNet, arXiv:1905.11946, section 4 and table 1; the squeeze of a
    quarter of the input as in its code and torchvision's. Widths are not rounded to multiples of 8.
    """

    family = "mbconv"

    se: int = 4

    CHEAPER_BY = ("stride", "se")


@dataclass(frozen=True)
class FusedMBConv(Expanding):
    """3×3 that widens, then 1×1: an MBConv without a depthwise convolution, of EfficientNetV2.

    With expand 1 it is one 3×3 with BN and SiLU.

    Source: Tan and Le, EfficientNetV2, arXiv:2104.00298, figure 2; without squeeze and excitation
    as in table 4 and torchvision. Widths are not rounded to multiples of 8.
    """

    family = "fused-mbconv"

    expand: int = 4
