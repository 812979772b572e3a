"""ResNet-50 as darknet has it: without projections.

Source: ``cfg/resnet50.cfg`` of pjreddie/darknet at 46ef0851; a shortcut adds the channels that both
have. Later versions of that file put the classes before the average pool.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))


def unit(x: int, y: int, kernel: int = 1, stride: int = 1) -> nn.Module:
    conv = nn.Conv2d(x, y, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(y))


class Bottleneck(nn.Module):
    """1×1, 3×3, 1×1, and their input added to as many of the channels as it has."""

    def __init__(self, x: int, width: int, stride: int) -> None:
        super().__init__()
        self.stride, self.more = stride, 4 * width - x
        self.main = nn.Sequential(
            unit(x, width), nn.LeakyReLU(0.1), unit(width, width, 3, stride), nn.LeakyReLU(0.1),
            unit(width, 4 * width),
        )  # fmt: skip
        self.activation = nn.LeakyReLU(0.1)

    def forward(self, x: Tensor) -> Tensor:
        kept = functional.pad(x[..., :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
        y: Tensor = self.activation(self.main(x) + kept)
        return y


class ResNet50(nn.Module):
    """Sixteen of them, and a thousand classes."""

    def __init__(self) -> None:
        super().__init__()
        blocks, channels = list[nn.Module](), 64
        for width, depth in STAGES:
            for place in range(depth):
                stride = 2 if place == 0 and width > 64 else 1
                blocks.append(Bottleneck(channels, width, stride))
                channels = 4 * width
        self.body = nn.Sequential(
            unit(3, 64, 7, 2), nn.LeakyReLU(0.1), nn.MaxPool2d(2), *blocks,
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 1000, 1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body(x).flatten(1)
        return y
