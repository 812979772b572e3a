"""The unit of ShuffleNetV2, which splits its channels and shuffles them again.

Source: Ma et al., ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design,
arXiv:1807.11164, figure 3.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.shuffle import Shuffle
from bottlecalc.modules.convolutions import depthwise
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Concat


class FirstBranch(nn.Module):
    """Depthwise 3×3, BN, 1×1, BN, ReLU (figure 3, d, left)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = depthwise(in_channels, 3, stride)
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv2 = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.bn2(self.conv2(self.bn1(self.conv1(x)))))
        return y


class SecondBranch(nn.Module):
    """1×1, BN, ReLU, depthwise 3×3, BN, 1×1, BN, ReLU (figure 3, c and d, right)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = depthwise(out_channels, 3, stride)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.conv3 = nn.Conv2d(out_channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y = self.relu2(self.bn3(self.conv3(y)))
        return y


class ShuffleUnit(nn.Module):
    """Two branches of half the output's channels each, concatenated and shuffled."""

    def __init__(self, block: Shuffle) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        self.branch1: FirstBranch | None = None
        width = block.in_channels // 2
        if block.stride > 1:
            width = block.in_channels
            self.branch1 = FirstBranch(width, block.out_channels // 2, block.stride)
        self.branch2 = SecondBranch(width, block.out_channels // 2, block.stride)
        self.concat = Concat()
        self.shuffle = nn.ChannelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        if self.branch1 is None:
            passed, taken = x.chunk(2, dim=1)
        else:
            passed, taken = self.branch1(x), x
        y: Tensor = self.shuffle(self.concat(passed, self.branch2(taken)))
        return y
