"""The Ghost module of GhostNet.

Source: Han et al., GhostNet, arXiv:1911.11907, figure 1, b, and section 3.1.
"""

from __future__ import annotations

from math import ceil

from torch import Tensor, nn

from bottlecalc.blocks.ghost import Ghost
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Concat


class GhostBlock(nn.Module):
    """Convolution, BN, ReLU; of that depthwise, BN, ReLU; the first channels of both."""

    def __init__(self, block: Ghost) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        primary = ceil(block.out_channels / block.ratio)
        cheap = (block.ratio - 1) * primary
        self.kept = block.out_channels - primary
        self.conv1 = nn.Conv2d(
            block.in_channels, primary, block.kernel, stride=block.stride,
            padding=block.kernel // 2, bias=False,
        )  # fmt: skip
        self.bn1 = nn.BatchNorm2d(primary)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(
            primary, cheap, block.dw, padding=block.dw // 2, groups=primary, bias=False
        )
        self.bn2 = nn.BatchNorm2d(cheap)
        self.relu2 = nn.ReLU(inplace=True)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        primary = self.relu1(self.bn1(self.conv1(x)))
        cheap = self.relu2(self.bn2(self.conv2(primary)))
        y: Tensor = self.concat(primary, cheap[:, : self.kept])
        return y
