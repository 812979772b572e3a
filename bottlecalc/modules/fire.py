"""The block of SqueezeNet.

Source: Iandola et al., SqueezeNet, arXiv:1602.07360, figure 1. The submodules' names are
torchvision's.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.fire import Fire
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Concat


class FireBlock(nn.Module):
    """1×1, ReLU; of that 1×1, ReLU and 3×3, ReLU; the channels of both."""

    def __init__(self, block: Fire) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        width, half = block.squeeze or block.out_channels // 8, block.out_channels // 2
        self.squeeze = nn.Conv2d(block.in_channels, width, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(width, half, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(width, half, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        x = self.squeeze_activation(self.squeeze(x))
        ones = self.expand1x1_activation(self.expand1x1(x))
        threes = self.expand3x3_activation(self.expand3x3(x))
        y: Tensor = self.concat(ones, threes)
        return y
