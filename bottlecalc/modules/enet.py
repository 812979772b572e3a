"""The bottlenecks of ENet: regular, asymmetric, down and up.

Source: Paszke et al., ENet: A Deep Neural Network Architecture for Real-Time Semantic
Segmentation, arXiv:1606.02147, figure 2 (b) and section 3. A PReLU has one slope, as in the code
that people use, and not one a channel; the paper's dropout, which costs nothing, is left out.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from bottlecalc.blocks.enet import ENet, ENetAsymmetric, ENetDown, ENetUp, SameWidth
from bottlecalc.modules.convolutions import conv3x3
from bottlecalc.modules.inputs import check_channels, check_even
from bottlecalc.modules.joins import Add


class RegularBottleneck(nn.Module):
    """1×1, 3×3, 1×1 (figure 2, b); dilated where it is asked to be (section 4)."""

    def __init__(self, block: ENet) -> None:
        super().__init__()
        self.in_channels = self.out_channels = block.in_channels
        width = block.mid_channels or block.in_channels // 4
        self.conv1 = nn.Conv2d(block.in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.act1 = _activation(block)
        self.conv2 = conv3x3(width, width, dilation=block.dilation)
        self.bn2 = nn.BatchNorm2d(width)
        self.act2 = _activation(block)
        self.conv3 = nn.Conv2d(width, block.in_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(block.in_channels)
        self.act3 = _activation(block)
        self.add = Add()
        self.act = _activation(block)

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        y: Tensor = self.act1(self.bn1(self.conv1(x)))
        y = self.act2(self.bn2(self.conv2(y)))
        y = self.act3(self.bn3(self.conv3(y)))
        y = self.act(self.add(y, x))
        return y


class AsymmetricBottleneck(nn.Module):
    """1×1, 5×1, 1×5, 1×1 (section 4, "Factorizing filters")."""

    def __init__(self, block: ENetAsymmetric) -> None:
        super().__init__()
        self.in_channels = self.out_channels = block.in_channels
        width = block.mid_channels or block.in_channels // 4
        self.conv1 = nn.Conv2d(block.in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.act1 = _activation(block)
        self.conv2 = nn.Conv2d(width, width, (5, 1), padding=(2, 0), bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.act2 = _activation(block)
        self.conv3 = nn.Conv2d(width, width, (1, 5), padding=(0, 2), bias=False)
        self.bn3 = nn.BatchNorm2d(width)
        self.act3 = _activation(block)
        self.conv4 = nn.Conv2d(width, block.in_channels, 1, bias=False)
        self.bn4 = nn.BatchNorm2d(block.in_channels)
        self.act4 = _activation(block)
        self.add = Add()
        self.act = _activation(block)

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        y: Tensor = self.act1(self.bn1(self.conv1(x)))
        y = self.act2(self.bn2(self.conv2(y)))
        y = self.act3(self.bn3(self.conv3(y)))
        y = self.act4(self.bn4(self.conv4(y)))
        y = self.act(self.add(y, x))
        return y


class PaddedPool(nn.Module):
    """Max pooling with indices, and channels of zeros up to the output's."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.zeros = out_channels - in_channels
        self.pool = nn.MaxPool2d(2, 2, return_indices=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        pooled, indices = self.pool(x)
        return functional.pad(pooled, (0, 0, 0, 0, 0, self.zeros)), indices


class DownsamplingBottleneck(nn.Module):
    """2×2 of stride 2, 3×3, 1×1; its output, and the indices of the shortcut's max pooling."""

    def __init__(self, block: ENetDown) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        width = block.mid_channels or block.in_channels // 4
        self.conv1 = nn.Conv2d(block.in_channels, width, 2, stride=2, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.act1 = _activation(block)
        self.conv2 = conv3x3(width, width)
        self.bn2 = nn.BatchNorm2d(width)
        self.act2 = _activation(block)
        self.conv3 = nn.Conv2d(width, block.out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(block.out_channels)
        self.act3 = _activation(block)
        self.shortcut = PaddedPool(block.in_channels, block.out_channels)
        self.add = Add()
        self.act = _activation(block)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        check_channels(x, self.in_channels)
        check_even(x)
        y: Tensor = self.act1(self.bn1(self.conv1(x)))
        y = self.act2(self.bn2(self.conv2(y)))
        y = self.act3(self.bn3(self.conv3(y)))
        padded, indices = self.shortcut(x)
        y = self.act(self.add(y, padded))
        return y, indices


class Unpool(nn.Module):
    """1×1, BN, and max unpooling: every value where a maximum stood."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.unpool = nn.MaxUnpool2d(2, 2)

    def forward(self, x: Tensor, indices: Tensor | None) -> Tensor:
        y: Tensor = self.bn(self.conv(x))
        batch, channels, height, width = map(int, y.shape)  # a trace needs a constant size
        size = torch.Size((batch, channels, 2 * height, 2 * width))
        if indices is None:
            _, indices = functional.max_pool2d(y.new_zeros(size), 2, 2, return_indices=True)
        y = self.unpool(y, indices, output_size=size)
        return y


class UpsamplingBottleneck(nn.Module):
    """1×1, 2×2 transposed of stride 2, 1×1, beside max unpooling; ReLUs, as in all the decoder.

    The indices are those of the max pooling that is undone, of as many channels as the output
    has. Without them every value goes where the maximum of a constant stands.
    """

    def __init__(self, block: ENetUp) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        width = block.mid_channels or block.in_channels // 4
        self.conv1 = nn.Conv2d(block.in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.ConvTranspose2d(width, width, 2, stride=2, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.act2 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(width, block.out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(block.out_channels)
        self.shortcut = Unpool(block.in_channels, block.out_channels)
        self.add = Add()
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: Tensor, indices: Tensor | None = None) -> Tensor:
        check_channels(x, self.in_channels)
        y: Tensor = self.act1(self.bn1(self.conv1(x)))
        y = self.act2(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y = self.act(self.add(y, self.shortcut(x, indices)))
        return y


def _activation(block: SameWidth | ENetDown) -> nn.Module:
    return nn.ReLU(inplace=True) if block.relu else nn.PReLU()
