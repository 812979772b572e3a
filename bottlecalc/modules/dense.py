"""The layer of a densely connected network, whose output is its input and something new.

Source: Huang et al., Densely Connected Convolutional Networks, arXiv:1608.06993, section 3.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.dense import Dense
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Concat


class DenseLayer(nn.Module):
    """BN, ReLU, 1×1, BN, ReLU, 3×3, beside the input ("Bottleneck layers", DenseNet-B)."""

    def __init__(self, block: Dense) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        self.out_channels = block.in_channels + block.growth
        width = block.bn_size * block.growth
        self.bn1 = nn.BatchNorm2d(block.in_channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(block.in_channels, width, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(width, block.growth, 3, padding=1, bias=False)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        new = self.conv1(self.relu1(self.bn1(x)))
        new = self.conv2(self.relu2(self.bn2(new)))
        y: Tensor = self.concat(x, new)
        return y
