"""The block of ConvNeXt.

Source: Liu et al., A ConvNet for the 2020s, arXiv:2201.03545, figure 4.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bottlecalc.blocks.convnext import ConvNeXt
from bottlecalc.modules.inputs import check_channels
from bottlecalc.modules.joins import Add


class ConvNeXtBlock(nn.Module):
    """Depthwise, layer norm, linear, GELU, linear, layer scale, and the sum with the input."""

    def __init__(self, block: ConvNeXt) -> None:
        super().__init__()
        self.in_channels = self.out_channels = channels = block.in_channels
        self.conv = nn.Conv2d(
            channels, channels, block.kernel, padding=block.kernel // 2, groups=channels
        )
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.linear1 = nn.Linear(channels, block.expand * channels)
        self.gelu = nn.GELU()
        self.linear2 = nn.Linear(block.expand * channels, channels)
        self.scale = Scale(channels)
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        check_channels(x, self.in_channels)
        y = self.norm(self.conv(x).permute(0, 2, 3, 1))
        y = self.linear2(self.gelu(self.linear1(y))).permute(0, 3, 1, 2)
        total: Tensor = self.add(self.scale(y), x)
        return total


class Scale(nn.Module):
    """A learned factor for every channel, small at first.

    Source: Touvron et al., arXiv:2103.17239, section 2.2.
    """

    def __init__(self, channels: int, at_first: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels, 1, 1), at_first))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight
