"""Convolutions without bias, padded so that only their stride makes a map smaller."""

from __future__ import annotations

from torch import nn


def conv3x3(
    in_channels: int, out_channels: int, stride: int = 1, dilation: int = 1, groups: int = 1
) -> nn.Conv2d:
    """A 3×3 convolution without bias, its padding the dilation."""
    return nn.Conv2d(
        in_channels, out_channels, 3, stride=stride, padding=dilation, dilation=dilation,
        groups=groups, bias=False,
    )  # fmt: skip


def depthwise(channels: int, kernel: int, stride: int, dilation: int = 1) -> nn.Conv2d:
    """A convolution of every channel by itself, without bias; its kernel is odd."""
    return nn.Conv2d(
        channels, channels, kernel, stride=stride, padding=dilation * (kernel // 2),
        dilation=dilation, groups=channels, bias=False,
    )  # fmt: skip
