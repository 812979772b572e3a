"""Blocks of depthwise convolutions: separable, inverted residual, MBConv and its fused form.

Source: Howard et al., MobileNets, arXiv:1704.04861; Sandler et al., MobileNetV2, arXiv:1801.04381;
Tan and Le, EfficientNet, arXiv:1905.11946, and EfficientNetV2, arXiv:2104.00298.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.mobile import Expanding, FusedMBConv, InvertedResidual, MBConv, Separable
from bottlecalc.modules.convolutions import depthwise
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Add
from bottlecalc.modules.squeeze import SqueezeExcitation


class SeparableBlock(nn.Module):
    """Depthwise, BN, ReLU, 1×1, BN, ReLU (Howard et al. 2017, figure 3, right)."""

    def __init__(self, block: Separable) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        self.conv1 = depthwise(block.in_channels, block.kernel, block.stride, block.dilation)
        self.bn1 = nn.BatchNorm2d(block.in_channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(block.in_channels, block.out_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(block.out_channels)
        self.relu2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        y: Tensor = self.relu1(self.bn1(self.conv1(x)))
        y = self.relu2(self.bn2(self.conv2(y)))
        return y


class ExpandingBlock(nn.Module):
    """What is put in, added to the main path where both are of one shape."""

    def __init__(self, block: Expanding) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        self.expands = block.expand > 1
        self.width = block.expand * block.in_channels
        self.add: Add | None = None
        if block.stride == 1 and block.out_channels == block.in_channels:
            self.add = Add()

    def main(self, x: Tensor) -> Tensor:
        """The main path, ``(N, in, H, W)`` to ``(N, out, H', W')``."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        y = self.main(x)
        return y if self.add is None else self.add(y, x)


class InvertedResidualBlock(ExpandingBlock):
    """1×1, BN, ReLU6, depthwise, BN, ReLU6, 1×1, BN (Sandler et al. 2018, table 1)."""

    def __init__(self, block: InvertedResidual) -> None:
        super().__init__(block)
        if self.expands:
            self.conv1 = nn.Conv2d(block.in_channels, self.width, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(self.width)
            self.relu1 = nn.ReLU6(inplace=True)
        self.conv2 = depthwise(self.width, block.kernel, block.stride)
        self.bn2 = nn.BatchNorm2d(self.width)
        self.relu2 = nn.ReLU6(inplace=True)
        self.conv3 = nn.Conv2d(self.width, block.out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(block.out_channels)

    def main(self, x: Tensor) -> Tensor:
        if self.expands:
            x = self.relu1(self.bn1(self.conv1(x)))
        x = self.relu2(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        return x


class MBConvBlock(ExpandingBlock):
    """1×1, BN, SiLU, depthwise, BN, SiLU, squeeze and excitation, 1×1, BN.

    The squeeze is told by the block's input, not by the wide map that it weighs (Tan and Le 2019).
    """

    def __init__(self, block: MBConv) -> None:
        super().__init__(block)
        if self.expands:
            self.conv1 = nn.Conv2d(block.in_channels, self.width, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(self.width)
            self.act1 = nn.SiLU(inplace=True)
        self.conv2 = depthwise(self.width, block.kernel, block.stride)
        self.bn2 = nn.BatchNorm2d(self.width)
        self.act2 = nn.SiLU(inplace=True)
        squeezed = max(1, block.in_channels // block.se)
        self.se = SqueezeExcitation(self.width, squeezed, nn.SiLU(inplace=True))
        self.conv3 = nn.Conv2d(self.width, block.out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(block.out_channels)

    def main(self, x: Tensor) -> Tensor:
        if self.expands:
            x = self.act1(self.bn1(self.conv1(x)))
        x = self.act2(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(self.se(x)))
        return x


class FusedMBConvBlock(ExpandingBlock):
    """3×3, BN, SiLU, 1×1, BN, and of expand 1 the first three alone (Tan and Le 2021, figure 2)."""

    def __init__(self, block: FusedMBConv) -> None:
        super().__init__(block)
        width = self.width if self.expands else block.out_channels
        self.conv1 = nn.Conv2d(
            block.in_channels, width, block.kernel, stride=block.stride,
            padding=block.kernel // 2, bias=False,
        )  # fmt: skip
        self.bn1 = nn.BatchNorm2d(width)
        self.act1 = nn.SiLU(inplace=True)
        if self.expands:
            self.conv2 = nn.Conv2d(width, block.out_channels, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(block.out_channels)

    def main(self, x: Tensor) -> Tensor:
        x = self.act1(self.bn1(self.conv1(x)))
        if self.expands:
            x = self.bn2(self.conv2(x))
        return x
