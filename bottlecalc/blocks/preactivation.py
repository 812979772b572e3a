"""Residual blocks of full preactivation: batch norm and ReLU before every convolution.

Source: He et al., Identity Mappings in Deep Residual Networks, arXiv:1603.05027, figure 4e.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from bottlecalc.blocks.residual import said_of_middle
from bottlecalc.blocks.rules import has_middle
from bottlecalc.blocks.spec import Block


@dataclass(frozen=True)
class Preactivated(Block):
    """What these families have in common.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output [at least 1].
        stride: of the first 3×3 convolution and of the projection [at least 1].
        dilation: of every 3×3 convolution, and its padding [at least 1].

    Raises:
        BlockError: a value is of the wrong type or out of range.
    """

    out_channels: int
    _: KW_ONLY
    stride: int = 1
    dilation: int = 1


@dataclass(frozen=True)
class PreactBasic(Preactivated):
    """BN, ReLU, 3×3, twice, and nothing after the addition: the basic block of ResNet v2.

    Source: He et al., Identity Mappings in Deep Residual Networks, arXiv:1603.05027, figure 4e;
    the projection, a 1×1 of the preactivated input without batch norm, as in timm's resnetv2.
    """

    family = "preact-basic"


@dataclass(frozen=True)
class PreactBottleneck(Preactivated):
    """BN, ReLU and a convolution thrice, 1×1, 3×3, 1×1: the bottleneck of ResNet v2.

    Args:
        mid_channels: width of the 3×3 [at least 1]; a quarter of the output's when None.
        mid: ``mid_channels`` in short.

    Source: He et al., Identity Mappings in Deep Residual Networks, arXiv:1603.05027, figure 4e;
    the stride on the 3×3 and the projection, a 1×1 of the preactivated input without batch norm,
    as in timm's resnetv2.
    """

    family = "preact-bottleneck"

    mid_channels: int | None = None

    RULES = (has_middle("out"),)

    def __init__(
        self, in_channels: int, out_channels: int, *,
        stride: int = 1, dilation: int = 1,
        mid_channels: int | None = None, mid: int | None = None,
    ) -> None:  # fmt: skip
        object.__setattr__(self, "mid_channels", said_of_middle(mid_channels, mid))
        super().__init__(in_channels, out_channels, stride=stride, dilation=dilation)
