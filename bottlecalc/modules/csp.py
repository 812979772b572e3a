"""Blocks that split their channels and pass a part on: cross stage partial networks.

Source: Wang et al., CSPNet, arXiv:1911.11929; C2f: the code of YOLOv8.
"""

from __future__ import annotations

from torch import Tensor, nn

from bottlecalc.blocks.csp import C2f
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Add, Concat


class ConvUnit(nn.Module):
    """A convolution, BN and SiLU."""

    def __init__(self, in_channels: int, out_channels: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.act(self.bn(self.conv(x)))
        return y


class InnerBottleneck(nn.Module):
    """Two 3×3 as wide as the input, which is added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cv1 = ConvUnit(channels, channels, 3)
        self.cv2 = ConvUnit(channels, channels, 3)
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.add(x, self.cv2(self.cv1(x)))
        return y


class C2fBlock(nn.Module):
    """Two halves, and what each bottleneck makes of the last, all through one 1×1."""

    def __init__(self, block: C2f) -> None:
        super().__init__()
        self.in_channels = block.in_channels
        hidden = block.out_channels // 2
        self.cv1 = ConvUnit(block.in_channels, 2 * hidden, 1)
        self.m = nn.ModuleList(InnerBottleneck(hidden) for _ in range(block.n))
        self.concat = Concat()
        self.cv2 = ConvUnit((2 + block.n) * hidden, block.out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        parts = list(self.cv1(x).chunk(2, dim=1))
        for bottleneck in self.m:
            parts.append(bottleneck(parts[-1]))
        y: Tensor = self.cv2(self.concat(*parts))
        return y
