"""The block of RepVGG: three branches in training, and one 3×3 where it is deployed.

Source: Ding et al., RepVGG: Making VGG-style ConvNets Great Again, arXiv:2101.03697, section 3.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.repvgg import RepVGG
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Add


class Identity(nn.Module):
    """The input through BN, added to what the convolutions say of it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn(x)
        return y


class TrainingBlock(nn.Module):
    """relu(bn(3×3) + bn(1×1) + bn(x)), the last where the shapes allow it (figure 2, b)."""

    def __init__(self, block: RepVGG) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        self.conv1 = _conv(block, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(block.out_channels)
        self.conv2 = _conv(block, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(block.out_channels)
        self.add1 = Add()
        self.shortcut: Identity | None = None
        if block.stride == 1 and block.in_channels == block.out_channels:
            self.shortcut = Identity(block.in_channels)
            self.add2 = Add()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        y: Tensor = self.add1(self.bn1(self.conv1(x)), self.bn2(self.conv2(x)))
        if self.shortcut is not None:
            y = self.add2(y, self.shortcut(x))
        y = self.relu(y)
        return y


class DeployedBlock(nn.Module):
    """One 3×3 with a bias, and a ReLU (figure 2, c)."""

    def __init__(self, block: RepVGG) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        self.conv = _conv(block, 3, bias=True)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        y: Tensor = self.relu(self.conv(x))
        return y


def repvgg_block(block: RepVGG) -> nn.Module:
    """The block as it is trained, or as it is deployed."""
    return DeployedBlock(block) if block.deploy else TrainingBlock(block)


def _conv(block: RepVGG, kernel: int, bias: bool) -> nn.Conv2d:
    return nn.Conv2d(
        block.in_channels, block.out_channels, kernel, stride=block.stride,
        padding=kernel // 2, groups=block.groups, bias=bias,
    )  # fmt: skip
