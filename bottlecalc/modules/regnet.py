"""The block of RegNet: a bottleneck that is no narrower in the middle, in groups of one width.

Source: Radosavovic et al., Designing Network Design Spaces, arXiv:2003.13678, figure 4.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.regnet import RegNet
from bottlecalc.modules.convolutions import conv3x3
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Add
from bottlecalc.modules.squeeze import SqueezeExcitation


class Projection(nn.Module):
    """1×1, BN, where sizes or channels differ (figure 4b)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn(self.conv(x))
        return y


class RegNetBlock(nn.Module):
    """X: 1×1, 3×3 in groups, 1×1, each with BN, a ReLU after all but the last; Y: with SE between.

    SE stands after the 3×3's ReLU and squeezes to ``round(0.25 * in)``, of the block's input and
    not of the 3×3's, by Python's rounding: as in pycls, torchvision and timm.
    """

    def __init__(self, block: RegNet) -> None:
        super().__init__()
        self.in_channels = before = block.in_channels
        channels, stride = block.out_channels, block.stride
        self.conv1 = nn.Conv2d(before, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(channels, channels, stride, groups=channels // block.group_width)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU(inplace=True)
        self.se: SqueezeExcitation | None = None
        if block.se:
            self.se = SqueezeExcitation(channels, round(0.25 * before), nn.ReLU(inplace=True))
        self.conv3 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels)
        same = before == channels and stride == 1
        self.shortcut = None if same else Projection(before, channels, stride)
        self.add = Add()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        identity = x if self.shortcut is None else self.shortcut(x)
        y: Tensor = self.relu1(self.bn1(self.conv1(x)))
        y = self.relu2(self.bn2(self.conv2(y)))
        if self.se is not None:
            y = self.se(y)
        y = self.bn3(self.conv3(y))
        y = self.relu(self.add(y, identity))
        return y
