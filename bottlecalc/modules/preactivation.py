"""Residual blocks of full preactivation: batch norm and ReLU before every convolution.

Source: He et al., Identity Mappings in Deep Residual Networks, arXiv:1603.05027, figure 4e.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.preactivation import PreactBasic, PreactBottleneck, Preactivated
from bottlecalc.modules.convolutions import conv3x3
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Add


class Projection(nn.Module):
    """The shortcut where sizes or channels differ: a 1×1, and its batch norm is the block's first.

    Source: the code of He et al. 2016, KaimingHe/resnet-1k-layers, and timm's resnetv2: where the
    shortcut is no identity, the first preactivation is both branches'.
    """

    def __init__(self, block: Preactivated) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            block.in_channels, block.out_channels, 1, stride=block.stride, bias=False
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return y


class PreactivatedBlock(nn.Module):
    """Main path + shortcut, and nothing after; the first preactivation is read by both."""

    def __init__(self, block: Preactivated) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        self.bn1 = nn.BatchNorm2d(block.in_channels)
        self.relu1 = nn.ReLU(inplace=True)
        same = block.stride == 1 and block.in_channels == block.out_channels
        self.shortcut = None if same else Projection(block)
        self.add = Add()

    def main(self, preactivated: Tensor) -> Tensor:
        """What comes after the first ReLU."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        preactivated = self.relu1(self.bn1(x))
        identity = x if self.shortcut is None else self.shortcut(preactivated)
        y: Tensor = self.add(self.main(preactivated), identity)
        return y


class PreactBasicBlock(PreactivatedBlock):
    """BN, ReLU, 3×3, BN, ReLU, 3×3 (He et al. 2016, figure 4e)."""

    def __init__(self, block: PreactBasic) -> None:
        super().__init__(block)
        channels, dilation = block.out_channels, block.dilation
        self.conv1 = conv3x3(block.in_channels, channels, block.stride, dilation)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(channels, channels, dilation=dilation)

    def main(self, preactivated: Tensor) -> Tensor:
        y: Tensor = self.conv1(preactivated)
        y = self.conv2(self.relu2(self.bn2(y)))
        return y


class PreactBottleneckBlock(PreactivatedBlock):
    """BN, ReLU, 1×1, BN, ReLU, 3×3, BN, ReLU, 1×1; the stride is on the 3×3, as in timm."""

    def __init__(self, block: PreactBottleneck) -> None:
        super().__init__(block)
        width = block.mid_channels or block.out_channels // 4
        self.conv1 = nn.Conv2d(block.in_channels, width, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(width, width, block.stride, block.dilation)
        self.bn3 = nn.BatchNorm2d(width)
        self.relu3 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(width, block.out_channels, 1, bias=False)

    def main(self, preactivated: Tensor) -> Tensor:
        y: Tensor = self.conv1(preactivated)
        y = self.conv2(self.relu2(self.bn2(y)))
        y = self.conv3(self.relu3(self.bn3(y)))
        return y
